"""`/users/avatar`: set, shown, replaced, removed, erased."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from accounts.services import set_avatar
from accounts.tests.pictures import GPS, SVG, opened, picture, png_of, with_exif
from accounts.tests.services_cast import person
from accounts.tests.tokens import token_of
from common.models import PlatformSettings
from common.outbox import deliver_due
from common.personal_data import erase_person, export_person
from common.platform import remember_platform_settings
from common.tests.probe.client import detail_codes, refused

pytestmark = pytest.mark.django_db

AVATAR = "/api/v1/users/avatar"
PROFILE = "/api/v1/users/profile"


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def alice() -> User:
    return person("Alice")


def client_of(user: User) -> Client:
    return Client(headers={"Authorization": f"Bearer {token_of(user)}"})


def upload(client: Client, content: bytes, name: str = "me.jpg", content_type: str = "image/jpeg") -> Any:
    return client.post(AVATAR, {"avatar": SimpleUploadedFile(name, content, content_type)})


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def shown(url: str) -> Any:
    return Client().get(url.removeprefix("http://localhost:8000"))


def url_after(response: Any) -> str:
    assert response.status_code == 200, response.content
    return str(response.json()["data"]["avatar_url"])


def test_a_picture_is_set_and_shown(alice: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client = client_of(alice)
    assert client.get(PROFILE).json()["data"]["avatar_url"] is None

    # Who is calling; a savepoint, the row, its change, the release.
    with django_assert_num_queries(5):
        response = upload(client, picture(size=(1600, 800)))

    url = url_after(response)
    assert client.get(PROFILE).json()["data"]["avatar_url"] == url
    answer = shown(url)
    assert answer.status_code == 200
    assert opened(answer.content).size == (512, 256)


def test_the_file_is_served_as_a_picture_and_as_nothing_else(alice: User) -> None:
    answer = shown(url_after(upload(client_of(alice), picture())))

    assert answer["Content-Type"] == "image/webp"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "public, max-age=86400"
    assert "Set-Cookie" not in answer


def test_its_name_says_nothing_whatever_the_file_was_called(alice: User, folder: Path) -> None:
    """A152."""
    client, names = client_of(alice), []
    remember_platform_settings(PlatformSettings(registrations_per_hour=100), seconds=3600)
    for name in ("../../evil.html", "a.php", ".htaccess", "CON", "\u202egpj.exe", "x" * 5_000 + ".png", "a\\b.svg"):
        url = url_after(upload(client, picture(), name, "text/html"))
        names.append(url.rpartition("/")[2])

    assert len(set(names)) == 7
    assert all(len(name) == 37 and name.endswith(".webp") for name in names)
    assert files(folder) == sorted(names)


def test_place_and_camera_are_gone(alice: User) -> None:
    content = shown(url_after(upload(client_of(alice), with_exif()))).content

    assert GPS.encode() not in content
    assert dict(opened(content).getexif()) == {}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (SVG, "INVALID_IMAGE"),
        (b"<html>", "INVALID_IMAGE"),
        (png_of(20_000, 20_000), "TOO_LARGE"),
        (picture() + bytes(6_000_000), "TOO_LARGE"),
        (picture() + bytes(6 * 1024 * 1024), "TOO_LARGE"),
        (b"", "EMPTY"),
    ],
    ids=["SVG", "page", "20,000 pixels", "6 MB", "6 MiB", "nothing"],
)
def test_what_is_refused_changes_nothing(alice: User, folder: Path, content: bytes, code: str) -> None:
    """E294."""
    client = client_of(alice)
    url = url_after(upload(client, picture()))

    error = refused(upload(client, content), 400, "VALIDATION_ERROR")

    assert detail_codes(error) == {"avatar": code}
    assert client.get(PROFILE).json()["data"]["avatar_url"] == url
    assert len(files(folder)) == 1


def test_a_picture_is_a_file_in_a_form(alice: User) -> None:
    client = client_of(alice)

    refused(client.post(AVATAR, {"avatar": "x"}, content_type="application/json"), 415, "UNSUPPORTED_MEDIA_TYPE")
    assert detail_codes(refused(client.post(AVATAR, {}), 400, "VALIDATION_ERROR")) == {"avatar": "REQUIRED"}
    assert set(detail_codes(refused(client.post(AVATAR, {"avatar": "text"}), 400, "VALIDATION_ERROR"))) == {"avatar"}
    extra = {"avatar": SimpleUploadedFile("a.jpg", picture()), "user_id": "1"}
    assert set(detail_codes(refused(client.post(AVATAR, extra), 400, "VALIDATION_ERROR"))) == {"user_id"}


def test_a_replaced_picture_is_deleted_after_the_commit(alice: User, folder: Path) -> None:
    client = client_of(alice)
    first = url_after(upload(client, picture()))
    second = url_after(upload(client, picture("PNG")))
    assert shown(first).status_code == 200

    deliver_due()

    assert (shown(first).status_code, shown(second).status_code) == (404, 200)
    assert files(folder) == [second.rpartition("/")[2]]


def test_a_removed_picture_is_gone(alice: User, folder: Path) -> None:
    client = client_of(alice)
    url = url_after(upload(client, picture()))

    answers = [client.delete(AVATAR).status_code for _ in range(2)]
    deliver_due()

    assert answers == [200, 200]
    assert client.get(PROFILE).json()["data"]["avatar_url"] is None
    assert (shown(url).status_code, files(folder)) == (404, [])


def test_a_picture_is_exported_and_erased_with_its_person(alice: User, folder: Path) -> None:
    url = url_after(upload(client_of(alice), picture()))
    assert export_person(alice)["account"]["profile"]["avatar"] == url

    erase_person(alice)
    deliver_due()

    alice.refresh_from_db()
    assert (alice.avatar, shown(url).status_code, files(folder)) == ("", 404, [])


def test_a_file_whose_person_vanished_meanwhile_is_not_left_behind(alice: User, folder: Path) -> None:
    User.objects.filter(pk=alice.pk).delete()

    with pytest.raises(User.DoesNotExist):
        set_avatar(alice, picture())

    assert files(folder) == []


def test_nobody_sets_a_picture_without_signing_in(folder: Path) -> None:
    refused(upload(Client(), picture()), 401, "AUTHENTICATION_REQUIRED")
    refused(Client().delete(AVATAR), 401, "AUTHENTICATION_REQUIRED")

    assert files(folder) == []


def test_pictures_have_a_limit(alice: User) -> None:
    """A154."""
    remember_platform_settings(PlatformSettings(registrations_per_hour=2), seconds=3600)
    client = client_of(alice)

    assert [upload(client, picture()).status_code for _ in range(3)] == [200, 200, 429]


@pytest.mark.parametrize(
    "name", ["x" * 32 + ".webp", "x" * 31 + ".webp", "x" * 5_000 + ".webp", "..%2f..%2fpg.log", "x" * 32 + ".svg", ""]
)
def test_what_is_no_picture_of_ours_is_not_found(name: str) -> None:
    assert Client().get(f"/media/avatars/{name}").status_code == 404


def test_pictures_are_only_read(alice: User) -> None:
    url = url_after(upload(client_of(alice), picture()))

    assert Client().post(url.removeprefix("http://localhost:8000")).status_code == 405

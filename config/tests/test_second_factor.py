"""Staff enter with two factors where that is required: no page opens before the code is right."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django import Settings

from accounts.models import User
from accounts.services import reset_second_factor
from common.errors import PermissionDenied
from common.models import AuditEntry

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough password"


@pytest.fixture(autouse=True)
def _required(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = True


@pytest.fixture
def asha() -> User:
    return User.objects.create_superuser("asha@almanac.example", PASSWORD)


def sign_in(client: Client, user: User, wanted: str = "/admin/") -> Any:
    return client.post(
        f"/admin/login/?next={wanted}", {"username": user.email, "password": PASSWORD, "next": wanted}, follow=True
    )


def code_of(device: TOTPDevice) -> str:
    return f"{totp(device.bin_key):06d}"


def enrolled(user: User) -> TOTPDevice:
    return TOTPDevice.objects.create(user=user, name="phone", confirmed=True)


def path_of(response: Any) -> str:
    return str(response.request["PATH_INFO"])


def test_a_password_alone_leads_to_the_enrolment(client: Client, asha: User) -> None:
    page = sign_in(client, asha)

    assert path_of(page) == "/admin/second-factor/enrol/"
    assert b"<svg" in page.content


@pytest.mark.parametrize("path", ["/admin/", "/admin/accounts/user/", "/admin/jobs/", "/admin/search/?s=a"])
def test_without_the_code_no_page_opens(client: Client, asha: User, path: str) -> None:
    enrolled(asha)
    sign_in(client, asha)

    page = client.get(path, follow=True)

    assert path_of(page) == "/admin/second-factor/"


def test_enrolling_shows_ten_recovery_codes_once_and_opens_the_pages(client: Client, asha: User) -> None:
    sign_in(client, asha)

    page = client.post("/admin/second-factor/enrol/", {"code": code_of(TOTPDevice.objects.get(user=asha))})

    assert len(page.context["codes"]) == 10
    assert client.get("/admin/").status_code == 200
    assert path_of(client.get("/admin/second-factor/enrol/", follow=True)) == "/admin/"


def test_the_right_code_opens_the_page_that_was_wanted(client: Client, asha: User) -> None:
    device = enrolled(asha)
    sign_in(client, asha, "/admin/jobs/")

    page = client.post("/admin/second-factor/", {"code": code_of(device), "next": "/admin/jobs/"}, follow=True)

    assert path_of(page) == "/admin/jobs/"


def test_a_code_works_once(client: Client, asha: User) -> None:
    device = enrolled(asha)
    code = code_of(device)
    sign_in(client, asha)
    client.post("/admin/second-factor/", {"code": code})

    other = Client()
    sign_in(other, asha)
    page = other.post("/admin/second-factor/", {"code": code})

    assert page.status_code == 200
    assert other.get("/admin/").status_code == 302


def test_a_recovery_code_works_once_also_with_its_hyphen(client: Client, asha: User) -> None:
    enrolled(asha)
    StaticDevice.objects.create(user=asha).token_set.create(token="abcdefghjk")

    for expected in (200, 302):
        each = Client()
        sign_in(each, asha)
        each.post("/admin/second-factor/", {"code": "ABCDE-fghjk"})
        assert each.get("/admin/").status_code == expected


def test_guessing_is_slowed_down_so_that_even_the_right_code_waits(client: Client, asha: User) -> None:
    device = enrolled(asha)
    sign_in(client, asha)
    wrong = f"{(int(code_of(device)) + 1) % 1_000_000:06d}"

    client.post("/admin/second-factor/", {"code": wrong})
    client.post("/admin/second-factor/", {"code": code_of(device)})

    assert client.get("/admin/").status_code == 302
    assert AuditEntry.objects.filter(action="second factor refused", actor_id=asha.pk).count() == 2


def test_the_session_gets_a_new_id_when_it_is_verified(client: Client, asha: User) -> None:
    device = enrolled(asha)
    sign_in(client, asha)
    before = client.session.session_key

    client.post("/admin/second-factor/", {"code": code_of(device)})

    assert client.session.session_key != before


def test_somebody_who_is_not_staff_sees_neither_page(client: Client) -> None:
    client.force_login(User.objects.create_user("alice@example.com"))

    for path in ("/admin/second-factor/", "/admin/second-factor/enrol/"):
        assert path_of(client.get(path, follow=True)) == "/admin/login/"
    assert not TOTPDevice.objects.exists()


def test_a_foreign_address_in_next_leads_home(client: Client, asha: User) -> None:
    device = enrolled(asha)
    sign_in(client, asha)

    page = client.post("/admin/second-factor/", {"code": code_of(device), "next": "//evil.example"})

    assert page.headers["Location"] == "/admin/"


def test_a_superuser_resets_a_colleagues_device_and_the_audit_log_says_why(asha: User) -> None:
    ravi = User.objects.create_user("ravi@almanac.example", is_staff=True)
    enrolled(ravi)

    reset_second_factor(ravi, actor=asha, reason="lost his phone")

    assert not TOTPDevice.objects.filter(user=ravi).exists()
    entry = AuditEntry.objects.about(ravi).get(action="second factor reset")
    assert (entry.actor_id, entry.reason) == (asha.pk, "lost his phone")


def test_other_staff_cannot_reset_a_device(asha: User) -> None:
    ravi = User.objects.create_user("ravi@almanac.example", is_staff=True)
    enrolled(asha)

    with pytest.raises(PermissionDenied):
        reset_second_factor(asha, actor=ravi, reason="curious")

    assert TOTPDevice.objects.filter(user=asha).exists()


def test_where_it_is_not_required_the_password_is_enough(client: Client, asha: User, settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = False

    assert path_of(sign_in(client, asha)) == "/admin/"


def test_the_secret_is_never_in_the_audit_log(client: Client, asha: User) -> None:
    sign_in(client, asha)

    key = TOTPDevice.objects.get(user=asha).key
    entries = AuditEntry.objects.filter(changes__has_key="key")
    assert [entry.changes["key"] for entry in entries] == ["(changed)"]
    assert key not in str(list(AuditEntry.objects.values_list("changes", flat=True)))


def test_keys_and_codes_of_devices_have_no_page() -> None:
    names = {model._meta.label_lower for model in admin.site._registry}

    assert not names & {"otp_totp.totpdevice", "otp_static.staticdevice", "otp_static.statictoken", "admin.logentry"}

"""Who may, and which objects exist for whom."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from common.ids import new_id
from common.tests.probe.client import PROBE, client_of, refused

pytestmark = [pytest.mark.django_db, pytest.mark.urls("common.tests.probe.urls")]


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice@example.com", first_name="Alice")


@pytest.fixture
def charlie() -> User:
    return User.objects.create_user("charlie@example.com", first_name="Charlie")


@pytest.fixture
def staff() -> User:
    return User.objects.create_user("staff@example.com", is_staff=True)


def path_of(user: User) -> str:
    return f"{PROBE}/people/{user.pk}"


def without_stamp(response: Any) -> dict[str, Any]:
    error: dict[str, Any] = response.json()["error"]
    return {name: value for name, value in error.items() if name not in {"request_id", "timestamp"}}


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_a_stranger_is_told_there_is_nothing_here(alice: User, charlie: User, method: str) -> None:
    client = client_of(charlie)
    foreign = client.generic(method, path_of(alice), b"{}", "application/json")
    absent = client.generic(method, f"{PROBE}/people/{new_id()}", b"{}", "application/json")

    refused(foreign, 404, "RESOURCE_NOT_FOUND")
    assert without_stamp(foreign) == without_stamp(absent)
    assert foreign.headers.keys() == absent.headers.keys()
    assert User.objects.filter(pk=alice.pk).exists()


def test_whoever_lacks_the_role_is_denied_and_nothing_is_created(charlie: User) -> None:
    response = client_of(charlie).post(PROBE + "/people", {"email": "new@example.com"}, "application/json")

    refused(response, 403, "INSUFFICIENT_PERMISSIONS")
    assert User.objects.count() == 1


def test_what_may_be_seen_may_still_not_be_deleted(charlie: User) -> None:
    refused(client_of(charlie).delete(path_of(charlie)), 403, "INSUFFICIENT_PERMISSIONS")

    assert User.objects.filter(pk=charlie.pk).exists()


def test_an_action_without_a_rule_is_denied_even_to_staff(staff: User, alice: User) -> None:
    refused(client_of(staff).get(PROBE + "/unruled"), 403, "INSUFFICIENT_PERMISSIONS")
    refused(
        client_of(staff).put(path_of(alice), {"first_name": "Eve"}, "application/json"),
        403,
        "INSUFFICIENT_PERMISSIONS",
    )
    refused(Client().get(PROBE + "/unruled"), 401, "AUTHENTICATION_REQUIRED")

    alice.refresh_from_db()
    assert alice.first_name == "Alice"


def test_a_member_is_read_with_one_query_after_authentication(
    alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(alice)

    with django_assert_num_queries(2):
        response = client.get(path_of(alice))

    assert response.json()["data"]["email"] == "alice@example.com"


def test_a_change_on_top_of_what_was_read_is_made(alice: User) -> None:
    client = client_of(alice)
    etag = client.get(path_of(alice))["ETag"]

    response = client.patch(path_of(alice), {"firstName": "Alicia"}, "application/json", headers={"If-Match": etag})

    assert response.json()["data"]["first_name"] == "Alicia"


@pytest.mark.parametrize("stale", ['"0-0"', "junk", 'W/"0-0"', '"' * 5_000])
def test_a_change_on_top_of_another_version_is_refused(alice: User, stale: str) -> None:
    response = client_of(alice).patch(
        path_of(alice), {"first_name": "Eve"}, "application/json", headers={"If-Match": stale}
    )

    refused(response, 412, "VERSION_MISMATCH")
    alice.refresh_from_db()
    assert alice.first_name == "Alice"


@pytest.mark.parametrize("field", ["is_staff", "isStaff", "is_superuser", "password", "id", "created_at", "groups"])
def test_what_the_server_decides_cannot_be_assigned(alice: User, field: str) -> None:
    response = client_of(alice).patch(path_of(alice), {field: True, "first_name": "Eve"}, "application/json")

    error = refused(response, 400, "VALIDATION_ERROR")
    assert error["details"][0]["code"] in {"READ_ONLY", "UNKNOWN_FIELD"}
    alice.refresh_from_db()
    assert (alice.is_staff, alice.first_name) == (False, "Alice")

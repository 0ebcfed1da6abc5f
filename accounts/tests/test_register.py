"""Making an account."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import Session, User
from accounts.tests.calls import PASSWORD, PHONE, data_of, post
from common.tests.probe.client import CAMEL, detail_codes, refused

pytestmark = pytest.mark.django_db

NEW = {"email": "alice@example.com", "password": PASSWORD, "first_name": "Alice", "last_name": "Sharma"}


def test_a_new_customer_is_signed_in_at_once(
    settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # Without the figures of other apps: each of them asks one query more.
    settings.PROFILE_FACTS = []
    # Savepoints around the request and the insert, the user, the last login, groups, session and refresh token.
    with django_assert_num_queries(11):
        response = post("register", NEW)

    assert response.status_code == 201
    assert response["Location"] == "/api/v1/auth/me"
    data = data_of(response)
    alice = User.objects.get()
    assert data["user"] == {
        "id": str(alice.pk),
        "email": "alice@example.com",
        "phone_number": None,
        "first_name": "Alice",
        "last_name": "Sharma",
        "name": "Alice Sharma",
        "user_type": "customer",
        "is_verified": False,
        "profile_complete": False,
        "loyalty_points": 0,
    }
    assert set(data["tokens"]) == {"access_token", "refresh_token", "expires_in"}
    assert data["tokens"]["expires_in"] == 900
    assert data_of(post("logout", token=data["tokens"]["access_token"])) is None


def test_the_seeds_request_is_accepted_as_printed() -> None:
    seed = {
        "email": "user@example.com",
        "password": "securePassword123",
        "firstName": "John",
        "lastName": "Doe",
        "phoneNumber": "+1234567890",
        "userType": "specialist",
        "telegramId": "optional_telegram_id",
    }

    data = data_of(post("register", seed, accept=CAMEL))

    john = User.objects.get()
    assert data["user"]["userType"] == "specialist"
    assert set(data["tokens"]) == {"accessToken", "refreshToken", "expiresIn"}
    assert [group.name for group in john.groups.all()] == ["Specialists"]
    assert (john.is_staff, john.is_superuser) == (False, False)


def test_somebody_elses_telegram_id_links_nothing() -> None:
    """E286."""
    bob = User.objects.create_user(telegram_id=77, first_name="Bob")

    data_of(post("register", {**NEW, "telegram_id": "77"}))

    assert User.objects.get(telegram_id=77) == bob
    assert User.objects.get(email=NEW["email"]).telegram_id is None


@pytest.mark.parametrize("user_type", ["admin", "staff", "partner", "", None, ["customer"]])
def test_nobody_registers_as_anything_else(user_type: Any) -> None:
    """E287."""
    error = refused(post("register", {**NEW, "user_type": user_type}), 400, "VALIDATION_ERROR")

    assert set(detail_codes(error)) == {"user_type"}
    assert not User.objects.exists()


@pytest.mark.parametrize("field", ["is_staff", "is_superuser", "groups", "phone_verified_at", "id", "role"])
def test_fields_that_would_give_power_are_not_known(field: str) -> None:
    refused(post("register", {**NEW, field: True}), 400, "VALIDATION_ERROR")

    assert not User.objects.exists()


@pytest.mark.parametrize("spelling", ["ALICE@Example.COM", "\uff41lice@example.com", " alice@example.com "])
def test_another_spelling_of_a_taken_mailbox_is_taken(spelling: str) -> None:
    """E288."""
    data_of(post("register", NEW))

    error = refused(post("register", {**NEW, "email": spelling}), 409, "DUPLICATE_RESOURCE")

    assert detail_codes(error) == {"email": "TAKEN"}
    assert User.objects.count() == 1


@pytest.mark.parametrize("address", ["adm\u0131n@example.com", "\u0430lice@example.com", "x@", "a@b@c", "", "a b@c.de"])
def test_an_address_that_only_looks_like_one_is_refused(address: str) -> None:
    refused(post("register", {**NEW, "email": address}), 400, "VALIDATION_ERROR")

    assert not User.objects.exists()


@pytest.mark.parametrize(
    "password", ["short", "password123", "1357924680", "alice@example.com", "x" * 129, "", None, 12]
)
def test_a_poor_or_endless_password_is_refused(password: Any) -> None:
    error = refused(post("register", {**NEW, "password": password}), 400, "VALIDATION_ERROR")

    assert set(detail_codes(error)) == {"password"}
    assert not User.objects.exists()


def test_a_taken_phone_is_refused_by_name() -> None:
    data_of(post("register", {**NEW, "phone_number": PHONE}))

    again = {**NEW, "email": "bob@example.com", "phone_number": "0091 98765 43210"}
    error = refused(post("register", again), 409, "DUPLICATE_RESOURCE")

    assert detail_codes(error) == {"phone_number": "TAKEN"}
    assert User.objects.count() == Session.objects.count() == 1


def test_a_network_registers_twenty_people_an_hour() -> None:
    bad = {**NEW, "password": "short"}
    for _ in range(20):
        refused(post("register", bad), 400, "VALIDATION_ERROR")

    response = post("register", NEW)

    refused(response, 429, "RATE_LIMIT_EXCEEDED")
    assert int(response["Retry-After"]) > 3_000
    assert not User.objects.exists()

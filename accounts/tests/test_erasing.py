"""Everything held of somebody, as one document, and how it goes."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from accounts import privacy
from accounts.enums import Role
from accounts.models import Address, OtpChallenge, PasswordReset, RefreshToken, Session, User
from accounts.services import add_address, ask_for_link, first_tokens, join
from accounts.tests.calls import PASSWORD, code_for, post
from accounts.tests.test_addresses import HOME
from accounts.tests.test_profile import age_sessions
from accounts.tests.tokens import open_session
from common import clock
from common.errors import BusinessRuleViolation
from common.models import IdempotencyRecord
from common.personal_data import PersonalData
from common.tests.probe.client import client_of, detail_codes, refused

pytestmark = pytest.mark.django_db

PROFILE = "/api/v1/users/profile"
EXPORT = "/api/v1/users/export"
PHONE = "+919876543210"


def owes_money(_user: Any) -> None:
    raise BusinessRuleViolation("A booking of yours is still to come. Cancel it first.")


OBJECTING = PersonalData("debts", export=lambda _user: [], erase=owes_money)


@pytest.fixture
def alice() -> User:
    """Somebody of whom everything is held."""
    user = User.objects.create_user(
        "alice@example.com",
        PASSWORD,
        first_name="Alice",
        last_name="Sharma",
        phone_number=PHONE,
        telegram_id=77,
        phone_verified_at=clock.now(),
        email_verified_at=clock.now(),
        last_login=clock.now(),
        language="hi",
        currency="EUR",
        timezone="Europe/Berlin",
        avatar="a" * 32,
    )
    join(user, Role.PREMIUM)
    add_address(user, **HOME)
    first_tokens(open_session(user, user_agent="Alice's phone", network="198.51.100.7"))
    ask_for_link("alice@example.com")
    code_for(PHONE)
    # One of Alice's own, and one of a service that acted for her.
    for principal in (f"accounts.user:{user.pk}", f"accounts.serviceaccount:{user.pk}/{user.pk}"):
        IdempotencyRecord.objects.create(
            principal=principal,
            key="k",
            method="POST",
            path="/",
            request_hash="x",
            version="1",
            leased_until=clock.now(),
            expires_at=clock.now() + timedelta(days=2),
        )
    user.refresh_from_db()
    return user


@pytest.fixture
def charlie() -> User:
    user = User.objects.create_user("charlie@example.com", PASSWORD, first_name="Charlie")
    add_address(user, **HOME)
    return user


def rows() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (User, Address, PasswordReset, RefreshToken)]


@pytest.mark.parametrize("addresses", [1, 3])
def test_everything_held_of_somebody_is_one_document(
    alice: User, charlie: User, addresses: int, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # What the upper floors hold, they show in tests of their own.
    settings.PERSONAL_DATA = ["notifications.privacy.PERSONAL_DATA", "accounts.privacy.PERSONAL_DATA"]
    for _ in range(addresses - 1):
        add_address(alice, **HOME)
    client = client_of(alice)

    # Who asks; person, addresses, services, services that know them, sessions; five kinds of messages.
    with django_assert_num_queries(11):
        data = client.get(EXPORT).json()["data"]

    assert set(data) == {"account", "messages"}
    assert data["account"]["profile"]["email"] == "alice@example.com"
    assert data["account"]["profile"]["phone_number"] == PHONE
    assert data["account"]["profile"]["group_names"] == ["Premium"]
    assert [place["address_line1"] for place in data["account"]["addresses"]] == ["123 Main St"] * addresses
    assert "Alice's phone" in [device["user_agent"] for device in data["account"]["sessions"]]
    assert User.objects.get(pk=alice.pk).password not in str(data)


def test_nothing_is_left_of_somebody_who_erases_their_account(alice: User) -> None:
    """INV-80."""
    client = client_of(alice)

    response = client.delete(PROFILE)

    assert response.json()["message"] == "Your account and your data were erased."
    erased = User.objects.get(pk=alice.pk)
    assert (erased.email, erased.phone_number, erased.telegram_id) == (None, None, None)
    assert (erased.first_name, erased.last_name, erased.language, erased.group_names) == ("", "", "en", [])
    assert (erased.is_active, erased.has_usable_password(), erased.erased_at is not None) == (False, False, True)
    for model in (Address, PasswordReset, RefreshToken, OtpChallenge, IdempotencyRecord):
        assert not model.objects.exists(), model
    assert set(Session.objects.values_list("user_agent", "network", "ending")) == {("", "", "erased")}


def test_every_column_of_a_user_is_erased_or_kept_on_purpose() -> None:
    columns = [field.name for field in User._meta.concrete_fields]

    assert sorted(columns) == sorted([*privacy.ERASED_COLUMNS, *privacy.KEPT_COLUMNS])


def test_every_erased_column_differs_from_what_it_was(alice: User) -> None:
    before = User.objects.values().get(pk=alice.pk)

    client_of(alice).delete(PROFILE)

    after = User.objects.values().get(pk=alice.pk)
    # Alice is no superuser, so there is nothing to take.
    unchanged = {name for name in privacy.ERASED_COLUMNS if after[name] == before[name]}
    assert unchanged == {"is_superuser"}


def test_every_table_that_refers_to_people_has_its_place() -> None:
    referring = {
        model._meta.label
        for model in apps.get_models()
        if model._meta.app_label in {"accounts", "common", "notifications"}
        and any(field.related_model is User for field in model._meta.concrete_fields)
    }

    assert referring == {
        # Erased by accounts/privacy.py.
        "accounts.Address",
        "accounts.KnownPerson",
        "accounts.PasswordReset",
        "accounts.ServiceAccount",
        "accounts.Session",
        # Erased by notifications/privacy.py.
        "notifications.ContactSubmission",
        "notifications.Delivery",
        "notifications.Device",
        "notifications.Notification",
        "notifications.OutgoingMessage",
        "notifications.Preference",
        "notifications.UnreachableChannel",
    }


def test_whoever_erased_their_account_is_out_and_may_come_again(alice: User) -> None:
    client = client_of(alice)
    client.delete(PROFILE)

    refused(client.get("/api/v1/auth/me"), 401, "AUTHENTICATION_REQUIRED")
    refused(client.delete(PROFILE), 401, "AUTHENTICATION_REQUIRED")
    refused(post("login", {"email": "alice@example.com", "password": PASSWORD}), 401, "AUTHENTICATION_REQUIRED")
    again = post("register", {"email": "alice@example.com", "password": "another long phrase"})

    assert again.status_code == 201
    assert again.json()["data"]["user"]["id"] != str(alice.pk)


def test_nobody_elses_data_is_touched(alice: User, charlie: User) -> None:
    before = User.objects.values().get(pk=charlie.pk), list(Address.objects.filter(user=charlie).values())

    client_of(alice).delete(PROFILE)

    assert (User.objects.values().get(pk=charlie.pk), list(Address.objects.values())) == before


def test_an_app_that_still_needs_somebody_says_why(alice: User, settings: Settings) -> None:
    settings.PERSONAL_DATA = ["accounts.tests.test_erasing.OBJECTING", *settings.PERSONAL_DATA]
    client = client_of(alice)
    before = rows()

    error = refused(client.delete(PROFILE), 422, "BUSINESS_RULE_VIOLATION")

    assert error["message"] == "A booking of yours is still to come. Cancel it first."
    assert rows() == before
    assert client.get("/api/v1/auth/me").status_code == 200


def test_an_old_sign_in_erases_nothing(alice: User) -> None:
    client = age_sessions(alice)
    before = rows()

    error = refused(client.delete(PROFILE), 403, "INSUFFICIENT_PERMISSIONS")

    assert detail_codes(error) == {"": "REAUTH_REQUIRED"}
    assert rows() == before


def test_staff_do_not_erase_themselves() -> None:
    dana = User.objects.create_user("dana@example.com", PASSWORD, is_staff=True)

    refused(client_of(dana).delete(PROFILE), 422, "BUSINESS_RULE_VIOLATION")

    dana.refresh_from_db()
    assert dana.erased_at is None


def test_nobody_is_shown_nothing() -> None:
    refused(Client().get(EXPORT), 401, "AUTHENTICATION_REQUIRED")
    refused(Client().delete(PROFILE), 401, "AUTHENTICATION_REQUIRED")

"""One's own profile over the API, and that no account is carried away by changing its ways in."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.enums import Role
from accounts.models import PasswordReset, Session, User
from accounts.services import ask_for_link, join, save_correction
from common import clock
from common.tests.probe.client import CAMEL, client_of, detail_codes, refused
from notifications.enums import Channel
from notifications.models import Delivery, OutgoingMessage
from notifications.sealing import opened
from notifications.selectors import channels_wanted
from notifications.services import deliver_due

pytestmark = pytest.mark.django_db

PROFILE = "/api/v1/users/profile"


@pytest.fixture
def alice() -> User:
    return User.objects.create_user(
        "alice@example.com",
        first_name="Alice",
        last_name="Sharma",
        phone_number="+919876543210",
        phone_verified_at=clock.now(),
        email_verified_at=clock.now(),
    )


def forty_two_points(user: User) -> Mapping[str, int]:
    return {"loyalty_points": 42 + User.objects.filter(pk=user.pk).count() - 1}


def send(user: User, body: Any, method: str = "put", **options: Any) -> Any:
    return getattr(client_of(user), method)(PROFILE, body, content_type="application/json", **options)


def age_sessions(user: User) -> Client:
    """A client whose sign-in is an hour old."""
    client = client_of(user)
    Session.objects.filter(user=user).update(created_at=clock.now() - timedelta(hours=1))
    return client


def test_the_profile_is_shown_with_two_queries(
    alice: User, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # Without the figures of other apps: each of them asks one query more.
    settings.PROFILE_FACTS = []
    client = client_of(alice)

    # Who asks, and the switches.
    with django_assert_num_queries(2):
        response = client.get(PROFILE)

    alice.refresh_from_db()
    assert response.json()["data"] == {
        "id": str(alice.pk),
        "email": "alice@example.com",
        "avatar": None,
        "avatar_url": None,
        "first_name": "Alice",
        "last_name": "Sharma",
        "phone_number": "+919876543210",
        "email_verified": True,
        "phone_verified": True,
        "user_type": "customer",
        "loyalty_points": 0,
        "total_bookings": 0,
        "member_since": alice.created_at.isoformat().replace("+00:00", "Z"),
        "preferences": {
            "language": "en",
            "currency": "INR",
            "timezone": "Asia/Kolkata",
            "notifications": {"email": True, "push": True, "sms": True, "telegram": True},
        },
    }


def test_apps_of_the_upper_floors_add_their_figures(
    alice: User, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.PROFILE_FACTS = ["accounts.tests.test_profile.forty_two_points"]
    client = client_of(alice)

    with django_assert_num_queries(3):
        data = client.get(PROFILE).json()["data"]

    assert (data["loyalty_points"], data["total_bookings"]) == (42, 0)


def test_specialists_are_shown_as_such(alice: User) -> None:
    join(alice, Role.SPECIALISTS)

    assert client_of(alice).get(PROFILE).json()["data"]["user_type"] == "specialist"


def test_camel_case_is_read_and_written(alice: User) -> None:
    body = {
        "firstName": "John",
        "lastName": "Smith",
        "phoneNumber": "+12025550123",
        "preferences": {"language": "en", "currency": "USD"},
    }

    data = send(alice, body, headers={"Accept": CAMEL}).json()["data"]

    assert (data["firstName"], data["lastName"], data["phoneNumber"]) == ("John", "Smith", "+12025550123")
    assert data["preferences"]["currency"] == "USD"
    assert data["preferences"]["timezone"] == "Asia/Kolkata"


@pytest.mark.parametrize("method", ["put", "patch"])
def test_what_is_not_named_stays(alice: User, method: str) -> None:
    data = send(alice, {"last_name": "Mehta"}, method).json()["data"]

    assert (data["first_name"], data["last_name"], data["email"]) == ("Alice", "Mehta", "alice@example.com")


def test_channels_are_switched_off_and_on(alice: User) -> None:
    off = send(alice, {"preferences": {"notifications": {"push": False}}}, "patch").json()["data"]
    assert off["preferences"]["notifications"] == {"email": True, "push": False, "sms": True, "telegram": True}
    assert channels_wanted(alice)[Channel.PUSH] is False

    on = send(alice, {"preferences": {"notifications": {"push": True}}}, "patch").json()["data"]

    assert on["preferences"]["notifications"]["push"] is True


def test_another_address_or_number_has_to_be_proven_again(alice: User) -> None:
    ask_for_link("alice@example.com")

    data = send(alice, {"email": "New@Example.com", "phone_number": "+919876543211"}).json()["data"]

    assert (data["email"], data["phone_number"]) == ("new@example.com", "+919876543211")
    assert (data["email_verified"], data["phone_verified"]) == (False, False)
    # The link that was mailed to the former address.
    assert not PasswordReset.objects.live().exists()


def told(kind: str) -> dict[str, Any]:
    """What waits to be sent of this kind, once."""
    delivery = Delivery.objects.get(kind=kind)
    assert delivery.recipient is None
    return opened(delivery.pk, bytes(delivery.sealed or b""))


def test_the_former_address_and_number_are_told_of_the_change(alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(language="hi", timezone="Asia/Kolkata")

    send(alice, {"email": "new@example.com", "phone_number": "+919876543211"})

    by_mail, by_phone = told("email_changed"), told("phone_changed")
    assert (by_mail["to"], by_phone["to"]) == ("alice@example.com", "+919876543210")
    assert (by_mail["context"]["new"], by_phone["context"]["new"]) == ("n…@example.com", "…3211")
    assert (by_mail["language"], by_mail["timezone"]) == ("hi", "Asia/Kolkata")
    assert Delivery.objects.count() == 2


def test_the_notice_arrives_at_the_former_address_in_the_readers_zone(alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(timezone="Asia/Kolkata")
    send(alice, {"email": "new@example.com"})

    deliver_due(Channel.EMAIL)

    message = OutgoingMessage.objects.get()
    assert (message.to, message.subject) == ("alice@example.com", "Your e-mail address was changed")
    assert "n…@example.com" in message.body
    assert "(IST)" in message.body


@pytest.mark.parametrize("body", [{"first_name": "Alicia"}, {"email": "ALICE@example.com"}])
def test_nobody_is_told_where_nothing_moved(alice: User, body: dict[str, str]) -> None:
    send(alice, body, "patch")

    assert not Delivery.objects.exists()


def test_a_number_that_nobody_proved_gets_no_message(alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(phone_verified_at=None)

    send(alice, {"phone_number": "+919876543211"}, "patch")

    assert not Delivery.objects.exists()


def test_a_first_address_has_no_former_one(alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(email=None)

    send(alice, {"email": "new@example.com"}, "patch")

    assert not Delivery.objects.exists()


def test_a_change_that_is_refused_tells_nobody(alice: User) -> None:
    User.objects.create(email="charlie@example.com")

    refused(send(alice, {"email": "charlie@example.com"}, "patch"), 409, "DUPLICATE_RESOURCE")

    assert not Delivery.objects.exists()


def test_without_a_provider_the_change_is_made_all_the_same(alice: User, settings: Settings) -> None:
    settings.NOTIFICATION_CHANNELS = {}

    assert send(alice, {"phone_number": "+919876543211"}, "patch").status_code == 200
    assert not Delivery.objects.exists()


def test_what_staff_correct_has_to_be_proven_again_and_is_told_as_well(alice: User) -> None:
    alice.email, alice.first_name = "new@example.com", "Alicia"

    save_correction(alice)

    alice.refresh_from_db()
    assert (alice.first_name, alice.email_verified_at, alice.phone_verified_at is None) == ("Alicia", None, False)
    assert told("email_changed")["to"] == "alice@example.com"


def test_repeating_what_is_known_changes_nothing(alice: User) -> None:
    client = age_sessions(alice)

    body = {"email": "ALICE@example.com", "phone_number": "+91 98765 43210"}
    data = client.put(PROFILE, body, content_type="application/json").json()["data"]

    assert (data["email_verified"], data["phone_verified"]) == (True, True)


@pytest.mark.parametrize("body", [{"email": "thief@example.com"}, {"phone_number": "+919876543299"}])
def test_a_way_in_is_changed_only_shortly_after_signing_in(alice: User, body: dict[str, str]) -> None:
    """A035."""
    client = age_sessions(alice)

    error = refused(
        client.patch(PROFILE, {**body, "first_name": "Thief"}, content_type="application/json"),
        403,
        "INSUFFICIENT_PERMISSIONS",
    )

    assert detail_codes(error) == {next(iter(body)): "REAUTH_REQUIRED"}
    alice.refresh_from_db()
    assert (alice.email, str(alice.phone_number), alice.first_name) == ("alice@example.com", "+919876543210", "Alice")


@pytest.mark.parametrize("field", ["email", "phone_number"])
def test_what_belongs_to_somebody_else_is_not_taken_over(alice: User, field: str) -> None:
    theirs = {"email": "charlie@example.com", "phone_number": "+919876543299"}
    User.objects.create_user(**theirs)

    error = refused(send(alice, {field: theirs[field], "first_name": "X"}), 409, "DUPLICATE_RESOURCE")

    assert detail_codes(error) == {field: "TAKEN"}
    alice.refresh_from_db()
    assert (alice.first_name, alice.email) == ("Alice", "alice@example.com")


@pytest.mark.parametrize("field", ["email", "phone_number"])
def test_a_way_in_is_never_taken_away(alice: User, field: str) -> None:
    refused(send(alice, {field: None}), 422, "BUSINESS_RULE_VIOLATION")

    alice.refresh_from_db()
    assert (alice.email, str(alice.phone_number)) == ("alice@example.com", "+919876543210")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, ""),
        ({"user_type": "specialist"}, "user_type"),
        ({"is_staff": True}, "is_staff"),
        ({"loyalty_points": 1_000}, "loyalty_points"),
        ({"groups": ["Premium"]}, "groups"),
        ({"group_names": ["Premium"]}, "group_names"),
        ({"email": "nonsense"}, "email"),
        ({"phone_number": "12"}, "phone_number"),
        ({"preferences": {"currency": "XXX"}}, "preferences.currency"),
        ({"preferences": {"language": "English"}}, "preferences.language"),
        ({"preferences": {"timezone": "Mars/Olympus"}}, "preferences.timezone"),
        ({"preferences": {"notifications": {"pigeon": True}}}, "preferences.notifications.pigeon"),
    ],
)
def test_what_is_no_part_of_a_profile_is_refused(alice: User, body: dict[str, Any], field: str) -> None:
    before = User.objects.values().get(pk=alice.pk)

    error = refused(send(alice, body), 400, "VALIDATION_ERROR")

    assert list(detail_codes(error)) == [field]
    assert User.objects.values().get(pk=alice.pk) == before


def test_nobody_has_no_profile() -> None:
    for method in ("get", "put", "patch"):
        refused(getattr(Client(), method)(PROFILE), 401, "AUTHENTICATION_REQUIRED")

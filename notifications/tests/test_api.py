"""The inbox, the switches, the devices and the contact form, as clients see them."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from common.ids import new_id
from common.tests.probe.client import CAMEL, client_of, detail_codes, refused
from notifications.enums import SWITCHED_CHANNELS, SWITCHED_TOPICS, Channel, Topic
from notifications.models import ContactSubmission, Device, Notification
from notifications.services import notify, set_preferences
from notifications.tests.cast import OFFER, alice, charlie

__all__ = ["alice", "charlie"]

pytestmark = pytest.mark.django_db

INBOX = "/api/v1/notifications"
ALL_READ = f"{INBOX}/mark-all-read"
PREFERENCES = f"{INBOX}/preferences"
DEVICES = f"{INBOX}/devices"
CONTACT = "/api/v1/contact"
JSON = "application/json"
LETTER = {
    "name": "John Doe",
    "email": "john@example.com",
    "phone": "+911234567890",
    "subject": "Service Inquiry",
    "message": "I would like to know about...",
}
# As printed in the seed.
SWITCHES = {
    "email": {"bookingConfirmations": True, "reminders": True, "promotions": False},
    "push": {"bookingConfirmations": True, "reminders": True, "messages": True},
    "telegram": {"bookingConfirmations": True, "reminders": True},
}


def tell(user: User, count: int) -> None:
    for number in range(count):
        notify(user, "welcome", {}, event_key=f"user.registered:{number}")


def test_the_inbox_shows_the_newest_first_and_counts_what_is_unread(alice: User, charlie: User) -> None:
    tell(alice, 1)
    notify(alice, "promotion", OFFER, event_key="offer:1")
    tell(charlie, 1)
    first = Notification.objects.get(recipient=alice, kind="welcome")
    client_of(alice).put(f"{INBOX}/{first.pk}/read")

    data = client_of(alice).get(INBOX).json()["data"]

    assert [entry["type"] for entry in data["notifications"]] == ["promotion", "welcome"]
    newest = Notification.objects.get(recipient=alice, kind="promotion")
    assert data["notifications"][0] == {
        "id": str(newest.pk),
        "type": "promotion",
        "title": "10 % off",
        "message": f"Book a massage & save. {OFFER['link']}",
        "data": {"link": OFFER["link"]},
        "is_read": False,
        "created_at": newest.created_at.isoformat().replace("+00:00", "Z"),
    }
    assert data["unread_count"] == 1
    assert data["pagination"]["total"] == 2


def test_camel_clients_read_it_in_their_spelling(alice: User) -> None:
    tell(alice, 1)

    data = client_of(alice).get(INBOX, headers={"Accept": CAMEL}).json()["data"]

    assert data["unreadCount"] == 1
    assert set(data["notifications"][0]) == {"id", "type", "title", "message", "data", "isRead", "createdAt"}


@pytest.mark.parametrize("count", [1, 3])
def test_the_inbox_costs_the_same_however_much_is_in_it(
    alice: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    tell(alice, count)
    client = client_of(alice)

    # Who asks, how many, the page, how many unread.
    with django_assert_num_queries(4):
        data = client.get(INBOX).json()["data"]

    assert len(data["notifications"]) == count


@pytest.mark.parametrize(("asked", "kinds"), [("true", ["welcome"]), ("false", ["promotion"])])
@pytest.mark.parametrize("spelling", ["is_read", "isRead"])
def test_the_inbox_is_narrowed_by_what_was_read(alice: User, asked: str, kinds: list[str], spelling: str) -> None:
    tell(alice, 1)
    client_of(alice).put(ALL_READ)
    notify(alice, "promotion", OFFER, event_key="offer:1")

    data = client_of(alice).get(INBOX, {spelling: asked}).json()["data"]

    assert [entry["type"] for entry in data["notifications"]] == kinds
    assert data["unread_count"] == 1


def test_an_unknown_parameter_is_refused_by_name(alice: User) -> None:
    error = refused(client_of(alice).get(INBOX, {"unread": "1"}), 400, "VALIDATION_ERROR")

    assert detail_codes(error) == {"unread": "UNKNOWN_FIELD"}


def test_reading_keeps_the_time_of_the_first_time(
    alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    tell(alice, 1)
    entry, client = Notification.objects.get(), client_of(alice)

    with django_assert_num_queries(3):
        response = client.put(f"{INBOX}/{entry.pk}/read", {}, JSON)
    entry.refresh_from_db()
    first = entry.read_at
    client.put(f"{INBOX}/{entry.pk}/read")
    entry.refresh_from_db()

    assert response.json()["data"]["is_read"] is True
    assert first is not None
    assert entry.read_at == first


def test_reading_all_is_ones_own_business(
    alice: User, charlie: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    tell(alice, 3)
    tell(charlie, 1)
    client = client_of(alice)

    with django_assert_num_queries(2):
        response = client.put(ALL_READ)

    assert response.json()["data"] == {"marked": 3, "unread_count": 0}
    assert [entry.recipient for entry in Notification.objects.filter(read_at=None)] == [charlie]
    assert client.put(ALL_READ).json()["data"] == {"marked": 0, "unread_count": 0}


def test_a_strangers_entry_is_not_there_and_stays_unread(alice: User, charlie: User) -> None:
    tell(alice, 1)
    entry = Notification.objects.get()

    refused(client_of(charlie).put(f"{INBOX}/{entry.pk}/read"), 404, "RESOURCE_NOT_FOUND")
    refused(client_of(charlie).put(f"{INBOX}/{new_id()}/read"), 404, "RESOURCE_NOT_FOUND")

    entry.refresh_from_db()
    assert entry.read_at is None
    assert client_of(charlie).get(INBOX).json()["data"]["notifications"] == []


def test_what_the_path_says_takes_no_body(alice: User) -> None:
    tell(alice, 1)
    entry = Notification.objects.get()

    for path in (f"{INBOX}/{entry.pk}/read", ALL_READ):
        refused(client_of(alice).put(path, {"is_read": False}, JSON), 400, "VALIDATION_ERROR")

    entry.refresh_from_db()
    assert entry.read_at is None


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", INBOX),
        ("put", ALL_READ),
        ("get", PREFERENCES),
        ("post", PREFERENCES),
        ("post", DEVICES),
        ("delete", DEVICES),
    ],
)
def test_nobody_gets_in_without_a_token(method: str, path: str) -> None:
    refused(Client().generic(method.upper(), path, "{}", JSON), 401, "AUTHENTICATION_REQUIRED")


def test_the_grid_shows_every_switch_and_offers_are_off_by_default(
    alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(alice)
    usual = {"booking_confirmations": True, "reminders": True, "promotions": False, "messages": True}

    with django_assert_num_queries(2):
        response = client.get(PREFERENCES)

    assert response.json()["data"] == {
        "email": usual,
        "push": usual,
        "sms": {**usual, "messages": False},
        "telegram": usual,
    }


def test_the_seeds_body_turns_the_switches_it_names_and_no_other(
    alice: User, charlie: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    set_preferences(alice, {Channel.TELEGRAM: {Topic.MESSAGES: False}, Channel.EMAIL: {Topic.PROMOTIONS: True}})
    client = client_of(alice)

    with django_assert_num_queries(3):
        response = client.post(PREFERENCES, SWITCHES, JSON)

    data = response.json()["data"]
    assert response.status_code == 200
    assert data["email"]["promotions"] is False
    assert data["telegram"] == {
        "booking_confirmations": True,
        "reminders": True,
        "promotions": False,
        "messages": False,
    }
    assert data == client.get(PREFERENCES).json()["data"]
    assert client_of(charlie).get(PREFERENCES).json()["data"]["telegram"]["messages"] is True


def test_every_switch_can_be_turned_alone(alice: User) -> None:
    client = client_of(alice)
    for channel in SWITCHED_CHANNELS:
        for topic in SWITCHED_TOPICS:
            before = client.get(PREFERENCES).json()["data"]
            turned = not before[channel.value][topic.value]

            after = client.post(PREFERENCES, {channel.value: {topic.value: turned}}, JSON).json()["data"]

            before[channel.value][topic.value] = turned
            assert after == before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": {"security": False}}, "email.security"),
        ({"in_app": {"messages": False}}, "in_app"),
        ({"fax": {}}, "fax"),
        ({"email": {"reminders": None}}, "email.reminders"),
        ({"email": {"reminders": "perhaps"}}, "email.reminders"),
        ({"email": True}, "email"),
    ],
)
def test_what_has_no_switch_is_refused_by_name(alice: User, body: dict[str, Any], field: str) -> None:
    error = refused(client_of(alice).post(PREFERENCES, body, JSON), 400, "VALIDATION_ERROR")

    assert list(detail_codes(error)) == [field]


def test_a_device_is_registered_and_its_token_never_shown(alice: User) -> None:
    response = client_of(alice).post(DEVICES, {"token": "fcm-token-1", "platform": "ios"}, JSON)

    device = Device.objects.get()
    assert response.status_code == 201
    assert response["Location"] == f"{DEVICES}/{device.pk}"
    assert set(response.json()["data"]) == {"id", "platform", "seen_at"}
    assert (device.user, device.token, device.platform) == (alice, "fcm-token-1", "ios")


def test_a_token_belongs_to_whoever_registered_it_last(alice: User, charlie: User) -> None:
    for person in (alice, charlie):
        client_of(person).post(DEVICES, {"token": "fcm-token-1", "platform": "ios"}, JSON)

    assert [device.user for device in Device.objects.all()] == [charlie]


def test_nobody_keeps_more_than_twenty_devices(alice: User) -> None:
    client = client_of(alice)
    for number in range(22):
        client.post(DEVICES, {"token": f"t{number}", "platform": "web"}, JSON)

    assert set(Device.objects.values_list("token", flat=True)) == {f"t{number}" for number in range(2, 22)}


def test_a_device_is_forgotten_by_token_or_by_id(alice: User) -> None:
    client = client_of(alice)
    for token in ("t1", "t2"):
        client.post(DEVICES, {"token": token, "platform": "web"}, JSON)

    by_token = client.delete(DEVICES, {"token": "t1"}, JSON)
    by_id = client.delete(f"{DEVICES}/{Device.objects.get().pk}")

    assert (by_token.status_code, by_id.status_code) == (200, 200)
    assert not Device.objects.exists()


def test_a_strangers_device_is_not_there_and_stays(alice: User, charlie: User) -> None:
    client_of(alice).post(DEVICES, {"token": "t1", "platform": "web"}, JSON)
    device = Device.objects.get()

    refused(client_of(charlie).delete(DEVICES, {"token": "t1"}, JSON), 404, "RESOURCE_NOT_FOUND")
    refused(client_of(charlie).delete(f"{DEVICES}/{device.pk}"), 404, "RESOURCE_NOT_FOUND")

    assert Device.objects.filter(pk=device.pk).exists()


@pytest.mark.parametrize(
    "body", [{}, {"token": "t"}, {"token": "", "platform": "ios"}, {"token": "t", "platform": "x"}]
)
def test_half_a_device_is_refused(alice: User, body: dict[str, str]) -> None:
    refused(client_of(alice).post(DEVICES, body, JSON), 400, "VALIDATION_ERROR")

    assert not Device.objects.exists()


def test_anybody_may_write_to_us(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    """The seed's body, and the seed's answer."""
    with django_assert_num_queries(1):
        response = Client().post(CONTACT, LETTER, JSON)

    assert response.json()["message"] == "Thank you for contacting us. We'll get back to you soon."
    letter = ContactSubmission.objects.get()
    assert {name: getattr(letter, name) for name in LETTER} == LETTER
    assert (letter.status, letter.notes, letter.sender) == ("new", "", None)


def test_who_is_signed_in_is_known_as_sender(alice: User) -> None:
    client_of(alice).post(CONTACT, {"name": "A", "email": "a@example.com", "message": "Two\r\nlines"}, JSON)

    letter = ContactSubmission.objects.get()
    assert (letter.sender, letter.message, letter.phone) == (alice, "Two\nlines", "")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "john"}, "email"),
        ({"name": ""}, "name"),
        ({"message": ""}, "message"),
        ({"message": "x" * 5_001}, "message"),
        ({"phone": "call me"}, "phone"),
        ({"status": "resolved"}, "status"),
        ({"notes": "x"}, "notes"),
        ({"subject": "two\nlines"}, "subject"),
    ],
)
def test_a_letter_that_nobody_could_answer_is_refused(change: dict[str, str], field: str) -> None:
    error = refused(Client().post(CONTACT, {**LETTER, **change}, JSON), 400, "VALIDATION_ERROR")

    assert list(detail_codes(error)) == [field]
    assert not ContactSubmission.objects.exists()


def test_the_sixth_letter_of_an_hour_waits() -> None:
    for _ in range(5):
        assert Client().post(CONTACT, LETTER, JSON).status_code == 200

    refused(Client().post(CONTACT, LETTER, JSON), 429, "RATE_LIMIT_EXCEEDED")

    assert ContactSubmission.objects.count() == 5

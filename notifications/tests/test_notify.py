"""What is written down when somebody is told something: inbox, deliveries, and nothing that was not wanted."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from common import clock
from notifications.enums import SWITCHED_CHANNELS, SWITCHED_TOPICS, Channel, Topic
from notifications.errors import ChannelOff, WrongContext
from notifications.models import Delivery, Notification, Preference, UnreachableChannel
from notifications.selectors import address_hash
from notifications.services import deliver_due, notify, register_device, send_code, set_preferences
from notifications.tests.cast import OFFER, SAMPLES, alice, charlie, make_due, states, texts_to

__all__ = ["alice", "charlie"]

pytestmark = pytest.mark.django_db

SIGN_IN = {"at": SAMPLES["at"], "device": "Firefox on Windows"}
ALL_OFF = {channel: dict.fromkeys(SWITCHED_TOPICS, False) for channel in SWITCHED_CHANNELS}


def test_a_message_is_in_the_inbox_at_once_and_on_its_way_by_mail(alice: User) -> None:
    notify(alice, "new_sign_in", SIGN_IN, event_key="session.opened:1")

    [entry] = Notification.objects.all()
    assert (entry.recipient, entry.kind, entry.topic, entry.is_read) == (alice, "new_sign_in", Topic.SECURITY, False)
    assert entry.title == "New sign-in to your account"
    assert "20 January 2026, 10:00 (IST) from Firefox on Windows" in entry.message
    assert entry.data == {}
    assert states(alice) == {"email": "waiting"}


def test_it_costs_a_constant_number_of_queries(alice: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    set_preferences(alice, {Channel.EMAIL: {Topic.PROMOTIONS: True}, Channel.PUSH: {Topic.PROMOTIONS: True}})
    register_device(alice, token="t1", platform="ios")

    # Savepoint, inbox, devices, dead channels, switches, deliveries, and the savepoint's release.
    with django_assert_num_queries(7):
        notify(alice, "promotion", OFFER, event_key="offer:1")

    assert states(alice) == {"email": "waiting", "push": "waiting"}


def test_the_same_event_told_twice_is_told_once(alice: User) -> None:
    notify(alice, "welcome", {}, event_key="user.registered:1")
    deliver_due("email")

    notify(alice, "welcome", {}, event_key="user.registered:1")
    make_due()
    deliver_due("email")

    assert Notification.objects.count() == 1
    assert len(texts_to("alice@example.com")) == 1


def test_one_event_may_be_told_to_several_people(alice: User, charlie: User) -> None:
    for person in (alice, charlie):
        notify(person, "welcome", {}, event_key="house.warmed:1")

    assert Notification.objects.count() == 2
    assert states(alice) == states(charlie) == {"email": "waiting"}


def test_what_was_rolled_back_was_never_told(alice: User) -> None:
    """E323."""
    with transaction.atomic():
        notify(alice, "welcome", {}, event_key="user.registered:1")
        transaction.set_rollback(True)

    assert not Notification.objects.exists()
    assert not Delivery.objects.exists()


def test_tasks_carry_a_channel_and_nothing_of_a_person(
    alice: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, tuple[Any, ...]]] = []
    monkeypatch.setattr("common.queue._send", lambda name, args, kwargs, request_id: sent.append((name, args)))

    with django_capture_on_commit_callbacks(execute=True):
        notify(alice, "welcome", {}, event_key="user.registered:1")
        send_code("+919876543210", Channel.SMS, "sign_in_code", {"code": "428913", "minutes": 5})

    assert sent == [("notifications.send_due", ("email",)), ("notifications.send_due", ("sms",))]


def test_with_everything_off_security_still_comes_by_inbox_and_mail_only(alice: User) -> None:
    """E329."""
    register_device(alice, token="t1", platform="ios")
    set_preferences(alice, ALL_OFF)

    notify(alice, "new_sign_in", SIGN_IN, event_key="session.opened:1")
    notify(alice, "welcome", {}, event_key="user.registered:1")
    deliver_due("email")

    assert [entry.kind for entry in Notification.objects.order_by("pk")] == ["new_sign_in", "welcome"]
    assert list(Delivery.objects.values_list("kind", "channel", "state")) == [("new_sign_in", "email", "sent")]


def test_offers_are_opted_into(alice: User) -> None:
    notify(alice, "promotion", OFFER, event_key="offer:1")

    assert Notification.objects.get().data == {"link": OFFER["link"]}
    assert states(alice) == {}


@pytest.mark.parametrize("topic", [Topic.SECURITY, Topic.MONEY])
def test_no_switch_for_security_or_money_can_be_written(alice: User, topic: Topic) -> None:
    with pytest.raises(IntegrityError, match="preference_is_of_a_switch"):
        Preference.objects.create(user=alice, channel="email", topic=topic, is_on=False)


def test_who_has_no_mailbox_is_told_by_the_first_way_that_is_left(alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(email=None)
    alice.refresh_from_db()

    notify(alice, "password_changed", {"at": SAMPLES["at"]}, event_key="password.changed:1")

    assert states(alice) == {"sms": "waiting"}


def test_a_dead_mailbox_is_passed_over_until_the_address_changes(alice: User) -> None:
    UnreachableChannel.objects.create(user=alice, channel="email", address_hash=address_hash("alice@example.com"))
    notify(alice, "password_changed", {"at": SAMPLES["at"]}, event_key="password.changed:1")
    assert states(alice) == {"sms": "waiting"}

    alice.email = "alice@new.example.com"
    alice.save()
    notify(alice, "password_changed", {"at": SAMPLES["at"]}, event_key="password.changed:2")

    assert states(alice) == {"email": "waiting", "sms": "waiting"}


@pytest.mark.parametrize("change", [{"is_active": False}, {"erased_at": "now"}])
def test_blocked_and_erased_people_are_told_nothing(alice: User, change: dict[str, Any]) -> None:
    User.objects.filter(pk=alice.pk).update(**{k: clock.now() if v == "now" else v for k, v in change.items()})
    alice.refresh_from_db()

    notify(alice, "welcome", {}, event_key="user.registered:1")

    assert not Notification.objects.exists()
    assert not Delivery.objects.exists()


def test_who_was_blocked_is_told_that_much(alice: User) -> None:
    alice.is_active = False
    alice.save()

    notify(alice, "account_blocked", {}, event_key="user.blocked:1")
    deliver_due("email")

    assert states(alice) == {"email": "sent"}
    assert "your account was blocked" in texts_to("alice@example.com")[0]


def test_a_link_that_opens_an_account_stands_in_no_inbox_and_nowhere_in_clear(alice: User) -> None:
    link = "https://almanac.example/reset-password#very-secret-token"
    notify(alice, "password_reset_link", {"link": link, "minutes": 60}, event_key="password.forgotten:1")

    assert not Notification.objects.exists()
    assert "very-secret-token" not in all_deliveries()
    deliver_due("email")

    assert link in texts_to("alice@example.com")[0]
    assert Delivery.objects.get().sealed is None


def all_deliveries() -> str:
    """Every byte of them that somebody with a dump of the database could read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(row::text || encode(coalesce(sealed, ''), 'escape'), ' ')"
            " FROM notifications_delivery AS row"
        )
        return str(cursor.fetchone()[0])


def test_a_code_goes_to_a_number_that_is_nobodys_and_is_forgotten() -> None:
    send_code("+919876543210", Channel.SMS, "sign_in_code", {"code": "428913", "minutes": 5}, language="hi")
    stored = all_deliveries()
    assert "428913" not in stored
    assert "9876543210" not in stored

    deliver_due("sms")

    [text] = texts_to("+919876543210")
    assert text.startswith("428913 आपका Almanac साइन-इन कोड")
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.recipient, delivery.sealed) == ("sent", None, None)


def test_two_codes_to_one_number_are_two_deliveries() -> None:
    for code in ("111111", "222222"):
        send_code("+919876543210", Channel.SMS, "sign_in_code", {"code": code, "minutes": 5})

    deliver_due("sms")

    assert [text[:6] for text in texts_to("+919876543210")] == ["111111", "222222"]


def test_a_code_by_a_channel_that_there_is_not_is_refused(settings: Settings) -> None:
    settings.NOTIFICATION_CHANNELS = {"email": settings.NOTIFICATION_CHANNELS["email"]}

    with pytest.raises(ChannelOff):
        send_code("+919876543210", Channel.SMS, "sign_in_code", {"code": "428913", "minutes": 5})

    assert not Delivery.objects.exists()


def test_a_message_with_a_hole_is_refused_before_anything_is_written(alice: User) -> None:
    with pytest.raises(WrongContext):
        notify(alice, "new_sign_in", {"at": SAMPLES["at"]}, event_key="session.opened:1")

    assert not Notification.objects.exists()

"""What is looked at again in the moment of sending: the person, the switches, the address, the hour."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from pytest_django import Settings

from accounts.models import User
from common import clock
from notifications.enums import Channel, Topic
from notifications.errors import NotToBeSentAgain
from notifications.models import Delivery, OutgoingMessage
from notifications.services import (
    deliver_due,
    notify,
    retry_delivery,
    send_code,
    set_preferences,
)
from notifications.tests.cast import OFFER, SAMPLES, alice, charlie, offer, states, texts_to

__all__ = ["alice", "charlie"]

pytestmark = pytest.mark.django_db

SIGN_IN = {"at": SAMPLES["at"], "device": "Firefox"}


@pytest.mark.parametrize("change", [{"is_active": False}, {"erased_at": clock.now()}], ids=["blocked", "erased"])
def test_who_was_blocked_or_erased_meanwhile_gets_nothing(alice: User, change: dict[str, object]) -> None:
    notify(alice, "welcome", {}, event_key="user.registered:1")
    User.objects.filter(pk=alice.pk).update(**change)

    deliver_due("email")

    assert states(alice) == {"email": "skipped"}
    assert not OutgoingMessage.objects.exists()
    assert Delivery.objects.get().sealed is None


def test_a_switch_that_was_turned_meanwhile_counts(alice: User) -> None:
    notify(alice, "welcome", {}, event_key="user.registered:1")
    set_preferences(alice, {Channel.EMAIL: {Topic.MESSAGES: False}})

    deliver_due("email")

    assert states(alice) == {"email": "skipped"}
    assert not OutgoingMessage.objects.exists()


def test_a_new_address_counts(alice: User) -> None:
    notify(alice, "welcome", {}, event_key="user.registered:1")
    User.objects.filter(pk=alice.pk).update(email="alice@new.example.com")

    deliver_due("email")

    assert texts_to("alice@example.com") == []
    assert len(texts_to("alice@new.example.com")) == 1


def test_what_comes_too_late_is_not_sent() -> None:
    send_code("+919876543210", Channel.SMS, "sign_in_code", {"code": "428913", "minutes": 5})
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        deliver_due("sms")

    assert states(None) == {"sms": "expired"}
    assert not OutgoingMessage.objects.exists()


def test_offers_wait_for_the_morning_and_security_does_not(alice: User) -> None:
    """E328."""
    set_preferences(alice, {Channel.EMAIL: {Topic.PROMOTIONS: True}})
    night = datetime(2030, 1, 20, 18, 0, tzinfo=UTC)

    with time_machine.travel(night):
        notify(alice, "promotion", OFFER, event_key="offer:1")
        notify(alice, "new_sign_in", SIGN_IN, event_key="session.opened:1")
        deliver_due("email")

    by_kind = {row.kind: row for row in Delivery.objects.all()}
    assert by_kind["new_sign_in"].state == "sent"
    assert by_kind["promotion"].state == "waiting"
    assert by_kind["promotion"].due_at == datetime(2030, 1, 21, 2, 30, tzinfo=UTC)


def test_an_offer_that_becomes_due_at_night_waits_without_counting_a_try(alice: User) -> None:
    """E328: its reader moved to another zone meanwhile."""
    set_preferences(alice, {Channel.EMAIL: {Topic.PROMOTIONS: True}})
    delivery = offer(alice)
    User.objects.filter(pk=alice.pk).update(timezone="Pacific/Auckland")

    with time_machine.travel(datetime(2030, 1, 20, 10, 0, tzinfo=UTC)):
        deliver_due("email")

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("waiting", 0)
    assert delivery.due_at == datetime(2030, 1, 20, 19, 0, tzinfo=UTC)


def test_a_reader_whose_zone_is_unknown_here_is_read_as_utc(alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(timezone="Mars/Olympus")
    alice.refresh_from_db()

    notify(alice, "new_sign_in", SIGN_IN, event_key="session.opened:1")
    deliver_due("email")

    assert "20 January 2026, 04:30 (UTC)" in texts_to("alice@example.com")[0]


def test_what_came_too_late_is_not_sent_again(alice: User, settings: Settings) -> None:
    notify(alice, "new_sign_in", SIGN_IN, event_key="session.opened:1")
    settings.NOTIFICATION_CHANNELS = {}
    deliver_due("email")

    with time_machine.travel(clock.now() + timedelta(days=3)), pytest.raises(NotToBeSentAgain, match="too late"):
        retry_delivery(Delivery.objects.get(), actor=alice, reason="late")

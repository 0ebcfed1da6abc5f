"""On its way: claimed once, tried again where that is safe, rechecked, and led round what is closed."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from common import clock
from common.models import PlatformSettings
from common.platform import remember_platform_settings
from common.tests.threads import in_threads
from notifications.enums import Channel, DeliveryState, Topic, Urgency
from notifications.errors import NotToBeSentAgain
from notifications.models import Delivery, Device, OutgoingMessage, UnreachableChannel
from notifications.sealing import seal
from notifications.services import (
    deliver_due,
    notify,
    register_device,
    restore_channel,
    retry_delivery,
    set_preferences,
    sweep,
)
from notifications.services.attempt import Outcome
from notifications.services.settle import settle
from notifications.tests.cast import NOON, OFFER, SAMPLES, alice, charlie, make_due, offer, send, states, texts_to
from notifications.tests.providers import HANG_UP, Provider, provider

__all__ = ["alice", "charlie"]

pytestmark = pytest.mark.django_db

OK = (200, {"ok": True, "result": {"message_id": 1}})
BLOCKED = (403, {"ok": False, "description": "Forbidden: bot was blocked by the user"})
BUSY = (429, {"ok": False, "parameters": {"retry_after": 30}})
SIGN_IN = {"at": SAMPLES["at"], "device": "Firefox"}
TELEGRAM = "notifications.channels.telegram.TelegramChannel"


@pytest.fixture
def telegram(settings: Settings) -> Iterator[Provider]:
    """A Bot API on this machine instead of the outbox."""
    with provider(OK) as known:
        settings.TELEGRAM_API_URL = known.url
        settings.TELEGRAM_BOT_TOKEN = "1:x"
        settings.NOTIFICATION_CHANNELS = {**settings.NOTIFICATION_CHANNELS, "telegram": TELEGRAM}
        yield known


@pytest.fixture
def _only_telegram(alice: User) -> None:
    alice.telegram_id = 77
    alice.save()
    set_preferences(alice, {Channel.TELEGRAM: {Topic.PROMOTIONS: True}})


@pytest.mark.usefixtures("_only_telegram")
def test_what_is_due_is_sent_and_settled(alice: User, telegram: Provider) -> None:
    offer(alice)

    assert send() == 1

    [asked] = telegram.asked
    assert asked.json["chat_id"] == "77"
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts, delivery.provider_id) == ("sent", 1, "1")
    assert (delivery.sealed, delivery.leased_until) == (None, None)
    assert delivery.sent_at is not None
    assert send() == 0


def test_a_delivery_costs_a_constant_number_of_queries(
    alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    notify(alice, "welcome", {}, event_key="user.registered:1")

    # Claim: urgent, ordinary. Person, devices, dead channels, switches. Outbox: look, savepoint, write, release.
    # Settle: savepoint, update, release. Then nothing is due: three levels of urgency are asked.
    with django_assert_num_queries(16):
        deliver_due("email")


def test_urgent_messages_overtake(alice: User) -> None:
    set_preferences(alice, {Channel.EMAIL: {Topic.PROMOTIONS: True}})
    offer(alice)
    with time_machine.travel(NOON):
        notify(alice, "welcome", {}, event_key="user.registered:1")
        notify(alice, "session_revoked", SIGN_IN, event_key="session.revoked:1")

    send("email")

    sent = Delivery.objects.order_by("sent_at").values_list("urgency", flat=True)
    assert list(sent) == [Urgency.NOW, Urgency.SOON, Urgency.BULK]


@pytest.mark.usefixtures("_only_telegram")
@pytest.mark.parametrize("answer", [(500, {}), (429, {"ok": False}), (401, {})])
def test_a_temporary_failure_is_tried_again_with_growing_waits(
    alice: User, telegram: Provider, answer: tuple[int, dict[str, object]]
) -> None:
    telegram.answers[:] = [answer]
    delivery = offer(alice)
    waits = []

    for _ in range(4):
        assert send() == 1
        delivery.refresh_from_db()
        assert delivery.state == "waiting"
        waits.append(round((delivery.due_at - delivery.updated_at).total_seconds()))
        assert send() == 0
        make_due()
    telegram.answers[:] = [OK]
    send()

    assert waits == [30, 60, 120, 240]
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("sent", 5)


@pytest.mark.usefixtures("_only_telegram")
def test_after_the_last_try_it_has_failed_and_another_way_is_taken(alice: User, telegram: Provider) -> None:
    remember_platform_settings(PlatformSettings(message_tries=2), seconds=3600)
    set_preferences(alice, {Channel.SMS: {Topic.PROMOTIONS: True}})
    telegram.answers[:] = [(500, {})]
    offer(alice)

    for _ in range(3):
        send()
        make_due()

    assert len(telegram.asked) == 2
    assert states(alice) == {"telegram": "failed", "sms": "waiting"}


@pytest.mark.usefixtures("_only_telegram")
def test_a_blocked_bot_switches_the_channel_off_and_falls_back_without_another_try(
    alice: User, telegram: Provider
) -> None:
    """E311."""
    set_preferences(alice, {Channel.SMS: {Topic.PROMOTIONS: True}})
    telegram.answers[:] = [BLOCKED]
    offer(alice)

    send()
    send("sms")

    assert states(alice) == {"telegram": "failed", "sms": "sent"}
    assert [row.channel for row in UnreachableChannel.objects.all()] == ["telegram"]
    assert OFFER["link"] in texts_to("+919876543210")[0]

    offer(alice, 2)
    assert Delivery.objects.filter(event_key="offer:2").values_list("channel").get() == ("sms",)
    assert len(telegram.asked) == 1


@pytest.mark.usefixtures("_only_telegram")
def test_start_turns_the_channel_on_again(alice: User, telegram: Provider) -> None:
    """E311."""
    telegram.answers[:] = [BLOCKED, OK]
    offer(alice)
    send()

    restore_channel(alice, Channel.TELEGRAM)
    offer(alice, 2)
    send()

    assert Delivery.objects.get(event_key="offer:2").state == "sent"


@pytest.mark.usefixtures("_only_telegram")
def test_no_fallback_where_another_way_has_reached_the_person(alice: User, telegram: Provider) -> None:
    set_preferences(alice, {Channel.EMAIL: {Topic.PROMOTIONS: True}, Channel.SMS: {Topic.PROMOTIONS: True}})
    telegram.answers[:] = [BLOCKED]
    offer(alice)

    send("email")
    send()

    assert states(alice) == {"email": "sent", "telegram": "failed"}


@pytest.mark.usefixtures("_only_telegram")
def test_a_chat_that_is_asked_to_wait_waits_with_all_its_messages_and_others_go_on(
    alice: User, charlie: User, telegram: Provider
) -> None:
    """E312."""
    User.objects.filter(pk=charlie.pk).update(telegram_id=78)
    charlie.refresh_from_db()
    set_preferences(charlie, {Channel.TELEGRAM: {Topic.PROMOTIONS: True}})
    telegram.answers[:] = [BUSY, OK]
    for number in (1, 2):
        offer(alice, number)
    offer(charlie)

    send()

    assert [asked.json["chat_id"] for asked in telegram.asked] == ["77", "78"]
    waits = [row.due_at - clock.now() for row in Delivery.objects.filter(recipient=alice)]
    assert len(waits) == 2
    assert all(timedelta(seconds=25) < wait <= timedelta(seconds=31) for wait in waits)


@pytest.mark.usefixtures("_only_telegram")
def test_silence_after_handing_over_is_never_repeated(alice: User, telegram: Provider) -> None:
    telegram.answers[:] = [HANG_UP, OK]
    set_preferences(alice, {Channel.SMS: {Topic.PROMOTIONS: True}})
    offer(alice)

    send()
    make_due()
    send()

    assert len(telegram.asked) == 1
    assert states(alice) == {"telegram": "unknown", "sms": "waiting"}


def test_a_worker_that_died_before_sending_loses_nothing_where_repeating_does_not_show(alice: User) -> None:
    """E327."""
    notify(alice, "welcome", {}, event_key="user.registered:1")
    die_holding("email")
    assert deliver_due("email") == 0

    sweep()
    make_due()
    deliver_due("email")

    assert states(alice) == {"email": "sent"}
    assert len(texts_to("alice@example.com")) == 1


def test_a_worker_that_died_after_sending_sends_no_second_copy(alice: User) -> None:
    """E327."""
    notify(alice, "welcome", {}, event_key="user.registered:1")
    deliver_due("email")
    Delivery.objects.update(sent_at=None, state=DeliveryState.WAITING, sealed=seal_of_nothing())
    die_holding("email")

    sweep()
    make_due()
    deliver_due("email")

    assert states(alice) == {"email": "sent"}
    assert len(texts_to("alice@example.com")) == 1


@pytest.mark.usefixtures("_only_telegram", "telegram")
def test_a_worker_that_died_where_repeating_shows_leaves_it_unknown_and_another_way_is_taken(alice: User) -> None:
    """E327: at most once on each channel, and not lost."""
    set_preferences(alice, {Channel.SMS: {Topic.PROMOTIONS: True}})
    offer(alice)
    die_holding("telegram")

    sweep()

    assert states(alice) == {"telegram": "unknown", "sms": "waiting"}


def die_holding(channel: str) -> None:
    """What a worker leaves that was killed between claim and settlement, six minutes ago."""
    Delivery.objects.waiting().filter(channel=channel).update(
        state=DeliveryState.SENDING, attempts=1, leased_until=Now() - timedelta(minutes=1)
    )


def seal_of_nothing() -> bytes:
    return seal(Delivery.objects.get().pk, {"context": {}})


def test_a_message_that_kills_its_workers_is_given_up(alice: User) -> None:
    notify(alice, "welcome", {}, event_key="user.registered:1")
    Delivery.objects.update(attempts=5)

    deliver_due("email")

    assert states(alice)["email"] == "failed"
    assert not OutgoingMessage.objects.exists()


def test_a_worker_that_was_taken_for_dead_settles_nothing(alice: User) -> None:
    notify(alice, "welcome", {}, event_key="user.registered:1")
    die_holding("email")
    slow = Delivery.objects.get()
    sweep()
    make_due()
    # Another worker has it in its hands now.
    Delivery.objects.update(state=DeliveryState.SENDING, attempts=2, leased_until=Now() + timedelta(minutes=1))

    assert settle(slow, Outcome(DeliveryState.FAILED, "late")) is False

    assert states(alice) == {"email": "sending"}


def test_every_device_gets_a_push_and_a_dead_one_is_forgotten(alice: User, settings: Settings) -> None:
    set_preferences(alice, {Channel.PUSH: {Topic.PROMOTIONS: True}})
    for token in ("t1", "t2"):
        register_device(alice, token=token, platform="android")
    offer(alice)

    send("push")

    assert states(alice) == {"push": "sent"}
    assert [len(texts_to(token)) for token in ("t1", "t2")] == [1, 1]

    dead = Outcome(DeliveryState.FAILED, "FCM UNREGISTERED", dead=("t1",))
    second = offer(alice, 2)
    Delivery.objects.filter(pk=second.pk).update(state=DeliveryState.SENDING, attempts=1, leased_until=Now())
    second.refresh_from_db()
    settle(second, dead)

    assert [device.token for device in Device.objects.all()] == ["t2"]


def test_a_channel_without_provider_fails_over(alice: User, settings: Settings) -> None:
    notify(alice, "new_sign_in", SIGN_IN, event_key="session.opened:1")
    settings.NOTIFICATION_CHANNELS = {"sms": settings.NOTIFICATION_CHANNELS["sms"]}

    deliver_due("email")

    assert states(alice) == {"email": "failed", "sms": "waiting"}


def test_a_second_delivery_of_one_event_cannot_be_written(alice: User) -> None:
    """INV-73."""
    notify(alice, "welcome", {}, event_key="user.registered:1")
    twin = Delivery.objects.get()
    twin.pk = None

    with pytest.raises(IntegrityError, match="one_delivery_per_event_recipient_and_channel"):
        Delivery.objects.bulk_create([Delivery(**facts_of(twin))])


def facts_of(delivery: Delivery) -> dict[str, object]:
    names = ("event_key", "recipient_id", "channel", "kind", "expires_at")
    return {name: getattr(delivery, name) for name in names}


def test_staff_send_a_failed_one_again_and_the_log_knows(alice: User, settings: Settings) -> None:
    channels = settings.NOTIFICATION_CHANNELS
    notify(alice, "new_sign_in", SIGN_IN, event_key="session.opened:1")
    settings.NOTIFICATION_CHANNELS = {}
    deliver_due("email")
    settings.NOTIFICATION_CHANNELS = channels
    failed = Delivery.objects.get(channel="email")

    retry_delivery(failed, actor=alice, reason="the provider is back")
    deliver_due("email")

    assert states(alice) == {"email": "sent"}
    with pytest.raises(NotToBeSentAgain):
        retry_delivery(failed, actor=alice, reason="once more")


def test_logs_name_the_delivery_and_nothing_of_a_person(
    alice: User, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    notify(alice, "new_sign_in", SIGN_IN, event_key="session.opened:1")
    settings.NOTIFICATION_CHANNELS = {}

    deliver_due("email")

    [record] = [record for record in caplog.records if record.message == "a message was not delivered"]
    assert record.__dict__["delivery"] == str(Delivery.objects.get().pk)
    assert "alice" not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_what_one_worker_is_claiming_no_other_waits_for_or_takes(alice: User) -> None:
    for number in (1, 2):
        notify(alice, "welcome", {}, event_key=f"user.registered:{number}")

    with transaction.atomic():
        Delivery.objects.select_for_update().get(event_key="user.registered:1")
        counts = in_threads(1, lambda: deliver_due("email"))

    assert counts == [1]
    assert dict(Delivery.objects.values_list("event_key", "state")) == {
        "user.registered:1": "waiting",
        "user.registered:2": "sent",
    }


@pytest.mark.django_db(transaction=True)
def test_eight_workers_send_each_message_once(alice: User) -> None:
    for number in range(24):
        notify(alice, "welcome", {}, event_key=f"user.registered:{number}")

    counts = in_threads(8, lambda: deliver_due("email"))

    assert sum(counts) == 24
    assert len(texts_to("alice@example.com")) == 24
    assert set(Delivery.objects.values_list("state", "attempts")) == {("sent", 1)}

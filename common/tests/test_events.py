"""Announcing: one row in the transaction of the fact, one nudge after it."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from pytest_django import DjangoAssertNumQueries

from common import events
from common.context import set_request_id
from common.events import Event, News, on, publish, publish_all, subscribers_of
from common.ids import new_id
from common.models import EventReceipt, OutboxEvent
from common.outbox import deliver_due
from common.redis import redis_client
from common.tests.test_queue import queued


def first(event: Event) -> None:
    """Does nothing, by name."""


def second(event: Event) -> None:
    """Does nothing, by another name."""


@pytest.fixture(autouse=True)
def _two_subscribers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(events, "_subscribers", events._subscribers.__class__(dict))
        on("probe.happened")(first)
        on("probe.happened")(second)
        yield


def announce_and_fail() -> None:
    with transaction.atomic():
        publish("probe.happened", "p1")
        raise DatabaseError


@transaction.atomic
def publish_alone(subject: str) -> None:
    publish("probe.happened", subject)


@pytest.mark.django_db(transaction=True)
def test_an_event_without_the_transaction_of_its_fact_is_refused() -> None:
    with pytest.raises(transaction.TransactionManagementError, match="outside of the transaction"):
        publish("probe.happened", "p1")

    assert not OutboxEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_not_announced() -> None:
    with pytest.raises(DatabaseError):
        announce_and_fail()

    assert not OutboxEvent.objects.exists()
    assert queued() == []


@pytest.mark.django_db(transaction=True)
def test_a_transaction_nudges_once_however_much_it_announces() -> None:
    with transaction.atomic():
        publish("probe.happened", "p1")
        with transaction.atomic():
            publish("probe.happened", "p2")
        publish("probe.happened", "p3")

    assert [message["headers"]["task"] for message in queued()] == ["common.deliver_events"]


@pytest.mark.django_db(transaction=True)
def test_no_second_nudge_is_sent_before_a_worker_has_taken_the_first() -> None:
    publish_alone("p1")
    publish_alone("p2")
    assert len(queued()) == 1

    deliver_due()
    publish_alone("p3")

    assert len(queued()) == 2


@pytest.mark.django_db(transaction=True)
def test_without_redis_each_transaction_nudges(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    redis_client.cache_clear()
    try:
        publish_alone("p1")
        publish_alone("p2")
        assert deliver_due() == 2
    finally:
        redis_client.cache_clear()

    assert len(queued()) == 2


@pytest.mark.django_db(transaction=True)
def test_a_nudge_that_was_rolled_back_with_its_savepoint_is_sent_by_the_next_event() -> None:
    with transaction.atomic():
        with pytest.raises(DatabaseError):
            announce_and_fail()
        publish("probe.happened", "p2")

    assert len(queued()) == 1
    assert [event.subject for event in OutboxEvent.objects.all()] == ["p2"]


@pytest.mark.django_db
def test_announcing_is_one_statement(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        publish("probe.happened", new_id(), {"calendar_id": new_id()})

    assert not EventReceipt.objects.exists()


@pytest.mark.django_db
def test_the_row_says_what_happened_to_what_and_whom_to_tell() -> None:
    subject, calendar = new_id(), new_id()
    set_request_id("story-2")

    publish("probe.happened", subject, {"calendar_id": calendar, "seats": 3, "online": True, "note": None})
    set_request_id("")

    event = OutboxEvent.objects.get()
    assert (event.name, event.subject, event.request_id) == ("probe.happened", str(subject), "story-2")
    assert event.data == {"calendar_id": str(calendar), "seats": 3, "online": True, "note": None}
    assert event.subscribers == ["common.tests.test_events.first", "common.tests.test_events.second"]
    assert (event.delivered_at, event.dead_at, event.attempts) == (None, None, 0)


@pytest.mark.django_db(transaction=True)
def test_what_nobody_listens_to_is_history_at_once() -> None:
    with transaction.atomic():
        publish("probe.ignored", "p1")

    event = OutboxEvent.objects.get()
    assert event.delivered_at == event.created_at
    assert queued() == []


@pytest.mark.django_db
def test_the_same_key_is_announced_once() -> None:
    publish("probe.happened", "p1", {"n": 1}, key="probe:p1:1")
    publish("probe.happened", "p1", {"n": 2}, key="probe:p1:1")
    publish("probe.happened", "p1", {"n": 3})
    publish("probe.happened", "p1", {"n": 4})

    assert sorted(event.data["n"] for event in OutboxEvent.objects.all()) == [1, 3, 4]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["", "booking", "Booking.confirmed", "booking.", ".confirmed", "a.b.c", "booking confirmed", "booking.x1"]
)
def test_a_name_is_a_noun_and_a_past_tense(name: str) -> None:
    with pytest.raises(ValueError, match=r"noun\.past_tense"):
        publish(name, "p1")
    with pytest.raises(ValueError, match=r"noun\.past_tense"):
        on(name)


@pytest.mark.django_db
@pytest.mark.parametrize("value", [1.5, Decimal("1.5"), [1], {"a": 1}, b"x", object()])
def test_data_holds_plain_values_only(value: Any) -> None:
    with pytest.raises(TypeError, match="plain values"):
        publish("probe.happened", "p1", {"value": value})


@pytest.mark.django_db
def test_data_is_small() -> None:
    with pytest.raises(ValueError, match="2000 bytes"):
        publish("probe.happened", "p1", {"essay": "x" * 2_000})


def test_a_subscriber_has_one_name() -> None:
    with pytest.raises(ValueError, match="already subscribed"):
        on("probe.happened")(first)

    assert list(subscribers_of("probe.happened")) == [
        "common.tests.test_events.first",
        "common.tests.test_events.second",
    ]
    assert subscribers_of("probe.unheard_of") == {}


def test_reading_the_subscribers_of_a_name_registers_nothing() -> None:
    subscribers_of("probe.unheard_of")

    assert "probe.unheard_of" not in events._subscribers


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 40])
def test_many_are_announced_as_one_is(count: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    subjects = [new_id() for _ in range(count)]
    news = [
        News("probe.happened", subject, {"by": 'a "b"\n', "n": 1, "who": subject, "none": None}, key=f"k:{subject}")
        for subject in subjects
    ]
    publish("probe.happened", "there before", key=news[0].key)
    set_request_id("req-1")

    with django_assert_num_queries(1):
        publish_all(news)
    set_request_id("")

    there = OutboxEvent.objects.exclude(subject="there before").order_by("subject")
    assert [event.subject for event in there] == sorted(map(str, subjects[1:]))
    for event in there:
        assert event.data == {"by": 'a "b"\n', "n": 1, "who": event.subject, "none": None}
        assert (event.key, event.request_id) == (f"k:{event.subject}", "req-1")
        assert (len(event.subscribers), event.attempts, event.delivered_at, event.dead_at) == (2, 0, None, None)
        assert event.due_at is not None

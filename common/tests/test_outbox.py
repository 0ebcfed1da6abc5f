"""Delivery: each subscriber handles each event with one effect, whoever fails, dies or comes twice."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from pytest_django import DjangoAssertNumQueries

from common import events, outbox
from common.clock import now
from common.context import current_request_id, set_request_id
from common.events import Event, on, publish
from common.ids import first_id_of
from common.models import EventReceipt, OutboxEvent
from common.tests.test_queue import queued
from common.tests.threads import in_threads

pytestmark = pytest.mark.django_db


ALICE = "common.tests.test_outbox.alice"
BOB = "common.tests.test_outbox.bob"

told: list[tuple[str, str]] = []
bob_fails = threading.Event()


def alice(event: Event) -> None:
    """Notes whom she was told of, and under which request id."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO probe_effect VALUES (%s, %s)", [ALICE, event.subject])
    told.append((event.subject, current_request_id()))


def bob(event: Event) -> None:
    """Writes first and fails then, if he fails."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO probe_effect VALUES (%s, %s)", [BOB, event.subject])
    if bob_fails.is_set():
        raise RuntimeError("bob@example.com is out of reach")


@pytest.fixture(autouse=True)
def _probe(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A table of effects that nothing keeps from holding doubles, and two subscribers that write to it."""
    marker = request.node.get_closest_marker("django_db")
    request.getfixturevalue("transactional_db" if marker.kwargs.get("transaction") else "db")
    monkeypatch.setattr(events, "_subscribers", events._subscribers.__class__(dict))
    on("probe.happened")(alice)
    on("probe.happened")(bob)
    told.clear()
    bob_fails.clear()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS probe_effect (subscriber text, subject text)")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE probe_effect")


def announce(*subjects: str) -> None:
    with transaction.atomic():
        for subject in subjects:
            publish("probe.happened", subject)


def effects() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT subscriber, subject FROM probe_effect ORDER BY subscriber, subject")
        return [(subscriber, subject) for subscriber, subject in cursor.fetchall()]


def make_due() -> None:
    OutboxEvent.objects.update(due_at=Now() - timedelta(seconds=1))


def test_every_subscriber_is_told_and_the_event_is_closed() -> None:
    announce("p1")

    delivered = outbox.deliver_due()

    assert delivered == 1
    assert effects() == [(ALICE, "p1"), (BOB, "p1")]
    assert OutboxEvent.objects.get().delivered_at is not None
    assert {receipt.subscriber for receipt in EventReceipt.objects.exclude(handled_at=None)} == {ALICE, BOB}


def test_what_was_delivered_is_not_delivered_again() -> None:
    announce("p1")
    outbox.deliver_due()
    make_due()

    assert outbox.deliver_due() == 0
    assert len(effects()) == 2


def test_events_are_told_in_order_of_their_time() -> None:
    subjects = [f"p{number}" for number in range(50)]
    announce(*subjects)

    outbox.deliver_due()

    assert [subject for subject, _ in told] == subjects


def test_a_subscriber_runs_under_the_request_id_of_the_announcement() -> None:
    set_request_id("story-3")
    announce("p1")
    set_request_id("")

    outbox.deliver_due()

    assert told == [("p1", "story-3")]
    assert current_request_id() == ""


def test_one_who_fails_is_rolled_back_alone_and_holds_up_nobody() -> None:
    bob_fails.set()
    announce("p1", "p2")

    outbox.deliver_due()

    assert effects() == [(ALICE, "p1"), (ALICE, "p2")]
    assert not OutboxEvent.objects.exclude(delivered_at=None).exists()
    failure = EventReceipt.objects.filter(subscriber=BOB).first()
    assert failure is not None
    assert (failure.handled_at, failure.failures) == (None, 1)
    assert failure.last_error.startswith("RuntimeError in bob (test_outbox.py:")
    assert "example.com" not in failure.last_error


def test_the_next_try_tells_only_those_who_failed() -> None:
    bob_fails.set()
    announce("p1")
    outbox.deliver_due()
    bob_fails.clear()
    make_due()

    outbox.sweep()

    assert effects() == [(ALICE, "p1"), (BOB, "p1")]
    assert OutboxEvent.objects.get().delivered_at is not None
    assert EventReceipt.objects.get(subscriber=BOB).handled_at is not None


def test_tries_are_twice_as_far_apart_each_time_up_to_an_hour() -> None:
    bob_fails.set()
    announce("p1")
    gaps = []
    for _ in range(outbox.MOST_ATTEMPTS):
        make_due()
        outbox.deliver_due()
        event = OutboxEvent.objects.get()
        gaps.append(round((event.due_at - now()).total_seconds()))

    assert gaps == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]


def test_the_last_failure_gives_the_event_up_with_an_alert(caplog: pytest.LogCaptureFixture) -> None:
    bob_fails.set()
    announce("p1")
    OutboxEvent.objects.update(attempts=outbox.MOST_ATTEMPTS - 1)

    outbox.deliver_due()

    assert OutboxEvent.objects.get().dead_at is not None
    assert "an event is given up" in caplog.messages
    assert outbox.sweep() == 0


def test_an_event_that_killed_its_worker_at_every_try_is_given_up_by_the_sweep(
    caplog: pytest.LogCaptureFixture,
) -> None:
    announce("p1")
    OutboxEvent.objects.update(attempts=outbox.MOST_ATTEMPTS)

    outbox.sweep()

    assert OutboxEvent.objects.get().dead_at is not None
    assert effects() == []
    assert "an event is given up" in caplog.messages


def test_a_dead_event_can_be_replayed_for_those_who_missed_it() -> None:
    bob_fails.set()
    announce("p1")
    OutboxEvent.objects.update(attempts=outbox.MOST_ATTEMPTS - 1)
    outbox.deliver_due()
    bob_fails.clear()
    event = OutboxEvent.objects.get()

    assert outbox.replay(event.pk)
    outbox.deliver_due()

    assert effects() == [(ALICE, "p1"), (BOB, "p1")]
    assert not outbox.replay(event.pk)


def test_a_subscriber_that_is_added_later_is_not_told_old_news() -> None:
    announce("p1")
    on("probe.happened")(charlie)

    outbox.deliver_due()

    assert OutboxEvent.objects.get().delivered_at is not None
    assert "charlie" not in [subject for subject, _ in told]


def charlie(event: Event) -> None:
    told.append(("charlie", event.subject))


def test_a_subscriber_that_this_worker_does_not_know_is_left_to_one_that_does() -> None:
    announce("p1")
    events._subscribers["probe.happened"].pop(BOB)

    outbox.deliver_due()

    assert OutboxEvent.objects.get().delivered_at is None
    assert EventReceipt.objects.get(subscriber=BOB).last_error.startswith("LookupError")

    on("probe.happened")(bob)
    make_due()
    outbox.deliver_due()
    assert effects() == [(ALICE, "p1"), (BOB, "p1")]


def test_an_event_under_way_is_not_claimed_by_another_worker() -> None:
    announce("p1")

    assert len(outbox._claim()) == 1
    assert outbox._claim() == []


def test_one_that_was_tried_before_is_taken_alone_and_last() -> None:
    announce(*[f"p{number}" for number in range(5)])
    OutboxEvent.objects.filter(subject__in=["p0", "p1"]).update(attempts=1)

    assert [event.subject for event in outbox._claim()] == ["p2", "p3", "p4", "p0"]
    assert [event.subject for event in outbox._claim()] == ["p1"]


def test_a_batch_costs_two_statements_and_one_per_receipt(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    events._subscribers["probe.happened"].pop(BOB)
    announce(*[f"p{number}" for number in range(outbox.BATCH)])

    # Claim, close and the claim that finds nothing; for each event savepoint, receipt, effect, release.
    with django_assert_num_queries(3 + 4 * outbox.BATCH):
        outbox.deliver_due()


def test_a_run_hands_the_worker_back_after_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "RUN_SECONDS", -1)
    announce(*[f"p{number}" for number in range(outbox.BATCH + 1)])

    assert outbox.deliver_due() == outbox.BATCH


def test_only_what_was_delivered_long_ago_is_forgotten() -> None:
    announce("old", "young", "stuck", "dead")
    outbox.deliver_due()
    bob_fails.set()
    for subject, age, values in (
        ("old", 15, {}),
        ("young", 13, {}),
        ("stuck", 15, {"delivered_at": None}),
        ("dead", 15, {"delivered_at": None, "dead_at": now()}),
    ):
        age_event(subject, timedelta(days=age))
        OutboxEvent.objects.filter(subject=subject).update(**values)

    assert outbox.purge() == 1
    assert {event.subject for event in OutboxEvent.objects.all()} == {"young", "stuck", "dead"}
    assert EventReceipt.objects.count() == 6


def age_event(subject: str, age: timedelta) -> None:
    """Gives an event the id that it would bear if it had been announced so long ago."""
    event = OutboxEvent.objects.get(subject=subject)
    older = first_id_of(now() - age).int | (event.pk.int & (1 << 64) - 1)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("UPDATE common_outboxevent SET id = %s::uuid WHERE id = %s", [f"{older:032x}", event.pk])
        cursor.execute(
            "UPDATE common_eventreceipt SET event_id = %s::uuid WHERE event_id = %s", [f"{older:032x}", event.pk]
        )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("count", [100, pytest.param(1_000, marks=pytest.mark.deep)])
def test_four_sweeps_at_once_tell_each_subscriber_once(count: int) -> None:
    subjects = [f"p{number:03}" for number in range(count)]
    announce(*subjects)

    in_threads(4, outbox.sweep)

    assert effects() == [(who, subject) for who in (ALICE, BOB) for subject in subjects]
    assert not OutboxEvent.objects.filter(delivered_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_was_thought_dead_has_no_second_effect() -> None:
    announce("p1")
    [mine] = outbox._claim()
    make_due()
    outbox.deliver_due()

    outbox._deliver(mine)

    assert effects() == [(ALICE, "p1"), (BOB, "p1")]


@pytest.mark.django_db(transaction=True)
def test_two_workers_on_one_event_wait_for_each_other_and_one_does_nothing() -> None:
    announce("p1")
    [mine] = outbox._claim()

    in_threads(4, lambda: outbox._deliver(mine))

    assert effects() == [(ALICE, "p1"), (BOB, "p1")]


@pytest.mark.django_db(transaction=True)
def test_a_dead_event_that_is_replayed_nudges_the_workers() -> None:
    announce("p1")
    OutboxEvent.objects.update(dead_at=now(), attempts=outbox.MOST_ATTEMPTS)
    before = len(queued())

    outbox.replay(OutboxEvent.objects.get().pk)

    assert len(queued()) == before + 1


@pytest.mark.django_db(transaction=True)
def test_a_claim_passes_over_what_another_worker_is_just_claiming() -> None:
    announce("p1", "p2")

    with transaction.atomic():
        OutboxEvent.objects.select_for_update().get(subject="p1")
        [claimed] = in_threads(1, outbox._claim)

    assert [event.subject for event in claimed] == ["p2"]

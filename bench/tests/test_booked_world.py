"""Copied bookings are like those that the platform makes, and what the scenarios do with bookings is done."""

from collections import Counter
from itertools import islice

import pytest
from django.db import connection, transaction
from django.db.models import Model

from bench.booked import pattern
from bench.busy_world import ROWS_OF_A_CALENDAR, fill
from bench.copying import bulk_writing
from bench.scenario import Load, Work, all_scenarios
from bench.scenarios import bookings, checkout, load_mix
from bench.tests.test_busy_world import sent
from bookings.management.invariants import OWN
from bookings.models import Booking, BookingLine, CheckoutPreview, TimelineEntry
from catalog.models import Category, Occupancy
from common.proofs import check, invariants
from payments.models import Journal, Payment, Posting, WebhookEvent

pytestmark = pytest.mark.django_db

ROWS = ROWS_OF_A_CALENDAR
WRITES = {
    "booking-create": (1, 1),
    "series-of-52": (52, 52),
    "booking-reschedule": (0, 0),
    "booking-cancel": (0, -1),
}


@pytest.fixture(autouse=True)
def _few_of_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name, count in [
        (bookings, "SPECIALISTS", 3),
        (bookings, "CALLERS", 2),
        (bookings, "CANCELLED_IN_A_RUN", 2),
        (checkout, "CALLERS", 2),
        (checkout, "CONFIRMED_IN_A_RUN", 2),
        (checkout, "RUNS", 2),
        (load_mix, "ROOMS", 40),
        (load_mix, "CALLERS", 20),
        (load_mix, "READ", 3),
    ]:
        monkeypatch.setattr(module, name, count)


def loaded(name: str) -> Load:
    load: Load = all_scenarios()[name].setup(connection.connection)
    return load


def done(work: Work) -> int:
    """Executes it as the limit is measured, and tells how many rows the last statement found or wrote."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement, parameters in work:
            cursor.execute(statement, parameters)
        count: int = cursor.rowcount
    return count


def test_so_many_bookings_are_there_with_lines_steps_and_what_they_occupy() -> None:
    fill(ROWS_OF_A_CALENDAR, ROWS)

    copied = Booking.objects.exclude(pk=pattern().pk)
    steps = Counter(TimelineEntry.objects.filter(booking__in=copied).values_list("booking", flat=True))
    assert copied.count() == BookingLine.objects.filter(booking__in=copied).count() == ROWS
    assert {each.pk: each.steps for each in copied} == steps
    assert Occupancy.objects.count() == ROWS_OF_A_CALENDAR + copied.occupying().count()
    assert 0 < copied.occupying().count() < ROWS


def test_what_is_copied_keeps_every_invariant_but_that_it_was_announced() -> None:
    fill(0, ROWS)

    broken = {each.id for each in invariants() if each.id in OWN and check(each).outcome != "ok"}

    assert broken == {"INV-70"}


def test_guards_and_indexes_are_back_when_the_rows_are_written() -> None:
    def guards() -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT conname FROM pg_constraint WHERE contype IN ('p', 'u', 'x')")
            constraints = cursor.fetchall()
            cursor.execute("SELECT indexname FROM pg_indexes WHERE schemaname = 'public'")
            return sorted(name for (name,) in [*constraints, *cursor.fetchall()])

    before = guards()

    with bulk_writing(Occupancy, Booking, BookingLine, TimelineEntry):
        assert guards() != before

    assert guards() == before


@pytest.mark.parametrize(
    ("name", "model", "booked"),
    [
        ("checkout-prepare", CheckoutPreview, 0),
        ("checkout-cash", BookingLine, 1),
        ("checkout-online", Payment, 1),
        ("webhook", WebhookEvent, 0),
    ],
)
def test_what_is_paid_is_asked_for_and_written_alike(name: str, model: type[Model], booked: int) -> None:
    Category.objects.create(name="Facial", slug="facial")
    load = loaded(name)
    assert load.bare_sql is not None

    for run in (0, 1):
        before = model._base_manager.count(), Booking.objects.count()
        if run:
            done(next(load.bare_sql(run)))
        else:
            request = next(load.requests(run))
            assert sent(request).status_code in request.accepts
        assert (model._base_manager.count(), Booking.objects.count()) == (before[0] + 1, before[1] + booked)


def test_a_capture_is_posted_alike_by_a_call_and_by_bare_sql() -> None:
    load = loaded("ledger-capture")
    assert load.calls is not None
    assert load.bare_sql is not None
    before = Posting.objects.count()

    next(load.calls(0))()
    assert Posting.objects.count() == before + 2
    done(next(load.bare_sql(1)))

    assert (Posting.objects.count(), Journal.objects.count()) == (before + 4, 3)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("name", ["booking-get", "bookings-list"])
def test_what_is_read_is_found_by_requests_and_by_bare_sql(name: str) -> None:
    fill(1, ROWS)

    load = loaded(name)

    assert {sent(request).status_code for request in islice(load.requests(0), 3)} == {200}
    assert load.bare_sql is not None
    assert done(next(load.bare_sql(1))) == {"booking-get": 3, "bookings-list": 20}[name]


@pytest.mark.parametrize("name", WRITES)
def test_what_is_written_is_written_alike_by_requests_and_by_bare_sql(name: str) -> None:
    load = loaded(name)
    assert load.bare_sql is not None
    booked, occupied = WRITES[name]

    for run in (0, 1):
        before = Booking.objects.count(), Occupancy.objects.count(), TimelineEntry.objects.count()
        if run:
            done(next(load.bare_sql(run)))
        else:
            request = next(load.requests(run))
            assert sent(request).status_code in request.accepts
        after = Booking.objects.count(), Occupancy.objects.count(), TimelineEntry.objects.count()
        assert [now - then for now, then in zip(after, before, strict=True)] == [booked, occupied, max(booked, 1)]


def test_no_run_asks_for_the_time_of_another() -> None:
    load = loaded("booking-create")

    runs = [{request.raw for request in islice(load.requests(take), 20)} for take in range(2)]

    assert len(runs[0] | runs[1]) == 40


def test_the_mix_is_weighed_and_only_bookings_of_what_is_taken_are_refused() -> None:
    requests = list(islice(loaded("load-mix").requests(0), 100))

    statuses = {request: sent(request).status_code for request in requests}

    assert Counter(request.part for request in requests) == {
        "health": 5,
        "availability": 35,
        "create single": 25,
        "create recurring": 10,
        "details": 15,
        "conflicts": 8,
        "bulk": 2,
    }
    assert all(status in request.accepts for request, status in statuses.items())
    assert {request.part for request, status in statuses.items() if status == 409} == {"create single"}

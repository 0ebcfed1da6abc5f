"""Each invariant of bookings is shown to fire."""
# ruff: noqa: S608 - put together from constants

import pytest
from django.db import connection, transaction

from bookings.management.invariants import OWN
from bookings.services.cancelling import cancel_booking
from bookings.services.reviews import review_booking
from bookings.tests.checkout import TUESDAY_AT_TEN, basket_of, preview
from bookings.tests.factories import appointment, by_customer, completed, offered, reservation, somebody
from bookings.tests.series_factories import booked
from catalog.models import Review
from catalog.services.reviews import Said
from catalog.tests.factories import at, person, room
from common.ids import new_id
from common.proofs import check, invariants

pytestmark = pytest.mark.django_db

# What keeps the violations out is taken away first.
TABLES = ("bookings_booking", "bookings_timelineentry", "bookings_bookingline", "common_outboxevent")
UNGUARDED = [
    "SET CONSTRAINTS ALL IMMEDIATE",
    *(f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in TABLES),
    """
    DO $$ DECLARE guard record; BEGIN
        FOR guard IN SELECT conrelid::regclass AS owner, conname FROM pg_constraint
            WHERE conrelid IN ('bookings_booking'::regclass, 'bookings_timelineentry'::regclass,
                'bookings_bookingline'::regclass, 'catalog_occupancy'::regclass)
            AND contype IN ('c', 'u', 'x')
        LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', guard.owner, guard.conname); END LOOP;
    END $$
    """,
]


def run_sql(*statements: str) -> None:
    with connection.cursor() as cursor:
        for each in statements:
            cursor.execute(each)


def violated() -> set[str]:
    return {each.id for each in invariants() if each.id in OWN and check(each).outcome == "violated"}


@pytest.fixture
def world() -> None:
    """Alice's life with Bob: one to come in his room, one called off, one done; and her series in the Lotus Room.

    Priya is at the checkout with Charlie's time in her basket.
    """
    consultation = offered(room=room(name="Bob's room"))
    appointment(consultation)
    cancel_booking(gone := appointment(consultation, at("12:00")), actor=by_customer(gone))
    completed(consultation, at("14:00"))
    booked("FREQ=DAILY;COUNT=3")
    preview(somebody("Priya"), basket_of(offered("Charlie"), **TUESDAY_AT_TEN))
    # The clock of these tests stands still, that of the database goes on: to it this is all quite recent.
    run_sql(*UNGUARDED, "UPDATE bookings_timelineentry SET created_at = now()")
    run_sql("UPDATE bookings_checkoutpreview SET expires_at = now()")


def test_an_honest_world_violates_nothing(world: None) -> None:
    assert violated() == set()


TO_COME = "status = 'pending'"
ITS_ROW = f"subject_id = (SELECT id FROM bookings_booking WHERE {TO_COME})"
FIRST_LANE = "calendar_number = (SELECT min(calendar_number) FROM catalog_occupancy)"
ITS_STEP = f"booking_id = (SELECT id FROM bookings_booking WHERE {TO_COME})"
DONE_STEPS = "booking_id = (SELECT id FROM bookings_booking WHERE status = 'completed')"
PLANTED = {
    "a total beside its parts": (f"UPDATE bookings_booking SET total_minor = 1 WHERE {TO_COME}", {"INV-10"}),
    "a fee beyond the total": (
        f"UPDATE bookings_booking SET cancellation_fee_minor = total_minor + 1 WHERE {TO_COME}",
        {"INV-10"},
    ),
    "a subtotal beside its lines": (
        f"UPDATE bookings_booking SET subtotal_minor = 7, total_minor = 7 + tax_minor WHERE {TO_COME}",
        {"INV-11"},
    ),
    "a line that does not add up": (
        f"UPDATE bookings_bookingline SET quantity = quantity + 1 WHERE {ITS_STEP}",
        {"INV-11"},
    ),
    "no time": (f"DELETE FROM catalog_occupancy WHERE {ITS_ROW}", {"INV-27"}),
    "no time in its room": (f"DELETE FROM catalog_occupancy WHERE {ITS_ROW} AND NOT {FIRST_LANE}", {"INV-27"}),
    "time twice": (
        (
            "INSERT INTO catalog_occupancy (id, calendar_number, lanes, during, kind, subject_id)"
            " SELECT gen_random_uuid(), calendar_number, lanes, during, kind, subject_id FROM catalog_occupancy"
            f" WHERE {ITS_ROW}"
        ),
        {"INV-27"},
    ),
    "time of what is over": (
        (
            f"UPDATE catalog_occupancy SET subject_id = (SELECT id FROM bookings_booking WHERE status = 'cancelled')"
            f" WHERE {ITS_ROW}"
        ),
        {"INV-27", "INV-28"},
    ),
    "time of nothing": (
        f"UPDATE catalog_occupancy SET subject_id = gen_random_uuid() WHERE {ITS_ROW}",
        {"INV-27", "INV-28"},
    ),
    "time on another calendar": (
        (
            "UPDATE catalog_occupancy SET calendar_number = (SELECT max(calendar_number) FROM catalog_occupancy)"
            f" WHERE {ITS_ROW} AND {FIRST_LANE}"
        ),
        {"INV-27", "INV-28"},
    ),
    "a hold in place of a booking": (
        f"UPDATE catalog_occupancy SET kind = 'hold' WHERE {ITS_ROW}",
        {"INV-27", "INV-30a"},
    ),
    "a hold that is long over": (
        "UPDATE bookings_checkoutpreview SET expires_at = now() - interval '6 minutes'",
        {"INV-30a"},
    ),
    "a checkout that holds nothing": ("DELETE FROM catalog_occupancy WHERE kind = 'hold'", {"INV-30a"}),
    "another time": (
        f"UPDATE bookings_booking SET starts_at = starts_at - interval '1 minute' WHERE {TO_COME}",
        {"INV-29"},
    ),
    "other buffers": (f"UPDATE bookings_booking SET buffer_after_minutes = 15 WHERE {TO_COME}", {"INV-29"}),
    "an end before its start": (
        "UPDATE bookings_booking SET ends_at = starts_at WHERE status = 'cancelled'",
        {"INV-33"},
    ),
    "a date twice": (
        (
            "UPDATE bookings_booking SET recurrence_id = (SELECT min(recurrence_id) FROM bookings_booking)"
            " WHERE series_id IS NOT NULL"
        ),
        {"INV-34"},
    ),
    "a number twice": ("UPDATE bookings_booking SET number = 'BK-20260302-000001'", {"INV-35"}),
    "a move that nobody knows": (
        f"UPDATE bookings_timelineentry SET action = 'no_show' WHERE {DONE_STEPS} AND action = 'complete'",
        {"INV-36", "INV-70"},
    ),
    "a change that moves": (
        f"UPDATE bookings_timelineentry SET action = 'change' WHERE {DONE_STEPS} AND action = 'complete'",
        {"INV-36"},
    ),
    "a first step that is none": (f"UPDATE bookings_timelineentry SET action = 'assign' WHERE {ITS_STEP}", {"INV-36"}),
    "a gap": (
        f"UPDATE bookings_timelineentry SET step = step + 7 WHERE {DONE_STEPS} AND action = 'complete'",
        {"INV-37", "INV-70"},
    ),
    "a step too few": (
        f"DELETE FROM bookings_timelineentry WHERE {DONE_STEPS} AND action = 'confirm'",
        {"INV-37"},
    ),
    "an uncounted step": (f"UPDATE bookings_booking SET steps = 5 WHERE {TO_COME}", {"INV-37"}),
    "an uncounted move": (f"UPDATE bookings_booking SET reschedules = 1 WHERE {TO_COME}", {"INV-37a"}),
    "a status without its step": (
        "UPDATE bookings_booking SET status = 'no_show' WHERE status = 'completed'",
        {"INV-38"},
    ),
    "no history": (f"DELETE FROM bookings_timelineentry WHERE {ITS_STEP}", {"INV-37", "INV-38"}),
    "no stamp": ("UPDATE bookings_booking SET completed_at = NULL WHERE status = 'completed'", {"INV-39"}),
    "a stamp too many": (f"UPDATE bookings_booking SET cancelled_at = now() WHERE {TO_COME}", {"INV-39"}),
    "cancelled by nobody": ("UPDATE bookings_booking SET cancelled_by = '' WHERE status = 'cancelled'", {"INV-39"}),
    "nothing announced": ("DELETE FROM common_outboxevent WHERE name = 'booking.cancelled'", {"INV-70"}),
}


def planted(sql: str) -> set[str]:
    """What is violated with it; afterwards the world is as it was."""
    with transaction.atomic():
        run_sql(sql)
        found = violated()
        transaction.set_rollback(True)
    return found


def test_what_is_planted_is_found(world: None) -> None:
    """One world for all of them: to make one takes longer than to look at it."""
    assert {name: planted(sql) for name, (sql, _) in PLANTED.items()} == {
        name: found for name, (_, found) in PLANTED.items()
    }


@pytest.mark.parametrize(("minutes", "found"), [(5, set()), (-4, set()), (-6, {"INV-30"})])
def test_what_is_not_paid_for_is_found_minutes_after_it_should_be_gone(minutes: int, found: set[str]) -> None:
    appointment(offered(deposit_minor=100))
    run_sql(f"UPDATE bookings_booking SET expires_at = now() + interval '{minutes} minutes'")

    assert violated() == found


def test_an_honest_review_violates_nothing() -> None:
    booking = completed()
    review_booking(booking.pk, Said(5), author=booking.customer)

    assert violated() == set()


def test_a_review_of_what_is_not_over_is_found() -> None:
    booking = reservation()
    Review.objects.create(booking_id=booking.pk, customer=booking.customer, resource=booking.resource, rating=5)

    assert violated() == {"INV-87"}


@pytest.mark.parametrize("field", ["customer", "specialist", "booking_id"])
def test_a_review_that_is_not_the_bookings_is_found(field: str) -> None:
    booking = completed()
    review = review_booking(booking.pk, Said(5), author=somebody("Alice"))
    others = {"customer": lambda: person("Charlie"), "specialist": lambda: offered("Paul").owner, "booking_id": new_id}

    Review.objects.filter(pk=review.pk).update(**{field: others[field]()})

    assert violated() == {"INV-87"}

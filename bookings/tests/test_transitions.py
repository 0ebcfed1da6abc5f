"""The single writer of a booking's status: what the table allows, what it leaves behind."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from bookings.enums import MOVES, OVER, Action, BookingKind, BookingStatus, Role
from bookings.errors import IllegalMove
from bookings.models import Booking, BookingLine, TimelineEntry
from bookings.transitions import STAMPS, SYSTEM, Actor, amend, begin, locked, move
from catalog.tests.factories import at, person, room
from common import clock
from common.errors import PermissionDenied
from common.models import OutboxEvent

pytestmark = pytest.mark.django_db


def unsaved(status: BookingStatus = BookingStatus.PENDING, **fields: Any) -> Booking:
    lotus = room(name=fields.pop("room_name", "Lotus Room"))
    stamps: dict[str, Any] = {STAMPS[status]: clock.now()} if status in STAMPS else {}
    if status == BookingStatus.CANCELLED:
        stamps["cancelled_by"] = Role.CUSTOMER
    if status == BookingStatus.PENDING_PAYMENT:
        stamps["expires_at"] = clock.now() + timedelta(minutes=15)
    return Booking(
        kind=BookingKind.RESERVATION,
        status=status,
        customer=fields.pop("customer", None) or person("Alice"),
        resource=lotus,
        calendar=lotus.calendar,
        starts_at=at("10:00"),
        ends_at=at("11:00"),
        timezone="Asia/Kolkata",
        currency="INR",
        policy={},
        **{**stamps, **fields},
    )


def begun(status: BookingStatus = BookingStatus.PENDING, **fields: Any) -> Booking:
    booking = unsaved(status, **fields)
    with transaction.atomic():
        begin([booking], actor=Actor(Role.CUSTOMER, booking.customer))
    return booking


def test_a_new_booking_has_a_number_a_first_step_and_an_event() -> None:
    booking = begun()

    step = TimelineEntry.objects.get()
    assert (step.booking_id, step.step, step.action, step.from_status) == (booking.pk, 1, "create", None)
    assert (step.to_status, step.role, step.actor_id) == ("pending", "customer", booking.customer_id)
    event = OutboxEvent.objects.get(name="booking.created")
    assert event.subject == str(booking.pk)
    assert event.data == {
        "kind": "reservation",
        "status": "pending",
        "by": "customer",
        "step": 1,
        "nth": 1,
        "of": 1,
    }
    prefix, day, number = booking.number.split("-")
    assert (prefix, len(day), len(number)) == ("BK", 8, 6)


def test_a_move_changes_the_status_and_leaves_a_row_and_an_event() -> None:
    booking = begun()

    with transaction.atomic():
        move(locked(booking.pk), Action.CONFIRM, actor=SYSTEM, reason="Nobody objected")

    booking.refresh_from_db()
    assert (booking.status, booking.steps, booking.confirmed_at is not None) == ("confirmed", 2, True)
    step = TimelineEntry.objects.get(step=2)
    assert (step.from_status, step.to_status, step.role, step.reason) == (
        "pending",
        "confirmed",
        "system",
        "Nobody objected",
    )
    assert OutboxEvent.objects.filter(name="booking.confirmed").count() == 1


@pytest.mark.parametrize("status", BookingStatus)
def test_what_the_table_does_not_know_is_refused_and_changes_nothing(status: BookingStatus) -> None:
    booking = begun(status)

    for action in (each for each in Action if (status, each) not in MOVES):
        with pytest.raises(IllegalMove), transaction.atomic():
            move(locked(booking.pk), action, actor=Actor(Role.STAFF, booking.customer))

    booking.refresh_from_db()
    assert (booking.status, booking.steps) == (status, 1)
    assert TimelineEntry.objects.count() == 1
    assert OutboxEvent.objects.exclude(name="booking.created").count() == 0


def test_who_may_not_take_a_step_is_told_so() -> None:
    booking = begun()

    with pytest.raises(PermissionDenied), transaction.atomic():
        move(locked(booking.pk), Action.CONFIRM, actor=Actor(Role.CUSTOMER, booking.customer))

    booking.refresh_from_db()
    assert booking.status == BookingStatus.PENDING


def test_a_change_of_notes_is_a_step_without_a_new_status() -> None:
    booking = begun()

    with transaction.atomic():
        amend(locked(booking.pk), Action.CHANGE, actor=SYSTEM, changes={"notes": "By the window"})

    booking.refresh_from_db()
    assert (booking.status, booking.notes, booking.steps) == ("pending", "By the window", 2)
    assert list(OutboxEvent.objects.values_list("name", flat=True)) == ["booking.created"]


def test_a_move_outside_of_a_transaction_is_an_error_of_ours(transactional_db: None) -> None:
    booking = begun()

    with pytest.raises(transaction.TransactionManagementError):
        move(booking, Action.CONFIRM, actor=SYSTEM)


def test_many_begin_in_as_many_statements_as_two(django_assert_num_queries: Any) -> None:
    alice = person("Alice")
    bookings = [unsaved(customer=alice, room_name=f"Room {number}") for number in range(5)]

    with transaction.atomic(), django_assert_num_queries(3):
        begin(bookings, actor=SYSTEM)

    assert len({booking.number for booking in bookings}) == 5
    assert TimelineEntry.objects.count() == 5


def test_nothing_leads_out_of_what_is_over_but_late_money() -> None:
    assert {pair for pair in MOVES if pair[0] in OVER} == {(BookingStatus.EXPIRED, Action.REVIVE)}


def test_the_timeline_cannot_be_rewritten() -> None:
    begun()

    for statement in ("UPDATE bookings_timelineentry SET reason = 'x'", "DELETE FROM bookings_timelineentry"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_subtotal_that_its_lines_do_not_add_up_to_is_refused_at_commit(transactional_db: None) -> None:
    with pytest.raises(IntegrityError, match="do not add up"), transaction.atomic():
        begun(subtotal_minor=500, total_minor=500)

    assert not Booking.objects.exists()
    assert not BookingLine.objects.exists()

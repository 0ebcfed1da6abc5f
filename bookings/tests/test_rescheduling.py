"""Moving a booking: one booking at one time, at the price it was booked for."""

from datetime import timedelta

import pytest

from bookings.enums import BookingStatus
from bookings.errors import CannotBook, IllegalMove, NotNow
from bookings.models import Booking, TimelineEntry
from bookings.services.cancelling import cancel_booking
from bookings.services.deciding import confirm_booking
from bookings.services.rescheduling import reschedule_booking
from bookings.tests.conftest import Travel
from bookings.tests.factories import (
    appointment,
    by_customer,
    by_specialist,
    by_staff,
    in_force,
    offered,
    reservation,
    somebody,
)
from bookings.tests.test_booking import codes
from catalog.errors import NotBookable, SlotTaken
from catalog.models import Calendar
from catalog.tests.factories import NOW, at, between, room, rows, service, specialist
from common.models import OutboxEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def booking() -> Booking:
    return confirm_booking(first := appointment(starts_at=at("10:00") + timedelta(days=3)), actor=by_specialist(first))


def test_a_booking_moves_and_stays_one_booking(booking: Booking) -> None:
    """E102, U14: whatever became of the price meanwhile."""
    assert booking.service is not None
    booking.service.price_minor *= 2
    booking.service.save()
    total = booking.total_minor

    for hours in (2, 4):
        moved = reschedule_booking(
            booking, starts_at=booking.starts_at + timedelta(hours=hours), actor=by_customer(booking), reason="Late"
        )

    assert (moved.starts_at, moved.ends_at) == (
        booking.starts_at + timedelta(hours=4),
        booking.ends_at + timedelta(hours=4),
    )
    assert (moved.status, moved.total_minor, moved.reschedules, moved.sequence) == ("confirmed", total, 2, 3)
    assert booking.calendar is not None
    assert [time for _, time, *_ in rows(booking.calendar)] == [moved.time]
    assert Booking.objects.count() == 1
    assert OutboxEvent.objects.filter(name="booking.rescheduled").count() == 2
    step = TimelineEntry.objects.get(booking=booking, step=3)
    assert (step.reason, step.data["from"][0], step.data["to"][0]) == (
        "Late",
        booking.starts_at.isoformat(),
        (booking.starts_at + timedelta(hours=2)).isoformat(),
    )


def test_to_its_own_old_time_nothing_changes(booking: Booking) -> None:
    """E100."""
    same = reschedule_booking(booking, starts_at=booking.starts_at, actor=by_customer(booking))

    assert (same.steps, same.reschedules) == (2, 0)


def test_half_an_hour_later_it_is_not_in_its_own_way(booking: Booking) -> None:
    """E100."""
    start = booking.starts_at + timedelta(minutes=30)

    assert reschedule_booking(booking, starts_at=start, actor=by_customer(booking)).starts_at == start


def test_a_taken_time_leaves_it_where_it_was(booking: Booking) -> None:
    """E101."""
    start = booking.starts_at + timedelta(hours=2)
    appointment(booking.service, start, alice=somebody("Charlie"))
    before = Booking.objects.values_list().get(pk=booking.pk)
    assert booking.calendar is not None
    held = rows(booking.calendar)

    with pytest.raises(SlotTaken):
        reschedule_booking(booking, starts_at=start, actor=by_customer(booking))

    assert Booking.objects.values_list().get(pk=booking.pk) == before
    assert rows(booking.calendar) == held
    assert not OutboxEvent.objects.filter(name="booking.rescheduled").exists()


def test_a_customer_moves_it_three_times_and_a_specialist_as_often_as_needed(booking: Booking) -> None:
    """E103."""
    for hours in (1, 2, 3):
        reschedule_booking(booking, starts_at=booking.starts_at + timedelta(hours=hours), actor=by_customer(booking))
    start = booking.starts_at + timedelta(hours=4)

    with pytest.raises(NotNow) as refusal:
        reschedule_booking(booking, starts_at=start, actor=by_customer(booking))
    moved = reschedule_booking(booking, starts_at=start, actor=by_specialist(booking))

    assert codes(refusal.value) == {"": "RESCHEDULE_LIMIT"}
    assert (moved.starts_at, moved.reschedules) == (start, 3)


def test_how_often_is_a_setting(booking: Booking) -> None:
    in_force(reschedule_limit=0)

    with pytest.raises(NotNow):
        reschedule_booking(booking, starts_at=booking.starts_at + timedelta(hours=1), actor=by_customer(booking))


def test_whoever_is_too_late_to_cancel_for_nothing_cannot_move_it_away(booking: Booking, travel: Travel) -> None:
    """A116, U15: the specialist may, up to the end."""
    far = booking.starts_at + timedelta(days=7)
    travel(booking.starts_at - timedelta(hours=24) + timedelta(seconds=1))

    with pytest.raises(NotNow) as refusal:
        reschedule_booking(booking, starts_at=far, actor=by_customer(booking))
    travel(booking.starts_at - timedelta(hours=1))
    moved = reschedule_booking(booking, starts_at=far, actor=by_specialist(booking))

    assert codes(refusal.value) == {"": "AFTER_DEADLINE"}
    assert moved.starts_at == far


def test_moving_there_and_back_dodges_no_fee(booking: Booking, travel: Travel) -> None:
    """A116."""
    travel(booking.starts_at - timedelta(hours=24, minutes=10))
    soon = booking.starts_at - timedelta(minutes=30)
    moved = reschedule_booking(booking, starts_at=soon, actor=by_customer(booking))

    with pytest.raises(NotNow):
        reschedule_booking(moved, starts_at=booking.starts_at, actor=by_customer(booking))
    gone = cancel_booking(moved, actor=by_customer(booking))

    assert gone.cancellation_fee_minor == gone.total_minor // 10


@pytest.mark.parametrize(
    ("days", "hours", "code"), [(-5, 0, "PAST"), (0, 9, "OUTSIDE_BUSINESS_HOURS"), (28, 0, "BEYOND_HORIZON")]
)
def test_a_new_time_keeps_the_rules_of_a_booking(booking: Booking, days: int, hours: int, code: str) -> None:
    """A116."""
    start = booking.starts_at + timedelta(days=days, hours=hours)

    with pytest.raises(NotBookable) as refusal:
        reschedule_booking(booking, starts_at=start, actor=by_customer(booking))

    assert codes(refusal.value) == {"start_time": code}


def test_nobody_moves_anything_into_the_past(booking: Booking) -> None:
    for actor in (by_specialist(booking), by_staff()):
        with pytest.raises(NotBookable):
            reschedule_booking(booking, starts_at=NOW - timedelta(seconds=1), actor=actor)


def test_a_used_link_moves_nothing_that_is_cancelled(booking: Booking) -> None:
    """U14."""
    cancel_booking(booking, actor=by_customer(booking))

    with pytest.raises(IllegalMove):
        reschedule_booking(booking, starts_at=booking.starts_at + timedelta(hours=1), actor=by_customer(booking))

    assert booking.calendar is not None
    assert rows(booking.calendar) == []


def test_a_specialist_who_moves_house_moves_no_booking() -> None:
    """U10: bookings keep their instants, and can still be moved."""
    bob = specialist("Bob", "00:00-00:00", minimum_notice_minutes=120)
    booking = appointment(service(bob), NOW + timedelta(hours=30))
    Calendar.objects.filter(pk=bob.calendar.pk).update(timezone="America/Chicago")

    booking.refresh_from_db()
    assert (booking.starts_at, booking.timezone) == (NOW + timedelta(hours=30), "Asia/Kolkata")
    moved = reschedule_booking(booking, starts_at=NOW + timedelta(hours=34), actor=by_customer(booking))

    assert moved.starts_at == NOW + timedelta(hours=34)


def test_only_a_reservation_changes_its_length(booking: Booking) -> None:
    meeting = reservation(time=between("10:00", "11:00"))

    longer = reschedule_booking(meeting, starts_at=at("12:00"), ends_at=at("14:00"), actor=by_customer(meeting))
    with pytest.raises(CannotBook) as refusal:
        reschedule_booking(
            booking,
            starts_at=booking.starts_at,
            ends_at=booking.ends_at + timedelta(hours=1),
            actor=by_customer(booking),
        )

    assert (longer.starts_at, longer.ends_at) == (at("12:00"), at("14:00"))
    assert codes(refusal.value) == {"end_time": "DURATION_MISMATCH"}


def test_a_room_moves_with_its_specialist() -> None:
    lotus = room()
    booking = appointment(offered(room=lotus), at("10:00") + timedelta(days=2))
    start = booking.starts_at + timedelta(hours=1)

    moved = reschedule_booking(booking, starts_at=start, actor=by_customer(booking))

    assert [time for _, time, *_ in rows(lotus.calendar)] == [moved.time]
    assert moved.status == BookingStatus.PENDING

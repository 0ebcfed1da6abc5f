"""Calling a booking off: the fee is kept with the booking, the time is given back."""

from datetime import timedelta

import pytest

from bookings.enums import BookingStatus, Role
from bookings.errors import CancellationNotAllowed, IllegalMove
from bookings.models import Booking, TimelineEntry
from bookings.services.cancelling import cancel_booking
from bookings.services.deciding import confirm_booking
from bookings.tests.conftest import Travel
from bookings.tests.factories import appointment, by_customer, by_specialist, by_staff, in_force, offered, reservation
from bookings.tests.test_booking import codes
from bookings.transitions import SYSTEM
from catalog.tests.factories import NOW, at, room, rows
from common.errors import ValidationFailed
from common.models import OutboxEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def booking() -> Booking:
    """Of 1771.20 with tax."""
    return appointment(offered(price_minor=150_102), at("10:00") + timedelta(days=2))


def step_of(booking: Booking) -> TimelineEntry:
    return TimelineEntry.objects.get(booking=booking, action="cancel")


def test_a_cancelled_booking_gives_its_time_back_and_tells_why(booking: Booking) -> None:
    """E092."""
    gone = cancel_booking(booking, actor=by_customer(booking), reason="I am ill")

    assert (gone.status, gone.cancelled_by, gone.cancelled_at) == (BookingStatus.CANCELLED, Role.CUSTOMER, NOW)
    assert (gone.cancellation_reason, gone.cancellation_fee_minor, gone.sequence) == ("I am ill", 0, 1)
    assert booking.calendar is not None
    assert rows(booking.calendar) == []
    step = step_of(booking)
    assert (step.reason, step.data) == (
        "I am ill",
        {"rule": "just_booked", "fee": "0.00", "policy": booking.policy, "tell_attendees": True},
    )
    assert OutboxEvent.objects.filter(name="booking.cancelled", subject=str(booking.pk)).count() == 1


def test_a_second_after_the_deadline_the_fee_is_kept(booking: Booking, travel: Travel) -> None:
    """E094."""
    assert booking.total_minor == 177_120
    travel(booking.starts_at - timedelta(hours=24) + timedelta(seconds=1))

    gone = cancel_booking(booking, actor=by_customer(booking))

    assert gone.cancellation_fee_minor == 17_712
    assert (step_of(booking).data["rule"], step_of(booking).data["fee"]) == ("after_deadline", "177.12")


def test_at_the_deadline_itself_it_is_free(booking: Booking, travel: Travel) -> None:
    """E093."""
    travel(booking.starts_at - timedelta(hours=24))

    assert cancel_booking(booking, actor=by_customer(booking)).cancellation_fee_minor == 0


def test_the_policy_of_the_day_of_booking_decides(booking: Booking, travel: Travel) -> None:
    """E099."""
    in_force(cancellation_deadline_hours=1, cancellation_fee_percent=50)
    travel(booking.starts_at - timedelta(hours=2))

    assert cancel_booking(booking, actor=by_customer(booking)).cancellation_fee_minor == 17_712


def test_after_the_start_only_staff_cancel_and_say_why(booking: Booking, travel: Travel) -> None:
    """E095."""
    confirm_booking(booking, actor=by_specialist(booking))
    travel(booking.starts_at)

    for actor in (by_customer(booking), by_specialist(booking)):
        with pytest.raises(CancellationNotAllowed) as refusal:
            cancel_booking(booking, actor=actor)
        assert codes(refusal.value) == {"": "AFTER_START"}
    with pytest.raises(ValidationFailed) as nameless:
        cancel_booking(booking, actor=by_staff())
    assert codes(nameless.value) == {"reason": "REQUIRED"}
    booking.refresh_from_db()
    assert booking.status == BookingStatus.CONFIRMED
    gone = cancel_booking(booking, actor=by_staff(), reason="The studio was flooded")

    assert (gone.status, gone.cancelled_by, gone.cancellation_fee_minor) == ("cancelled", "staff", 0)


def test_a_specialist_who_cancels_charges_nothing(booking: Booking, travel: Travel) -> None:
    """E096."""
    travel(booking.starts_at - timedelta(hours=1))

    gone = cancel_booking(booking, actor=by_specialist(booking), reason="The dentist's")

    assert (gone.cancelled_by, gone.cancellation_fee_minor) == (Role.SPECIALIST, 0)


def test_what_was_never_paid_is_called_off_for_nothing(travel: Travel) -> None:
    """E097."""
    held = appointment(offered(deposit_minor=10_000))
    travel(NOW + timedelta(minutes=10))

    assert cancel_booking(held, actor=by_customer(held)).cancellation_fee_minor == 0


def test_nothing_is_cancelled_twice(booking: Booking) -> None:
    cancel_booking(booking, actor=by_customer(booking))

    with pytest.raises(IllegalMove):
        cancel_booking(booking, actor=SYSTEM)

    assert TimelineEntry.objects.filter(booking=booking).count() == 2


def test_a_room_and_its_specialist_are_given_back_together() -> None:
    lotus = room()
    booking = appointment(offered(room=lotus))
    assert booking.calendar is not None

    cancel_booking(booking, actor=by_customer(booking))

    assert (rows(lotus.calendar), rows(booking.calendar)) == ([], [])


def test_attendees_need_not_be_told() -> None:
    meeting = reservation(attendees=["charlie@example.com"])

    cancel_booking(meeting, actor=by_customer(meeting), tell_attendees=False)

    assert step_of(meeting).data["tell_attendees"] is False

"""Confirming, starting, completing, not turning up, expiring: when, by whom, and what is given back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from bookings.enums import MOVES, OCCUPYING, Action, BookingStatus, Role
from bookings.errors import IllegalMove, NotNow
from bookings.models import Booking
from bookings.selectors.permitted import SHOWN, permitted_actions
from bookings.services.cancelling import cancel_booking
from bookings.services.changing import change_booking
from bookings.services.closing import complete_booking, expire_booking, mark_no_show
from bookings.services.deciding import confirm_booking, start_booking
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
from bookings.transitions import SYSTEM, Actor
from catalog.models import Occupancy
from catalog.tests.factories import NOW, at
from common.errors import DomainError, PermissionDenied
from common.models import OutboxEvent

pytestmark = pytest.mark.django_db

Step = Callable[..., Booking]
STEPS: dict[Action, Step] = {
    Action.CONFIRM: confirm_booking,
    Action.START: start_booking,
    Action.COMPLETE: complete_booking,
    Action.NO_SHOW: mark_no_show,
    Action.CANCEL: cancel_booking,
    Action.RESCHEDULE: lambda booking, actor: reschedule_booking(booking, starts_at=at("15:00"), actor=actor),
    Action.CHANGE: lambda booking, actor: change_booking(
        booking,
        {"meeting_link" if actor.role is Role.SPECIALIST else "notes": "https://meet.example"},
        actor=actor,
    ),
}


@pytest.fixture
def booking() -> Booking:
    return appointment()


def events(booking: Booking) -> list[str]:
    return list(
        OutboxEvent.objects.filter(subject=str(booking.pk)).order_by("created_at", "id").values_list("name", flat=True)
    )


def as_it_is(booking: Booking) -> tuple[Any, ...]:
    return Booking.objects.values_list().get(pk=booking.pk)


def test_from_asking_to_done(booking: Booking, travel: Travel) -> None:
    bob = by_specialist(booking)

    confirm_booking(booking, actor=bob, meeting_link="https://meet.example/1", preparation_notes="Bring papers")
    travel(at("10:00"))
    start_booking(booking, actor=bob)
    assert Occupancy.objects.filter(subject_id=booking.pk).exists()
    done = complete_booking(booking, actor=bob, completion_notes="All well", deliverables=["A roadmap"])

    assert (done.status, done.sequence, done.steps) == (BookingStatus.COMPLETED, 3, 4)
    assert (done.meeting_link, done.preparation_notes, done.completion_notes, done.deliverables) == (
        "https://meet.example/1",
        "Bring papers",
        "All well",
        ["A roadmap"],
    )
    assert (done.confirmed_at, done.started_at, done.completed_at) == (NOW, at("10:00"), at("10:00"))
    assert not Occupancy.objects.filter(subject_id=booking.pk).exists()
    assert events(booking) == ["booking.created", "booking.confirmed", "booking.started", "booking.completed"]


def test_confirming_twice_is_refused_and_told_once(booking: Booking) -> None:
    """E091."""
    confirm_booking(booking, actor=by_specialist(booking))
    before = as_it_is(booking)

    with pytest.raises(IllegalMove):
        confirm_booking(booking, actor=by_specialist(booking))

    assert as_it_is(booking) == before
    assert events(booking).count("booking.confirmed") == 1


@pytest.mark.parametrize("status", BookingStatus)
def test_only_what_the_table_knows_can_be_done(status: BookingStatus, booking: Booking, travel: Travel) -> None:
    """E090: whatever is refused leaves the booking as it was."""
    stamps = {"started_at": NOW, "completed_at": NOW, "expires_at": NOW}
    cancelled = {"cancelled_at": NOW, "cancelled_by": "system"} if status == BookingStatus.CANCELLED else {}
    Booking.objects.filter(pk=booking.pk).update(status=status, **stamps, **cancelled)
    travel(at("10:30"))
    before, told = as_it_is(booking), events(booking)

    for action in (each for each in SHOWN[:5] if (status, each) not in MOVES):
        with pytest.raises(IllegalMove):
            STEPS[action](booking, actor=Actor(Role.STAFF, somebody("Dana")))
    if status not in OCCUPYING:
        for action in (Action.RESCHEDULE, Action.CHANGE):
            with pytest.raises(IllegalMove):
                STEPS[action](booking, actor=Actor(Role.STAFF, somebody("Dana")))

    assert as_it_is(booking) == before
    assert events(booking) == told


@pytest.mark.parametrize("hour", ["08:30", "09:30", "10:05", "10:20"])
@pytest.mark.parametrize("status", sorted(OCCUPYING))
def test_what_is_shown_as_possible_is_exactly_what_succeeds(
    status: BookingStatus, hour: str, booking: Booking, travel: Travel
) -> None:
    Booking.objects.filter(pk=booking.pk).update(status=status, started_at=NOW, expires_at=at("17:00"))
    travel(at(hour))
    booking.refresh_from_db()

    for actor in (by_customer(booking), by_specialist(booking)):
        shown = permitted_actions(booking, actor.role, at(hour))
        done = [action for action in SHOWN if _succeeds(STEPS[action], booking, actor)]
        assert done == shown


def _succeeds(step: Step, booking: Booking, actor: Actor) -> bool:
    try:
        with transaction.atomic():
            step(booking, actor=actor)
            transaction.set_rollback(True)
    except DomainError:
        return False
    return True


def test_who_only_looks_on_is_shown_nothing(booking: Booking) -> None:
    assert permitted_actions(booking, None, NOW) == []


def test_a_customer_does_not_confirm_and_a_specialist_does(booking: Booking) -> None:
    before = as_it_is(booking)

    with pytest.raises(PermissionDenied):
        confirm_booking(booking, actor=by_customer(booking))

    assert as_it_is(booking) == before


def test_a_time_that_is_over_is_not_confirmed_any_more(booking: Booking, travel: Travel) -> None:
    travel(at("11:00"))

    with pytest.raises(NotNow) as refusal:
        confirm_booking(booking, actor=by_specialist(booking))

    assert codes(refusal.value) == {"": "PAST"}


def test_nothing_is_completed_before_its_start(booking: Booking, travel: Travel) -> None:
    """E104."""
    confirm_booking(booking, actor=by_specialist(booking))
    travel(at("10:00") - timedelta(seconds=1))

    for actor in (by_specialist(booking), by_staff(), SYSTEM):
        with pytest.raises(NotNow) as refusal:
            complete_booking(booking, actor=actor)
        assert codes(refusal.value) == {"": "NOT_STARTED"}
    with pytest.raises(PermissionDenied):
        complete_booking(booking, actor=Actor(Role.PARTNER))
    start_booking(booking, actor=by_specialist(booking))

    assert complete_booking(booking, actor=Actor(Role.PARTNER)).status == BookingStatus.COMPLETED


def test_nothing_is_started_days_ahead(booking: Booking, travel: Travel) -> None:
    confirm_booking(booking, actor=by_specialist(booking))

    with pytest.raises(NotNow):
        start_booking(booking, actor=by_specialist(booking))
    travel(at("09:00"))

    assert start_booking(booking, actor=by_specialist(booking)).status == BookingStatus.IN_PROGRESS


def test_a_no_show_is_waited_for(booking: Booking, travel: Travel) -> None:
    """E109."""
    confirm_booking(booking, actor=by_specialist(booking))
    travel(at("10:15") - timedelta(seconds=1))

    with pytest.raises(NotNow) as refusal:
        mark_no_show(booking, actor=by_specialist(booking))
    assert codes(refusal.value) == {"": "GRACE_PERIOD"}
    travel(at("10:15"))
    gone = mark_no_show(booking, actor=by_specialist(booking), reason="Nobody came")

    assert gone.status == BookingStatus.NO_SHOW
    assert not Occupancy.objects.filter(subject_id=booking.pk).exists()


def test_how_long_a_no_show_is_waited_for_is_a_setting(booking: Booking, travel: Travel) -> None:
    in_force(no_show_grace_minutes=0)
    confirm_booking(booking, actor=by_specialist(booking))
    travel(at("10:00"))

    assert mark_no_show(booking, actor=by_specialist(booking)).status == BookingStatus.NO_SHOW


def test_what_is_not_paid_in_time_is_given_back(travel: Travel) -> None:
    consultation = offered(deposit_minor=100)
    booking = appointment(consultation)

    assert expire_booking(booking.pk).status == BookingStatus.PENDING_PAYMENT
    travel(NOW + timedelta(minutes=15))
    assert expire_booking(booking.pk).status == BookingStatus.EXPIRED
    # A sweep may come twice.
    assert expire_booking(booking.pk).steps == 2
    again = appointment(consultation, alice=somebody("Charlie"))

    assert again.starts_at == booking.starts_at
    assert events(booking) == ["booking.created", "booking.expired"]


def test_what_is_paid_or_free_never_expires(booking: Booking, travel: Travel) -> None:
    meeting = reservation()
    travel(at("17:00"))

    assert expire_booking(booking.pk).status == BookingStatus.PENDING
    assert expire_booking(meeting.pk).status == BookingStatus.CONFIRMED


def test_what_is_over_never_blocks(booking: Booking) -> None:
    """E045."""
    cancel_booking(booking, actor=by_customer(booking))

    assert appointment(booking.service, alice=somebody("Charlie")).starts_at == booking.starts_at

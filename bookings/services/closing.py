"""The ends of a booking that are no cancellation: done, not turned up, not paid. Each gives its time back."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from bookings.enums import Action, BookingStatus
from bookings.models import Booking
from bookings.selectors.permitted import require_permitted
from bookings.services.deciding import given
from bookings.services.means import release_means
from bookings.transitions import SYSTEM, Actor, locked, move
from catalog.occupancy import release
from common import clock


@transaction.atomic
def complete_booking(
    booking: Booking, *, actor: Actor, completion_notes: str = "", deliverables: Sequence[str] = (), reason: str = ""
) -> Booking:
    """What was booked has been done; not before its start, unless a partner has started it."""
    booking = locked(booking.pk)
    require_permitted(booking, Action.COMPLETE, role=actor.role, now=clock.now())
    told = given(completion_notes=completion_notes, deliverables=list(deliverables))
    move(booking, Action.COMPLETE, actor=actor, reason=reason, changes=told)
    release([booking.pk])
    return booking


@transaction.atomic
def mark_no_show(booking: Booking, *, actor: Actor, reason: str = "") -> Booking:
    """The customer did not come; told only when they have been waited for."""
    booking = locked(booking.pk)
    require_permitted(booking, Action.NO_SHOW, role=actor.role, now=clock.now())
    move(booking, Action.NO_SHOW, actor=actor, reason=reason)
    release([booking.pk])
    return booking


@transaction.atomic
def expire_booking(pk: UUID) -> Booking:
    """Gives back what was not paid for in time, and what points, credit and a code had paid of it.

    A booking that is paid, gone or not due stays as it is.
    """
    booking = locked(pk)
    is_due = booking.expires_at is not None and booking.expires_at <= clock.now()
    if booking.status != BookingStatus.PENDING_PAYMENT or not is_due:
        return booking
    move(booking, Action.EXPIRE, actor=SYSTEM)
    release([booking.pk])
    release_means(booking)
    return booking

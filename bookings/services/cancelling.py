"""Calling a booking off."""

from django.db import transaction

from bookings.enums import Action, Role
from bookings.models import Booking
from bookings.selectors.permitted import cancellation_of, require_permitted
from bookings.services.means import release_means
from bookings.transitions import Actor, locked, move
from catalog.occupancy import release
from common import clock
from common.errors import ValidationFailed


@transaction.atomic
def cancel_booking(booking: Booking, *, actor: Actor, reason: str = "", tell_attendees: bool = True) -> Booking:
    """Gives the time back, and notes the fee that the booking's own policy asks for.

    The timeline keeps which rule decided, and the policy. Staff who cancel what has begun say why.
    """
    booking = locked(booking.pk)
    now = clock.now()
    require_permitted(booking, Action.CANCEL, role=actor.role, now=now)
    if actor.role is Role.STAFF and now >= booking.starts_at and not reason:
        raise ValidationFailed.of("reason", "Say why this is cancelled after it has begun.", "REQUIRED")
    decision = cancellation_of(booking, actor.role, now)
    move(
        booking,
        Action.CANCEL,
        actor=actor,
        reason=reason,
        changes={
            "cancelled_by": actor.role,
            "cancellation_reason": reason,
            "cancellation_fee_minor": decision.fee.minor,
        },
        data={
            "rule": decision.rule,
            "fee": str(decision.fee),
            "policy": booking.policy,
            "tell_attendees": tell_attendees,
        },
    )
    release([booking.pk])
    release_means(booking)
    return booking

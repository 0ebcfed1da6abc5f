"""Calling a booking off."""

from django.db import transaction

from bookings.cancellation import Decision, Rule
from bookings.enums import Action, Role
from bookings.models import Booking
from bookings.selectors.paying import paid_for
from bookings.selectors.permitted import cancellation_of, require_permitted
from bookings.services.means import release_means
from bookings.transitions import Actor, locked, move
from catalog.occupancy import release
from common import clock
from common.errors import PermissionDenied, ValidationFailed
from common.money import Money


@transaction.atomic
def cancel_booking(booking: Booking, *, actor: Actor, reason: str = "", tell_attendees: bool = True) -> Booking:
    """Gives the time back with what points, credit and a code paid, and notes the fee that the booking's policy asks.

    The timeline keeps which rule decided, and the policy. Staff who cancel what has begun say why.
    """
    booking = _cancellable(booking, actor, reason)
    decision = cancellation_of(booking, actor.role, clock.now())
    return _called_off(booking, decision, actor=actor, reason=reason, tell_attendees=tell_attendees)


@transaction.atomic
def cancel_keeping(booking: Booking, fee: Money, *, actor: Actor, reason: str) -> Booking:
    """Staff decide what is kept of the money that is here, whatever the policy says, and say why."""
    booking = _cancellable(booking, actor, reason)
    most = min(Money(paid_for(booking.pk).left, booking.currency), booking.total)
    if actor.role is not Role.STAFF or not reason:
        raise PermissionDenied
    if fee > most or fee.minor < 0:
        message = f"Between nothing and {most} {most.currency} can be given back."
        raise ValidationFailed.of("amount", message, "TOO_MUCH")
    return _called_off(booking, Decision(True, fee, Rule.DECIDED), actor=actor, reason=reason, tell_attendees=True)


def _cancellable(booking: Booking, actor: Actor, reason: str) -> Booking:
    booking = locked(booking.pk)
    now = clock.now()
    require_permitted(booking, Action.CANCEL, role=actor.role, now=now)
    if actor.role is Role.STAFF and now >= booking.starts_at and not reason:
        raise ValidationFailed.of("reason", "Say why this is cancelled after it has begun.", "REQUIRED")
    return booking


def _called_off(booking: Booking, decision: Decision, *, actor: Actor, reason: str, tell_attendees: bool) -> Booking:
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

"""As whom somebody acts on a booking, and whether the table of moves lets them."""

from typing import Any

from bookings.enums import MOVES, Action, BookingStatus, Role
from bookings.errors import IllegalMove
from common.errors import DomainError, PermissionDenied


def role_of(user: Any, booking: Any) -> Role | None:
    """Specialist of the booking before customer, since nobody confirms as a customer; None for everybody else.

    `booking.specialist` must have been loaded with the booking.
    """
    if booking.specialist is not None and booking.specialist.user_id == user.pk:
        return Role.SPECIALIST
    return Role.CUSTOMER if booking.customer_id == user.pk else None


def refusal_of_move(status: BookingStatus, action: Action, role: Role) -> DomainError | None:
    """What the table has against the step: it is not known from here, or it is somebody else's to take."""
    move = MOVES.get((status, action))
    if move is None:
        return IllegalMove(f"A booking that is {status.label.lower()} cannot take this step: {action}.")
    return None if role in move.who else PermissionDenied()

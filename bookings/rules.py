"""As whom somebody acts on a booking."""

from typing import Any

from bookings.enums import Role


def role_of(user: Any, booking: Any) -> Role | None:
    """Specialist of the booking before customer, since nobody confirms as a customer; None for everybody else.

    `booking.specialist` must have been loaded with the booking.
    """
    if booking.specialist is not None and booking.specialist.user_id == user.pk:
        return Role.SPECIALIST
    return Role.CUSTOMER if booking.customer_id == user.pk else None

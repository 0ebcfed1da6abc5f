"""Points for what somebody has booked and how they liked it. Each cause is a key, so that news told twice give once."""

from fractions import Fraction
from uuid import UUID

from django.db import transaction

from bookings.models import Booking
from bookings.transitions import locked
from common.platform import platform_settings
from loyalty.selectors import points_for_price
from loyalty.services import earn_points, reverse_points
from payments.selectors import Figures


def reward(booking: Booking, figures: Figures) -> None:
    """A completed booking earns points for its whole price, however it is paid, less the share that went back.

    The share is of all refunds so far, and their sum is the cause: a refund that is told again takes nothing more, and
    one before the completion counts as one after it. The booking is locked.
    """
    cause = earned_by(booking)
    customer = booking.customer
    points = points_for_price(booking.total)
    earn_points(customer, points, source_key=cause, reason=f"Completed: {booking.number}", subject_id=booking.pk)
    refunded = figures.refunded - figures.surplus
    if refunded > 0 and booking.total_minor:
        reverse_points(
            customer,
            earned_by=cause,
            refunded=Fraction(refunded, booking.total_minor),
            source_key=f"refunded:{booking.pk}:{refunded}",
            reason=f"Refunded: {booking.number}",
        )


@transaction.atomic
def reward_review(booking_id: UUID) -> None:
    """Once for a booking, whatever becomes of its review: edited, withdrawn or written again it earns nothing more."""
    booking = locked(booking_id)
    earn_points(
        booking.customer,
        platform_settings().points_per_review,
        source_key=f"review:{booking.pk}",
        reason=f"Reviewed: {booking.number}",
        subject_id=booking.pk,
    )


def earned_by(booking: Booking) -> str:
    return f"booking:{booking.pk}"

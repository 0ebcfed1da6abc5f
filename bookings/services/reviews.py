"""Saying how a booking was: once, by its customer, when it is over."""

from uuid import UUID

from django.db import transaction

from accounts.models import User
from bookings.enums import BookingStatus, Role
from bookings.errors import NotNow
from bookings.models import Booking
from bookings.rules import role_of
from bookings.transitions import locked
from catalog.models import Review
from catalog.services.reviews import Reviewed, Said, write_review
from common.errors import NotFound, PermissionDenied


@transaction.atomic
def review_booking(booking_id: UUID, said: Said, *, author: User) -> Review:
    """A booking that one may not see is not there; who sees it otherwise than as its customer is refused.

    The booking is locked, so of two reviews at once the second finds the first.
    """
    if not Booking.objects.visible_to(author).filter(pk=booking_id).exists():
        raise NotFound
    booking = locked(booking_id)
    # Whoever is the specialist as well speaks for the other side.
    if role_of(author, booking) is not Role.CUSTOMER:
        raise PermissionDenied("Only the customer reviews a booking.")
    if booking.status != BookingStatus.COMPLETED:
        raise NotNow.of("booking_id", "You can review this booking when it is completed.", "NOT_COMPLETED")
    about = Reviewed(booking.pk, booking.specialist, booking.service, booking.resource)
    return write_review(about, said, author=author)

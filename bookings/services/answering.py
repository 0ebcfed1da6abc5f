"""Keeping what is known of how specialists answer."""

from bookings.models import Booking
from bookings.selectors.answering import answering_of
from catalog.services.standing import renew_answering


def note_answer(booking: Booking) -> None:
    """Reads the specialist's last requests anew, so noting an answer twice, or late, changes nothing."""
    specialist_id = booking.specialist_id
    if specialist_id is not None:
        renew_answering(specialist_id, lambda: answering_of(specialist_id))

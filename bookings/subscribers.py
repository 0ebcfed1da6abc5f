"""What follows from bookings a moment later."""

from bookings.enums import BookingKind, Role
from bookings.models import Booking
from bookings.services import telling
from bookings.services.answering import note_answer
from common.events import Event, on

# Customers and staff tell nothing of how a specialist answers.
ANSWERING = frozenset({Role.SPECIALIST, Role.SYSTEM})


@on("booking.confirmed")
def note_yes(event: Event) -> None:
    _note(event)


@on("booking.cancelled")
def note_no(event: Event) -> None:
    _note(event)


def _note(event: Event) -> None:
    if event.data["kind"] != BookingKind.APPOINTMENT or event.data["by"] not in ANSWERING:
        return
    booking = Booking.objects.filter(pk=event.subject).first()
    if booking is not None:
        note_answer(booking)


def tell(event: Event) -> None:
    """Messages to those whom it concerns: each event tells somebody once, whatever is repeated."""
    telling.tell(event)


for _name in telling.TOLD_OF:
    on(_name)(tell)

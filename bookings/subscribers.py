"""What follows from bookings a moment later."""

from uuid import UUID

from bookings.enums import BookingKind, Role
from bookings.models import Booking
from bookings.selectors.paying import PAYABLE
from bookings.services import telling
from bookings.services.answering import note_answer
from bookings.services.holding import loosen_hold
from bookings.services.paying import settle_booking
from bookings.services.rests import nudge_rest
from bookings.services.rewarding import reward_review
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


def settle(event: Event) -> None:
    """What was paid is kept, given back or earned, and what is still ordered is called off."""
    settle_booking(UUID(event.subject))


for _name in ("booking.cancelled", "booking.expired", "booking.completed", "booking.no_show"):
    on(_name)(settle)


@on("booking.rescheduled")
def hold_later(event: Event) -> None:
    """A hold does not live for weeks: it is made anew before the new time."""
    loosen_hold(UUID(event.subject))


def take_rest(event: Event) -> None:
    """What was not paid yet, of what is over, is taken at once; the sweep comes by where this is lost."""
    nudge_rest(UUID(event.subject))


for _name in ("booking.cancelled", "booking.completed", "booking.no_show"):
    on(_name)(take_rest)


@on("review.posted")
def thank_for_review(event: Event) -> None:
    """The customer earns points, once for a booking."""
    reward_review(UUID(str(event.data["booking_id"])))


def tell_of_money(event: Event) -> None:
    """Its payer learns that money has come, or is on its way back."""
    if event.data["payable_type"] == PAYABLE:
        telling.tell_of_money(event)


for _name in telling.TOLD_OF_MONEY:
    on(_name)(tell_of_money)

for _name in telling.TOLD_OF:
    on(_name)(tell)

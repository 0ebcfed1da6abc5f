"""What is left to pay of bookings, dealt with when it is due: held ahead of the start, taken once it is over.

1. A booking is claimed by putting its due time off for as long as dealing with it takes. A worker that dies leaves it
   to the next, and whoever moves the booking meanwhile has the last word.
2. Outside of any transaction the gateway is asked: see `hold_rest` and `collect_rest`.
3. What that came to decides when it is looked at next: never, in some minutes, or some hours after the customer was
   asked for it, and so often at most as the settings have it.
"""

import logging
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from bookings.enums import BookingStatus
from bookings.models import Booking
from bookings.services.charging import Outcome
from bookings.services.collecting import collect_rest
from bookings.services.holding import hold_rest
from bookings.transitions import BOOKED_WITH
from common.platform import platform_settings
from common.queue import enqueue
from payments.errors import GatewayDown, UnderWay
from payments.gateways.base import GatewayError

logger = logging.getLogger(__name__)

BATCH = 100
LEASE = timedelta(minutes=3)
SOON = timedelta(minutes=5)
AHEAD = frozenset({BookingStatus.CONFIRMED, BookingStatus.IN_PROGRESS})


def sweep_rests() -> int:
    """Deals with all that is due, the longest due first; returns with how many."""
    due = Booking.objects.filter(rest_due_at__lte=Now()).order_by("rest_due_at")
    return sum(_done(pk) for pk in due.values_list("pk", flat=True)[:BATCH])


def deal_with_rest(pk: UUID) -> bool:
    """Whether it was due, and in nobody else's hands. May run at any time, twice and at once."""
    booking = _claimed(pk)
    if booking is None:
        return False
    try:
        outcome = hold_rest(booking) if booking.status in AHEAD else collect_rest(booking)
    except (GatewayDown, GatewayError, UnderWay):
        # What was begun has an owner; it is found again with the same key.
        outcome = Outcome.SOON
    _put_off(booking, outcome)
    return True


def nudge_rest(pk: UUID) -> None:
    """A worker is told of what is due at once, if anything is."""
    if Booking.objects.filter(pk=pk, rest_due_at__isnull=False).exists():
        enqueue("bookings.deal_with_rest", str(pk))


def _done(pk: UUID) -> bool:
    try:
        return deal_with_rest(pk)
    except Exception:
        if not connection.is_usable():
            raise
        # Its lease brings it up again; the others are due as well.
        logger.exception("the rest of a price was not dealt with", extra={"booking": str(pk)})
        return False


@transaction.atomic
def _claimed(pk: UUID) -> Booking | None:
    due = Booking.objects.select_for_update(of=("self",), no_key=True, skip_locked=True).filter(rest_due_at__lte=Now())
    booking: Booking | None = due.select_related(*BOOKED_WITH).filter(pk=pk).first()
    if booking is not None:
        Booking.objects.filter(pk=pk).update(rest_due_at=Now() + LEASE)
        booking.refresh_from_db(fields=["rest_due_at"])
    return booking


def _put_off(booking: Booking, outcome: Outcome) -> None:
    ours = Booking.objects.filter(pk=booking.pk, rest_due_at=booking.rest_due_at)
    if outcome is Outcome.SOON:
        ours.update(rest_due_at=Now() + SOON)
    elif outcome is Outcome.ASKED and booking.rest_tries + 1 < platform_settings().rest_tries:
        again = timedelta(hours=platform_settings().rest_ask_hours)
        ours.update(rest_due_at=Now() + again, rest_tries=F("rest_tries") + 1)
    else:
        ours.update(rest_due_at=None)

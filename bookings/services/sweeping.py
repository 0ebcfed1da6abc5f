"""Sweeps: what has become due by the database's clock is found, locked and done, booking by booking.

1. A run looks up a bounded number of bookings that are due, the longest due first, without a lock.
2. Each is a transaction of its own: lock it unless somebody else has it (SKIP LOCKED), ask again whether it is due, do
   the step. So any number of workers share the work, each booking is done once, and a worker that dies takes nothing
   along but the step it was in, which has not happened.
3. One that cannot be done is logged and left for the next run; the others go on.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model, QuerySet
from django.db.models.functions import Now

from accounts.models import User
from bookings.enums import BookingStatus
from bookings.models import Booking
from bookings.reminders import next_reminder
from bookings.services.cancelling import cancel_booking
from bookings.services.closing import complete_booking, expire_booking
from bookings.services.messages import REMINDER, place_of, words
from bookings.transitions import BOOKED_WITH, SYSTEM
from common import clock
from common.platform import platform_settings
from notifications.services import notify

logger = logging.getLogger(__name__)

M = TypeVar("M", bound=Model)

BATCH = 500
# For that long the two sides may still say themselves how it went: done, or nobody came.
GRACE = timedelta(hours=24)
UNANSWERED = "It was not confirmed in time."


def expire_unpaid() -> int:
    """Gives back the times of bookings that were not paid for in time; returns how many."""
    due = Booking.objects.filter(status=BookingStatus.PENDING_PAYMENT, expires_at__lte=Now())
    return _swept(due.order_by("expires_at"), lambda booking: expire_booking(booking.pk))


def remind() -> int:
    """Sends the reminders that are due, each once; returns of how many bookings."""
    due = Booking.objects.filter(reminder_due_at__lte=Now())
    return _swept(due.order_by("reminder_due_at"), _remind)


def close_past() -> int:
    """Completes what took place and nobody closed, and cancels what nobody answered; returns how many."""
    over = Booking.objects.filter(
        status__in=[BookingStatus.CONFIRMED, BookingStatus.IN_PROGRESS], ends_at__lte=Now() - GRACE
    )
    unanswered = Booking.objects.filter(status=BookingStatus.PENDING, ends_at__lte=Now())
    return _swept(over.order_by("ends_at"), lambda booking: complete_booking(booking, actor=SYSTEM)) + _swept(
        unanswered.order_by("ends_at"), lambda booking: cancel_booking(booking, actor=SYSTEM, reason=UNANSWERED)
    )


def swept(due: QuerySet[M], step: Callable[[M], Any], *, related: Sequence[str] = ()) -> int:
    """Takes the step with each that is due, loaded with what is `related`; returns with how many."""
    return sum(_done(due, pk, step, related) for pk in due.values_list("pk", flat=True)[:BATCH])


def _swept(due: QuerySet[Booking], step: Callable[[Booking], Any]) -> int:
    return swept(due, step, related=BOOKED_WITH)


def _done(due: QuerySet[M], pk: UUID, step: Callable[[M], Any], related: Sequence[str]) -> bool:
    try:
        with transaction.atomic():
            locked = due.select_for_update(of=("self",), no_key=True, skip_locked=True)
            found = (locked.select_related(*related) if related else locked).filter(pk=pk).first()
            if found is None:
                return False
            step(found)
    except Exception:
        if not connection.is_usable():
            raise
        # Whatever is wrong with one of them, the others are due as well.
        logger.exception("what is due was not swept", extra={"kind": due.model._meta.label_lower, "id": str(pk)})
        return False
    return True


def _remind(booking: Booking) -> None:
    """The message and the next due time are written together. One that comes very late stands for those it missed."""
    due_at, now = booking.reminder_due_at, clock.now()
    if due_at is None:
        return
    settings = platform_settings()
    minutes = (settings.early_reminder_minutes, settings.late_reminder_minutes)
    booking.reminder_due_at = next_reminder(booking.starts_at, minutes_before=minutes, after=max(due_at, now))
    booking.save(update_fields=["reminder_due_at"])
    if booking.status != BookingStatus.CONFIRMED or booking.starts_at <= now:
        return
    _tell(booking, booking.customer, due_at)
    if booking.specialist is not None:
        _tell(booking, booking.specialist.user, due_at)


def _tell(booking: Booking, reader: User, due_at: datetime) -> None:
    told = words(booking, reader, place=place_of(booking, reader))
    which = f"{booking.starts_at.isoformat()}:{(booking.starts_at - due_at) // timedelta(minutes=1)}"
    notify(reader, REMINDER, told, event_key=f"booking.reminder:{booking.pk}:{which}", about=booking.pk)

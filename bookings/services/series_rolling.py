"""Series without an end are booked some months ahead, and a bit further every night."""

import logging
from uuid import UUID

from django.db import transaction

from bookings.enums import BookingStatus
from bookings.models import Series
from bookings.selectors.series_dates import Lost
from bookings.services.drafting import Draft, first_status
from bookings.services.series_booking import (
    begin_dates,
    loaded,
    pattern_of,
    remember_skipped,
    require_bookable,
    template_of,
)
from bookings.services.series_dates import booked_ahead_until, take_some
from bookings.transitions import SYSTEM
from catalog.recurrence import LONGEST_SERIES
from common import clock
from common.errors import DomainError
from common.events import publish

logger = logging.getLogger(__name__)


def roll_series() -> int:
    """Books what has come within reach of every open-ended series; returns how many bookings were made.

    Each series is a transaction of its own. One that another worker is rolling, or that somebody is changing, is left
    to them. A date that cannot be had is remembered as skipped, and `series.rolled` tells of it.
    """
    made, last = 0, UUID(int=0)
    while True:
        with transaction.atomic():
            series = _next_after(last)
            if series is None:
                return made
            last = series.pk
            made += _rolled_safely(series)


def _next_after(last: UUID) -> Series | None:
    due = Series.objects.rolling().filter(pk__gt=last, booked_until__lt=booked_ahead_until(), customer__is_active=True)
    return loaded(due.select_for_update(of=("self",), no_key=True, skip_locked=True)).order_by("pk").first()


def _rolled_safely(series: Series) -> int:
    """One series that cannot be booked at present must not keep the others from it; it is tried again next night."""
    try:
        with transaction.atomic():
            return _rolled(series)
    except DomainError as refusal:
        logger.warning("a series was not rolled forward", extra={"series_id": str(series.pk), "code": refusal.code})
        return 0


def _rolled(series: Series) -> int:
    require_bookable(series.service or series.resource)
    since = max(series.booked_until, clock.now())
    until = min(booked_ahead_until(), since + LONGEST_SERIES)
    template = _without_deposit(template_of(series, SYSTEM))
    drafts, lost = take_some(template, pattern_of(series).dates_between(since, until), actor=SYSTEM)
    begin_dates(series, drafts, actor=SYSTEM)
    remember_skipped(series, lost, SYSTEM)
    series.booked_until = until
    series.save(update_fields=["booked_until"])
    if drafts or lost:
        _tell(series, drafts, lost)
    return len(drafts)


def _without_deposit(template: Draft) -> Draft:
    """A series without an end was agreed on without deposits, whatever the specialist has begun to ask for since."""
    booking = template.booking
    booking.deposit_minor = 0
    if booking.status == BookingStatus.PENDING_PAYMENT:
        instant = booking.specialist is not None and booking.specialist.instant_booking
        booking.expires_at = None
        for name, value in first_status(BookingStatus.CONFIRMED if instant else BookingStatus.PENDING).items():
            setattr(booking, name, value)
    return template


def _tell(series: Series, drafts: list[Draft], lost: list[Lost]) -> None:
    publish("series.rolled", series.pk, {"bookings": len(drafts), "skipped": len(lost)})

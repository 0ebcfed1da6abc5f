"""Zones whose rules change: dates of a series keep what clocks show, and their instants follow.

A single booking keeps its instant, for that is what both sides agreed on. A series agreed on a time of day: when new
time zone data arrives, its dates to come are moved to the instants that the clocks now mean, and both sides are told.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F

from bookings.enums import UPCOMING, Action, SeriesStatus
from bookings.models import Booking, Series
from bookings.selectors.series_dates import Dated
from bookings.services.drafting import claims_of
from bookings.services.series_booking import loaded, pattern_of
from bookings.services.series_dates import Pattern
from bookings.services.series_retiming import is_to_come, retimed
from bookings.transitions import BOOKED_WITH, SYSTEM, amend_all
from catalog.occupancy import move as move_claims
from catalog.recurrence import LONGEST_SERIES, series_within, wall_clock
from common import clock
from common.errors import DomainError
from common.events import publish
from common.timeranges import TimeRange

logger = logging.getLogger(__name__)

# Zones change their rules by an hour, rarely more; dates of a series are a day apart at least.
FARTHEST = timedelta(hours=3)


def keep_wall_times() -> int:
    """Moves the dates to come of every series back to its time of day; returns how many bookings were moved.

    Each series is a transaction of its own, moved as a whole or, where somebody has one of its new times, left as it is
    with a warning and tried again the next night.
    """
    return sum(_kept(pk) for pk in _shown_otherwise())


def _shown_otherwise() -> list[UUID]:
    """Series with a date to come at which clocks do not show their time, in the order of their keys.

    A day on which clocks skip that time is among them; a closer look finds nothing to move there.
    """
    to_come = Booking.objects.filter(
        status__in=UPCOMING, starts_at__gt=clock.now(), series__status=SeriesStatus.ACTIVE
    ).values_list("series_id", "series__timezone", "series__local_time", "recurrence_id")
    return sorted(
        {
            series
            for series, zone, time_of_day, instant in to_come.iterator()
            if instant is not None and wall_clock(instant, ZoneInfo(zone)).time() != time_of_day
        }
    )


@transaction.atomic
def _kept(pk: UUID) -> int:
    rows = loaded(Series.objects.select_for_update(of=("self",), no_key=True, skip_locked=True))
    series = rows.filter(pk=pk, status=SeriesStatus.ACTIVE).first()
    if series is None:
        return 0
    try:
        with transaction.atomic():
            return _moved(series)
    except DomainError as refusal:
        logger.warning("a series could not keep its time of day", extra={"series_id": str(pk), "code": refusal.code})
        return 0


def _moved(series: Series) -> int:
    pattern = pattern_of(series)
    moving = _misplaced(pattern, _to_come(series))
    if not moving:
        return 0
    move_claims([claim for booking, to in moving for claim in claims_of(booking, to.time)])
    amend_all([retimed(booking, to, SYSTEM) for booking, to in moving], Action.RESCHEDULE, actor=SYSTEM)
    series.sequence += 1
    series.save(update_fields=["sequence"])
    publish("series.changed", series.pk, {"by": SYSTEM.role.value, "bookings": len(moving)})
    return len(moving)


def _to_come(series: Series) -> list[Booking]:
    """Dates to come that are where the series put them; what somebody moved by itself has an instant of its own."""
    found = (
        Booking.objects.select_for_update(of=("self",), no_key=True)
        .select_related(*BOOKED_WITH)
        .filter(series=series, status__in=UPCOMING, starts_at=F("recurrence_id"))
    )
    return [each for each in found.order_by("pk") if is_to_come(each)]


def _misplaced(pattern: Pattern, bookings: Sequence[Booking]) -> list[tuple[Booking, Dated]]:
    """Bookings beside the instant that clocks mean now, each with its date: the one that is nearest to it."""
    if not bookings:
        return []
    first = min(each.starts_at for each in bookings) - FARTHEST
    window = TimeRange(first, first + LONGEST_SERIES)
    dates = pattern.dated(series_within(pattern.rule, pattern.local_start, pattern.zone, window))
    starts = {each.time.start for each in dates}
    moving = []
    for booking in bookings:
        if booking.starts_at in starts or not dates:
            continue
        nearest = min(dates, key=lambda each: abs(each.time.start - booking.starts_at))
        if abs(nearest.time.start - booking.starts_at) <= FARTHEST and nearest.time.start > clock.now():
            moving.append((booking, nearest))
    return moving

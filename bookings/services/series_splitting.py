"""Making two series out of one, which together have exactly the dates that the one had."""

from datetime import datetime

from bookings.errors import CannotBook
from bookings.models import Booking, Series, SeriesException
from bookings.services.series_booking import pattern_of
from catalog.recurrence import LONGEST_SERIES, Occurrence, series_within, split
from common import clock
from common.errors import Detail
from common.ids import new_id
from common.timeranges import TimeRange


def split_series(series: Series, instant: datetime) -> Series:
    """Ends a locked series before `instant`; returns the series of the rest, with its bookings and exceptions.

    Something of the series must come before. Bookings keep their times, their numbers and their recurrence ids.
    """
    pattern = pattern_of(series)
    first = _first_from(series, instant)
    before, after = split(pattern.rule, pattern.local_start, pattern.zone, first)
    rest = _continuing(series, first, after.canonical)
    series.rule, series.is_open_ended = before.canonical, False
    series.booked_until = min(series.booked_until, first.start)
    series.sequence += 1
    series.save(update_fields=["rule", "is_open_ended", "booked_until", "sequence"])
    rest.save(force_insert=True)
    Booking.objects.filter(series=series, recurrence_id__gte=instant).update(series=rest, updated_at=clock.now())
    SeriesException.objects.filter(series=series, recurrence_id__gte=instant).update(series=rest)
    return rest


def _first_from(series: Series, instant: datetime) -> Occurrence:
    pattern = pattern_of(series)
    window = TimeRange(instant, instant + LONGEST_SERIES)
    found = series_within(pattern.rule, pattern.local_start, pattern.zone, window)
    if not found:
        message = "Nothing of this series comes on this day or later."
        raise CannotBook(message, [Detail("from", message, "NOT_IN_SERIES")])
    return found[0]


def _continuing(series: Series, first: Occurrence, rule: str) -> Series:
    copied = {
        each.name: getattr(series, each.name)
        for each in Series._meta.fields
        if each.name not in {"id", "created_at", "updated_at", "sequence"}
    }
    begins = {"starts_at": first.start, "local_date": first.local.date(), "local_time": first.local.time()}
    return Series(**{**copied, **begins, "id": new_id(), "rule": rule, "split_from": series})

"""Which dates of a series can be had, and what is against the others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from catalog.enums import Reason
from catalog.lanes import LaneBoard
from catalog.models import Calendar
from catalog.policies import BookingWindow, reason_against
from catalog.recurrence import Occurrence
from catalog.selectors.availability import full_days
from catalog.selectors.busy import Busy, busy
from catalog.slots import Buffers
from common import clock
from common.platform import platform_settings
from common.timeranges import TimeRange
from common.walltime import day_range


@dataclass(frozen=True, slots=True)
class Part:
    """A calendar that every date of a series takes, with its buffers there."""

    calendar: Calendar
    buffers: Buffers


@dataclass(frozen=True, slots=True)
class Dated:
    """An occurrence with the time that it takes."""

    occurrence: Occurrence
    time: TimeRange

    @property
    def day(self) -> date:
        """The local day, by which people know it."""
        return self.occurrence.local.date()


@dataclass(frozen=True, slots=True)
class Lost:
    """A date that cannot be had, and why."""

    dated: Dated
    reason: Reason


def series_window(calendar: Calendar) -> BookingWindow:
    """From when until when dates of a series may start.

    A horizon that a calendar sets itself holds for them too; the platform's own is for single bookings, and a series
    may go as far as series go.
    """
    settings = platform_settings()
    notice = calendar.minimum_notice_minutes
    return BookingWindow.at(
        clock.now(),
        calendar.zone,
        notice=timedelta(minutes=settings.booking_notice_minutes if notice is None else notice),
        horizon_days=calendar.horizon_days or settings.series_days,
    )


def by_the_rules(parts: Sequence[Part], dates: Iterable[Dated], *, is_bound: bool) -> tuple[list[Dated], list[Lost]]:
    """The dates that calendars would take if nobody else were there, and the others; no query.

    Notice and horizon are the first calendar's, as for a single booking; all of them must be open. Whoever is not bound
    by that may take any time that has not passed.
    """
    window = series_window(parts[0].calendar)
    hours = [part.calendar.hours for part in parts]
    allowed, lost = [], []
    for each in dates:
        if is_bound:
            reasons = (reason_against(each.time, there, window) for there in hours)
            reason = next((reason for reason in reasons if reason is not None), None)
        else:
            reason = Reason.PAST if each.time.start < window.now else None
        if reason is None:
            allowed.append(each)
        else:
            lost.append(Lost(each, reason))
    return allowed, lost


def clashes(parts: Sequence[Part], dates: Sequence[Dated]) -> list[Lost]:
    """The dates that somebody else has, by a look and without a claim. One query, however many there are."""
    limited = [part for part in parts if part.calendar.daily_limit is not None]
    days = [part.buffers.around(_day_of(part.calendar, each.time)) for part in limited for each in dates]
    wanted = [part.buffers.around(each.time) for part in parts for each in dates]
    taken = busy([part.calendar for part in parts], [*wanted, *days])
    reasons = [_reasons(part, dates, taken) for part in parts]
    found = ((each, next((there[each] for there in reasons if each in there), None)) for each in dates)
    return [Lost(each, reason) for each, reason in found if reason is not None]


def _reasons(part: Part, dates: Sequence[Dated], taken: Mapping[int, Sequence[Busy]]) -> dict[Dated, Reason]:
    there = taken[part.calendar.number]
    board = LaneBoard(part.calendar.capacity, [each.as_block() for each in there])
    full = full_days(part.calendar, there)
    reasons: dict[Dated, Reason] = {}
    for each in dates:
        padded = part.buffers.around(each.time)
        if not board.has_room(padded.start, padded.end):
            is_closed = any(other.is_closure and other.time.overlaps(padded) for other in there)
            reasons[each] = Reason.BLOCKED if is_closed else Reason.BOOKED
        elif any(day.contains(each.time.start) for day in full):
            reasons[each] = Reason.DAY_FULL
        else:
            board.place(padded)
    return reasons


def _day_of(calendar: Calendar, time: TimeRange) -> TimeRange:
    return day_range(time.start.astimezone(calendar.zone).date(), calendar.zone)

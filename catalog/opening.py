"""When a calendar is open: weekly hours and date overrides, written on a wall clock, as instants.

1. Each local date has the ranges of its override, or of its weekday.
2. A range whose end is at or before its start runs past midnight: it ends on the next date.
3. Both ends are turned into UTC before any arithmetic, so a day with a clock change is as long as it really is.
4. `openings` keeps the ranges apart, because the grid of slots begins anew with each; `open_ranges` joins those that
   touch or overlap.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from common.timeranges import TimeRange, merge
from common.walltime import wall_range

ONE_DAY = timedelta(days=1)
# Many calendars keep the same hours, and what they are asked about is the same few weeks.
_instants_of = lru_cache(maxsize=16_384)(wall_range)


@dataclass(frozen=True, slots=True)
class WallRange:
    """From one time of day to another; an `end` at or before `start` belongs to the next date."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """`weekly` by weekday (Monday is 0), `overrides` by date; an empty sequence means closed."""

    zone: ZoneInfo
    weekly: Mapping[int, Sequence[WallRange]]
    overrides: Mapping[date, Sequence[WallRange]] = field(default_factory=dict)

    def on(self, day: date) -> Sequence[WallRange]:
        if day in self.overrides:
            return self.overrides[day]
        return self.weekly.get(day.weekday(), ())


def openings(hours: OpeningHours, *, within: TimeRange) -> list[TimeRange]:
    """Every range that has a part in `within`, whole and by its start: a range is never cut where one looks at it."""
    # A range that began the evening before may still be running.
    day = within.start.astimezone(hours.zone).date() - ONE_DAY
    last = within.end.astimezone(hours.zone).date()
    found: list[TimeRange] = []
    while day <= last:
        for wall in hours.on(day):
            instants = _instants_of(day, wall.start, wall.end, hours.zone)
            # A range that a clock change swallows whole is not open at all that day.
            if instants and instants.overlaps(within):
                found.append(instants)
        day += ONE_DAY
    return sorted(found)


def open_ranges(hours: OpeningHours, *, within: TimeRange) -> list[TimeRange]:
    """The instants at which the calendar is open, merged, sorted and cut to `within`."""
    return merge(cut for each in openings(hours, within=within) if (cut := each.intersect(within)))


def is_open(hours: OpeningHours, time: TimeRange) -> bool:
    """True if the calendar is open for all of `time`."""
    return open_ranges(hours, within=time) == [time]

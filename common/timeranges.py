"""Half-open stretches of time: the start belongs to a range, the end does not, so 10–11 and 11–12 do not overlap."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Self

from psycopg.types.range import Range


class NotATimeRange(ValueError):
    """Times that bound no stretch of time; its message can be shown."""


@dataclass(frozen=True, slots=True, order=True)
class TimeRange:
    """From `start` up to, but not including, `end`; both in UTC, whatever zone they were given in. Never empty."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", _utc(self.start))
        object.__setattr__(self, "end", _utc(self.end))
        if self.end <= self.start:
            raise NotATimeRange("A time range must end after it starts.")

    @classmethod
    def lasting(cls, start: datetime, duration: timedelta) -> Self:
        """Elapsed time, so 24 hours across a clock change end at another time of day."""
        return cls(start, _utc(start) + duration)

    @classmethod
    def from_postgres(cls, value: Range[datetime]) -> Self:
        """Reads a `tstzrange`; refuses what the platform never writes: empty, unbounded, not half-open."""
        if value.isempty or value.lower is None or value.upper is None or value.bounds != "[)":
            raise NotATimeRange(f"{value} is not a bounded half-open time range.")
        return cls(value.lower, value.upper)

    def to_postgres(self) -> Range[datetime]:
        """The value for a DateTimeRangeField or a `tstzrange` parameter."""
        return Range(self.start, self.end, "[)")

    @property
    def duration(self) -> timedelta:
        return self.end - self.start

    def contains(self, instant: datetime) -> bool:
        return self.start <= _utc(instant) < self.end

    def covers(self, other: "TimeRange") -> bool:
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: "TimeRange") -> bool:
        return self.start < other.end and other.start < self.end

    def touches(self, other: "TimeRange") -> bool:
        """True if one ends exactly where the other starts."""
        return self.end == other.start or other.end == self.start

    def intersect(self, other: "TimeRange") -> "TimeRange | None":
        if not self.overlaps(other):
            return None
        return TimeRange(max(self.start, other.start), min(self.end, other.end))

    def subtract(self, other: "TimeRange") -> list["TimeRange"]:
        """What is left of this range: nothing, one piece, or the two pieces around `other`."""
        return gaps([other], within=self)

    def shift(self, by: timedelta) -> "TimeRange":
        return TimeRange(self.start + by, self.end + by)

    def widen(self, *, before: timedelta = timedelta(0), after: timedelta = timedelta(0)) -> "TimeRange":
        """The range with buffers around it."""
        return TimeRange(self.start - before, self.end + after)


def merge(ranges: Iterable[TimeRange]) -> list[TimeRange]:
    """The union, in order of time: what overlaps or touches becomes one."""
    merged: list[TimeRange] = []
    for each in sorted(ranges):
        if merged and each.start <= merged[-1].end:
            merged[-1] = TimeRange(merged[-1].start, max(merged[-1].end, each.end))
        else:
            merged.append(each)
    return merged


def gaps(ranges: Iterable[TimeRange], *, within: TimeRange) -> list[TimeRange]:
    """The stretches of `within` that none of the ranges takes, in order of time."""
    taken = merge(clipped for each in ranges if (clipped := each.intersect(within)))
    borders = [within.start, *(border for each in taken for border in (each.start, each.end)), within.end]
    # Every second stretch between two borders is taken; a range at the edge of `within` leaves an empty one beside it.
    return [TimeRange(start, end) for start, end in list(pairwise(borders))[::2] if start < end]


def subtract(ranges: Iterable[TimeRange], taken: Iterable[TimeRange]) -> list[TimeRange]:
    """The union of `ranges` without anything in `taken`, in order of time, by one walk over both."""
    left: list[TimeRange] = []
    busy = merge(taken)
    first = 0
    for each in merge(ranges):
        while first < len(busy) and busy[first].end <= each.start:
            first += 1
        last = first
        while last < len(busy) and busy[last].start < each.end:
            last += 1
        left += gaps(busy[first:last], within=each)
    return left


def intersect(ranges: Iterable[TimeRange], others: Iterable[TimeRange]) -> list[TimeRange]:
    """What lies in the union of `ranges` and in the union of `others`, in order of time."""
    mine = merge(ranges)
    return subtract(mine, subtract(mine, others))


def total_duration(ranges: Iterable[TimeRange]) -> timedelta:
    """The time that the union takes; what overlaps counts once."""
    return sum((each.duration for each in merge(ranges)), start=timedelta(0))


def _utc(instant: datetime) -> datetime:
    # Nearly all are in UTC already, and this is asked twice for each range.
    if instant.tzinfo is UTC:
        return instant
    if instant.utcoffset() is None:
        raise NotATimeRange("A time needs an offset from UTC.")
    return instant.astimezone(UTC)

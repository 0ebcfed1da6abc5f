"""What bookings come to, told in the simplest words: lists in memory, and no database.

Every question has a second answer here, by which random journeys are judged: may this step be taken now, and who has
which time afterwards.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from uuid import UUID
from zoneinfo import ZoneInfo

from common.timeranges import TimeRange, merge

UPCOMING = frozenset({"pending_payment", "pending", "confirmed"})
LIVE = UPCOMING | {"in_progress"}
EARLY = timedelta(hours=1)
GRACE = timedelta(minutes=15)
OPENS, CLOSES = time_of_day(9), time_of_day(17)


@dataclass
class Diary:
    """One calendar: the lane and time of every booking on it, and when it is closed."""

    capacity: int = 1
    after: timedelta = timedelta(0)
    taken: list[tuple[UUID, int, TimeRange]] = field(default_factory=list)
    off: list[TimeRange] = field(default_factory=list)

    def lane_for(self, time: TimeRange) -> int | None:
        """The first lane that is free all that time, with the time after it that belongs to it."""
        padded = time.widen(after=self.after)
        if any(closed.overlaps(padded) for closed in self.off):
            return None
        busy = {lane for _, lane, other in self.taken if other.overlaps(padded)}
        return next((lane for lane in range(self.capacity) if lane not in busy), None)

    def enter(self, booking: UUID, time: TimeRange) -> None:
        lane = self.lane_for(time)
        assert lane is not None
        self.taken.append((booking, lane, time.widen(after=self.after)))

    def leave(self, bookings: Iterable[UUID]) -> None:
        gone = set(bookings)
        self.taken = [each for each in self.taken if each[0] not in gone]

    def closed(self) -> list[TimeRange]:
        return merge(self.off)


@dataclass
class Kept:
    """A booking: with whom, when, and how far it has come. `due` is its date in its series."""

    status: str
    time: TimeRange
    diaries: Sequence[str]
    expires_at: datetime | None = None
    series: UUID | None = None
    due: datetime | None = None


@dataclass
class KeptSeries:
    dates: list[datetime]
    is_active: bool = True


@dataclass
class Model:
    """`now` is the clock's time. Methods named `may_` answer; the others do it, and expect that it may be done."""

    diaries: Mapping[str, Diary]
    zone: ZoneInfo
    now: datetime
    bookings: dict[UUID, Kept] = field(default_factory=dict)
    series: dict[UUID, KeptSeries] = field(default_factory=dict)

    def may_book(self, diaries: Sequence[str], time: TimeRange) -> bool:
        return time.start >= self.now and all(self.diaries[name].lane_for(time) is not None for name in diaries)

    def book(self, pk: UUID, kept: Kept) -> None:
        self.bookings[pk] = kept
        for name in kept.diaries:
            self.diaries[name].enter(pk, kept.time)

    def may_step(self, pk: UUID, action: str) -> bool:
        kept = self.bookings[pk]
        start, end = kept.time.start, kept.time.end
        return {
            "confirm": kept.status == "pending" and self.now < end,
            "start": kept.status == "confirmed" and self.now >= start - EARLY,
            "complete": kept.status in ("confirmed", "in_progress") and self.now >= start,
            "no_show": kept.status == "confirmed" and self.now >= start + GRACE,
            "cancel": kept.status in UPCOMING and self.now < start,
            "cancel by staff": kept.status in LIVE,
            "expire": kept.status == "pending_payment" and kept.expires_at is not None and kept.expires_at <= self.now,
        }[action]

    def step(self, pk: UUID, status: str) -> None:
        kept = self.bookings[pk]
        kept.status = status
        if status not in LIVE:
            self._leave([pk])

    def may_move(self, pk: UUID, to: TimeRange) -> bool:
        kept = self.bookings[pk]
        if kept.time == to:
            return True
        return kept.status in UPCOMING and to.start >= self.now and self._fits({pk: to})

    def move(self, times: Mapping[UUID, TimeRange]) -> None:
        self._leave(times)
        for pk, time in sorted(times.items(), key=lambda each: each[1]):
            self.bookings[pk].time = time
            for name in self.bookings[pk].diaries:
                self.diaries[name].enter(pk, time)

    def may_close(self, name: str, time: TimeRange) -> bool:
        return time.end > self.now and not any(taken.overlaps(time) for _, _, taken in self.diaries[name].taken)

    def free_dates(self, name: str, times: Sequence[TimeRange]) -> list[TimeRange]:
        return [time for time in times if self.may_book([name], time)]

    def cancelled_with(self, pk: UUID) -> list[UUID]:
        """What goes with a series: all of it that is still to come, wherever it was moved to."""
        return [each for each, kept in self.bookings.items() if kept.series == pk and self._is_to_come(kept)]

    def moved_with(self, pk: UUID, by: timedelta) -> dict[UUID, TimeRange] | None:
        """Where the dates to come would be when all of the series is later; None where that cannot be had."""
        series = self.series[pk]
        if not series.is_active or not any(each >= self.now for each in series.dates):
            return None
        dates = {self._day(each): each + by for each in series.dates}
        moved = {
            each: TimeRange.lasting(dates[self._day(kept.due)], kept.time.duration)
            for each, kept in self.bookings.items()
            if kept.series == pk and self._is_to_come(kept) and kept.due == kept.time.start
        }
        moved = {each: to for each, to in moved.items() if to != self.bookings[each].time}
        are_open = all(self._is_open(to) for to in moved.values())
        return moved if are_open and self._fits(moved) else None

    def move_series(self, pk: UUID, by: timedelta, moved: Mapping[UUID, TimeRange]) -> None:
        self.move(moved)
        for each, time in moved.items():
            self.bookings[each].due = time.start
        self.series[pk].dates = [each + by for each in self.series[pk].dates]

    def _is_open(self, wanted: TimeRange) -> bool:
        start, end = (each.astimezone(self.zone) for each in (wanted.start, wanted.end))
        return start.date() == end.date() and start.time() >= OPENS and end.time() <= CLOSES

    def _is_to_come(self, kept: Kept) -> bool:
        return kept.status in UPCOMING and kept.time.start > self.now

    def _fits(self, times: Mapping[UUID, TimeRange]) -> bool:
        """Whether all of them find a place once they have left theirs."""
        before = {name: list(diary.taken) for name, diary in self.diaries.items()}
        try:
            self._leave(times)
            for pk, time in sorted(times.items(), key=lambda each: each[1]):
                for name in self.bookings[pk].diaries:
                    if self.diaries[name].lane_for(time) is None:
                        return False
                    self.diaries[name].enter(pk, time)
            return True
        finally:
            for name, taken in before.items():
                self.diaries[name].taken = taken

    def _leave(self, bookings: Iterable[UUID]) -> None:
        for diary in self.diaries.values():
            diary.leave(bookings)

    def _day(self, instant: datetime | None) -> date:
        assert instant is not None
        return instant.astimezone(self.zone).date()

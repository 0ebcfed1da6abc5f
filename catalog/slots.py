"""Which starts a calendar offers: opening hours, less what is taken, on the calendar's own grid.

1. The grid begins anew at the start of each opening and goes on in steps of `step`, in elapsed time, until the opening
   ends; where two run at once the one that began last counts. So the same starts are offered wherever one looks from.
2. A slot must end within time that is open; it may run on from one opening into the next. Buffers may reach beyond.
3. A slot takes its time and the buffers around it. It is free if one lane of the calendar is free for all of that: a
   booking never changes lanes, so two lanes that are half free each make no room.
4. A slot that starts outside of `starting` (now and the minimum notice, until the horizon) is not offered.
5. A slot that starts on a day whose limit is reached is shown as full.

Worked example: open 10:00-11:40, service 20 minutes, buffer after 5, step 25. The starts are 10:00, 10:25, 10:50 and
11:15; with 10:00-10:25 taken they are 10:25, 10:50 and 11:15.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from catalog.enums import Reason
from catalog.lanes import Block, LaneBoard, Timeline
from common.timeranges import TimeRange


@dataclass(frozen=True, slots=True)
class Buffers:
    """Time around a booking that belongs to it: to prepare, to clean up, to travel."""

    before: timedelta = timedelta(0)
    after: timedelta = timedelta(0)

    def around(self, time: TimeRange) -> TimeRange:
        return time.widen(before=self.before, after=self.after)


NO_BUFFERS = Buffers()


@dataclass(frozen=True, slots=True)
class SlotRules:
    duration: timedelta
    step: timedelta
    buffers: Buffers = NO_BUFFERS
    capacity: int = 1


@dataclass(frozen=True, slots=True)
class Slot:
    """From `start` to `end`, without its buffers; free if there is no reason against it."""

    start: datetime
    end: datetime
    reason: Reason | None = None


def slots(
    openings: Sequence[TimeRange],
    taken: Iterable[Block],
    rules: SlotRules,
    *,
    starting: TimeRange,
    closures: Iterable[TimeRange] = (),
    full_days: Iterable[TimeRange] = (),
) -> Iterator[Slot]:
    """Every slot that starts within `starting`, in order, with what is against it.

    `taken` is all that lies on the lanes; `closures` are those times of it that are time off.
    """
    is_open = Timeline(openings)
    board = LaneBoard(rules.capacity, taken)
    closed = Timeline(closures)
    limited = Timeline(full_days)
    for start in grid(openings, rules.step, starting=starting):
        end = start + rules.duration
        if not is_open.covers(start, end):
            continue
        begins, finishes = start - rules.buffers.before, end + rules.buffers.after
        if not board.has_room(begins, finishes):
            yield Slot(start, end, Reason.BLOCKED if closed.meets(begins, finishes) else Reason.BOOKED)
        elif limited.contains(start):
            yield Slot(start, end, Reason.DAY_FULL)
        else:
            yield Slot(start, end)


def grid(openings: Sequence[TimeRange], step: timedelta, *, starting: TimeRange) -> list[datetime]:
    """The starts that fall into `starting`, in order; `openings` come sorted by start."""
    found: list[datetime] = []
    for position, opening in enumerate(openings):
        # Hours of the evening before may still run when the morning's begin, and go on after those have ended.
        inner = _beginning_before(opening.end, openings[position + 1 :])
        start = opening.start
        if start < starting.start:
            # Steps that lie before are skipped in one go: a range of 24 hours has many.
            start += -(-(starting.start - start) // step) * step
        while start < min(opening.end, starting.end):
            if not any(each.start <= start < each.end for each in inner):
                found.append(start)
            start += step
    return sorted(found)


def _beginning_before(end: datetime, openings: Sequence[TimeRange]) -> list[TimeRange]:
    return list(takewhile(lambda each: each.start < end, openings))

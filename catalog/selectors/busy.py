"""What is taken on some calendars, in one query however many calendars and times are asked for."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.db import connection

from catalog.enums import OccupancyKind
from catalog.lanes import LANES, Block
from catalog.models import Calendar
from catalog.slots import Buffers
from common.timeranges import TimeRange, merge

# Multiranges let the GiST index answer for many calendars and times at once. Times come without their zone, which is
# UTC: those are read by psycopg in C, while Django's instants are read in Python.
_BUSY = """
SELECT calendar_number, lower(during) AT TIME ZONE 'UTC', upper(during) AT TIME ZONE 'UTC', lower(lanes), upper(lanes),
    kind, buffer_before_minutes, buffer_after_minutes
FROM catalog_occupancy
WHERE lanes && %s::int8multirange AND during && %s::tstzmultirange
ORDER BY during
"""


@dataclass(frozen=True, slots=True)
class Busy:
    """A row of the occupancy table. `time` includes buffers; lanes are counted within the calendar."""

    time: TimeRange
    first_lane: int
    end_lane: int
    kind: OccupancyKind
    buffers: Buffers

    @property
    def is_closure(self) -> bool:
        return self.kind == OccupancyKind.CLOSURE

    def day_on(self, zone: ZoneInfo) -> date:
        """The local day on which the booking proper starts."""
        return self.booked.start.astimezone(zone).date()

    @property
    def booked(self) -> TimeRange:
        """The booking proper, without its buffers."""
        return TimeRange(self.time.start + self.buffers.before, self.time.end - self.buffers.after)

    def as_block(self) -> Block:
        return Block(self.time, self.first_lane, self.end_lane)


def busy(calendars: Collection[Calendar], within: TimeRange | Iterable[TimeRange]) -> Mapping[int, Sequence[Busy]]:
    """What overlaps any of the times, by calendar number and start; calendars without any have an empty list."""
    times = merge([within] if isinstance(within, TimeRange) else within)
    found: defaultdict[int, list[Busy]] = defaultdict(list)
    if not calendars or not times:
        return found
    with connection.cursor() as cursor:
        cursor.execute(*statement(calendars, times))
        for number, start, end, first, last, kind, before, after in cursor.fetchall():
            found[number].append(
                Busy(
                    TimeRange(start.replace(tzinfo=UTC), end.replace(tzinfo=UTC)),
                    first - number * LANES,
                    last - number * LANES,
                    OccupancyKind(kind),
                    _buffers(before, after),
                )
            )
    return found


def statement(calendars: Iterable[Calendar], times: Iterable[TimeRange]) -> tuple[str, list[str]]:
    """What `busy` asks of PostgreSQL, with its parameters."""
    lanes = ",".join(f"[{each.number * LANES},{(each.number + 1) * LANES})" for each in calendars)
    moments = ",".join(f'["{each.start.isoformat()}","{each.end.isoformat()}")' for each in times)
    return _BUSY, [f"{{{lanes}}}", f"{{{moments}}}"]


@lru_cache
def _buffers(before: int, after: int) -> Buffers:
    """Minutes before and after; there are as few of them as there are habits."""
    return Buffers(timedelta(minutes=before), timedelta(minutes=after))


def claims(calendar: Calendar, within: TimeRange | Iterable[TimeRange]) -> list[Busy]:
    """Bookings and holds, without closures."""
    return [each for each in busy([calendar], within)[calendar.number] if not each.is_closure]

"""Times off as the occupancies that close a calendar."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import connection

from catalog.enums import OccupancyKind
from catalog.errors import SlotTaken
from catalog.lanes import LANES, closure_blocks
from catalog.models import Calendar, TimeOff
from catalog.occupancy.rows import MOST_ROUNDS, Row, announce, insert_all, lock, require_transaction
from catalog.selectors.busy import claims
from common.timeranges import TimeRange, merge

# A microsecond is the shortest time there is: with it on either side, what only touches is found too.
_OPEN = """
DELETE FROM catalog_occupancy
WHERE kind = 'closure' AND lanes && int8range(%s, %s) AND during && tstzrange(%s, %s)
RETURNING lower(during), upper(during)
"""


def rewrite_closures(calendar: Calendar, *touched: TimeRange) -> None:
    """Makes the closures in and around `touched` what the times off there come to, around the claims that are there.

    1. From the first of `touched` to the last is the time to be looked at, with the closures that overlap or touch it;
       these go.
    2. The union of the times off in that time is closed again, on every lane that no claim has.
    3. A rival whose claim was not to be seen yet costs another round, which closes around it.
    """
    require_transaction()
    lock([calendar])
    looked_at = _hull(touched)
    for _ in range(MOST_ROUNDS):
        looked_at, off = _opened(calendar, looked_at)
        blocks = closure_blocks(off, [each.as_block() for each in claims(calendar, off)])
        if insert_all([Row(calendar.number, each, OccupancyKind.CLOSURE, calendar.pk) for each in blocks]):
            announce([calendar])
            return
    raise SlotTaken.by(touched)


def _opened(calendar: Calendar, time: TimeRange) -> tuple[TimeRange, list[TimeRange]]:
    """Deletes the closures that meet `time`, and the times off that meet them: all that was deleted, all that is off.

    A time off reaches beyond the closure that it left beside a booking, so this goes on until nothing is added.
    """
    first = calendar.number * LANES
    with connection.cursor() as cursor:
        reach = time.widen(before=timedelta.resolution, after=timedelta.resolution)
        cursor.execute(_OPEN, [first, first + LANES, reach.start, reach.end])
        edges = [time.start, time.end, *(edge for row in cursor.fetchall() for edge in row)]
    closed = TimeRange(min(edges), max(edges))
    off = [each.time for each in TimeOff.objects.filter(calendar=calendar).overlapping(closed)]
    whole = _hull([closed, *off])
    return (whole, merge(off)) if whole == time else _opened(calendar, whole)


def _hull(times: Sequence[TimeRange]) -> TimeRange:
    return TimeRange(min(each.start for each in times), max(each.end for each in times))

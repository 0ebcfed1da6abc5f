"""Bookings and holds: taking time, several times at once, moving and giving it back."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from catalog.enums import OccupancyKind
from catalog.errors import DayIsFull, SlotTaken
from catalog.lanes import LANES, Block, LaneBoard
from catalog.models import Calendar, TimeOff
from catalog.occupancy.closures import rewrite_closures
from catalog.occupancy.rows import (
    INSERT,
    LOCK_SPACE,
    MOST_ROUNDS,
    Row,
    announce,
    insert_all,
    lock,
    minutes,
    require_transaction,
)
from catalog.selectors.busy import Busy, busy
from catalog.slots import NO_BUFFERS, Buffers
from common.ids import new_id
from common.timeranges import TimeRange
from common.walltime import day_range

_CLAIM_ONLY_LANE = f"""
{INSERT} VALUES (%(id)s, %(number)s, int8range(%(first)s, %(first)s + 1), tstzrange(%(start)s, %(end)s), %(kind)s,
    %(subject)s, %(before)s, %(after)s)
ON CONFLICT DO NOTHING RETURNING 0
"""
# The calendar's row is read as it is now and kept from shrinking meanwhile. The answer is the lane that was tried and
# whether it was got: none free is the end, one lost to a rival means another round.
_CLAIM_FREE_LANE = f"""
WITH owner AS (SELECT capacity FROM catalog_calendar WHERE number = %(number)s FOR KEY SHARE),
free AS (
    SELECT lane FROM owner, generate_series(0, capacity - 1) AS lane
    WHERE NOT EXISTS (
        SELECT FROM catalog_occupancy
        WHERE lanes && int8range(%(first)s + lane, %(first)s + lane + 1) AND during && tstzrange(%(start)s, %(end)s)
    )
    ORDER BY lane LIMIT 1
),
claimed AS (
    {INSERT} SELECT %(id)s, %(number)s, int8range(%(first)s + lane, %(first)s + lane + 1),
        tstzrange(%(start)s, %(end)s), %(kind)s, %(subject)s, %(before)s, %(after)s FROM free
    ON CONFLICT DO NOTHING RETURNING 1
)
SELECT (SELECT lane FROM free), EXISTS (SELECT FROM claimed)
"""  # noqa: S608 - put together from constants
_LOCK_CALENDARS_OF = """
SELECT pg_advisory_xact_lock(%s + number) FROM (
    SELECT calendar_number AS number FROM catalog_occupancy WHERE subject_id = ANY (%s)
    UNION SELECT unnest(%s::bigint[]) ORDER BY 1
) AS calendars
"""
_HELD = """
SELECT calendar_number, lower(during), upper(during) FROM catalog_occupancy
WHERE subject_id = %s AND kind = 'hold' FOR UPDATE
"""
_RENAME = "UPDATE catalog_occupancy SET subject_id = %s, kind = %s WHERE subject_id = %s AND kind = 'hold'"
# Each with whether time off lies behind it that was given over bookings.
_RELEASE = """
WITH freed AS (
    DELETE FROM catalog_occupancy WHERE subject_id = ANY (%s) AND kind <> 'closure' RETURNING calendar_number, during
)
SELECT calendar.id, calendar.number, lower(freed.during), upper(freed.during), EXISTS (
    SELECT FROM catalog_timeoff AS off
    WHERE off.calendar_id = calendar.id AND off.is_forced AND off.during && freed.during
)
FROM freed JOIN catalog_calendar AS calendar ON calendar.number = calendar_number
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """`time` is what was asked for; the buffers around it are taken as well."""

    calendar: Calendar
    time: TimeRange
    kind: OccupancyKind
    subject_id: UUID
    buffers: Buffers = NO_BUFFERS

    def __post_init__(self) -> None:
        if self.kind == OccupancyKind.CLOSURE:
            raise ValueError("Closures are written from times off, by rewrite_closures().")

    @property
    def during(self) -> TimeRange:
        return self.buffers.around(self.time)

    @property
    def day(self) -> date:
        """The calendar's own day that the claim counts on: the one it starts on."""
        return self.time.start.astimezone(self.calendar.zone).date()


def claim(
    calendar: Calendar, time: TimeRange, *, kind: OccupancyKind, subject_id: UUID, buffers: Buffers = NO_BUFFERS
) -> None:
    """Takes the time or raises `SlotTaken`, or `DayIsFull` where the calendar takes so many a day and no more."""
    require_transaction()
    wanted = Claim(calendar, time, kind, subject_id, buffers)
    if calendar.daily_limit is not None:
        lock([calendar])
        _refuse_full_days([wanted], busy([calendar], _limited_days([wanted])))
    if not _got_a_lane(wanted):
        in_the_way = busy([calendar], wanted.during)[calendar.number]
        raise SlotTaken.by([each.time for each in in_the_way], refused=[time])
    announce([calendar])


def take(wanted: Sequence[Claim]) -> None:
    """Takes all of the times or none, in the cheapest way there is for so many."""
    if len(wanted) > 1:
        return claim_all(wanted)
    [only] = wanted
    return claim(only.calendar, only.time, kind=only.kind, subject_id=only.subject_id, buffers=only.buffers)


def claim_all(wanted: Sequence[Claim]) -> None:
    """Takes all of the times or none, in a constant number of statements.

    `SlotTaken.refused` are the times that cannot be had, so a series can name or skip them.
    """
    require_transaction()
    lock({each.calendar for each in wanted})
    # Capacity and limits as they are now that nobody else can change them.
    calendars = Calendar.objects.in_bulk({each.calendar.number for each in wanted}, field_name="number")
    for _ in range(MOST_ROUNDS):
        taken = busy(calendars.values(), [*(each.during for each in wanted), *_limited_days(wanted)])
        _refuse_full_days(wanted, taken)
        if insert_all(_placed(wanted, calendars, taken)):
            announce(calendars.values())
            return
    raise SlotTaken.by([], refused=[each.time for each in wanted])


def move(wanted: Sequence[Claim]) -> None:
    """Puts the subjects of `wanted` at their new times, wherever they were, ignoring themselves; all or none.

    What cannot be moved keeps its old time: the error undoes the release.
    """
    require_transaction()
    subjects = sorted({each.subject_id for each in wanted})
    _lock_calendars_of(subjects, wanted)
    with transaction.atomic():
        _give_back(subjects)
        take(wanted)


def hand_over(hold: UUID, wanted: Sequence[Claim]) -> None:
    """What a hold has taken goes to the one subject of `wanted`: exactly that, or its time back and another for it.

    Where the two are the same the rows get another name, and nobody is told, since nothing else is free than before. A
    hold that has been given back meanwhile has nothing to hand over: its time is claimed like any other.
    """
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [hold])
        held = {(number, TimeRange(start, end)) for number, start, end in cursor.fetchall()}
        if held and held == {(each.calendar.number, each.during) for each in wanted}:
            cursor.execute(_RENAME, [wanted[0].subject_id, wanted[0].kind.value, hold])
            return
    if not held:
        take(wanted)
        return
    _lock_calendars_of([hold], wanted)
    with transaction.atomic():
        _give_back([hold])
        take(wanted)


def release(subjects: Collection[UUID]) -> None:
    """Gives back what these bookings and holds have taken. Where time off lies behind them the calendar closes."""
    require_transaction()
    _lock_calendars_of(subjects)
    _give_back(subjects)


def _lock_calendars_of(subjects: Collection[UUID], wanted: Sequence[Claim] = ()) -> None:
    """Those that the subjects are on now and those that are wanted, in the one order of all locks."""
    numbers = [each.calendar.number for each in wanted]
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_CALENDARS_OF, [LOCK_SPACE, list(subjects), numbers])


def _give_back(subjects: Collection[UUID]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_RELEASE, [list(subjects)])
        freed = cursor.fetchall()
    for pk, _, start, end, is_off in freed:
        for off in _forced(pk, TimeRange(start, end)) if is_off else ():
            rewrite_closures(off.calendar, off.time)
    # Nobody reads more of them than this.
    announce({Calendar(pk=pk, number=number) for pk, number, *_ in freed})


def _forced(calendar: UUID, time: TimeRange) -> QuerySet[TimeOff]:
    return TimeOff.objects.filter(calendar=calendar, is_forced=True).overlapping(time).select_related("calendar")


def _got_a_lane(wanted: Claim) -> bool:
    values: dict[str, Any] = {
        "id": new_id(),
        "number": wanted.calendar.number,
        "first": wanted.calendar.number * LANES,
        "start": wanted.during.start,
        "end": wanted.during.end,
        "kind": wanted.kind.value,
        "subject": wanted.subject_id,
        "before": minutes(wanted.buffers.before),
        "after": minutes(wanted.buffers.after),
    }
    with connection.cursor() as cursor:
        if wanted.calendar.capacity == 1:
            cursor.execute(_CLAIM_ONLY_LANE, values)
            return cursor.fetchone() is not None
        # Every round that is lost has filled a lane, so there are hardly more rounds than lanes.
        for _ in range(wanted.calendar.capacity + MOST_ROUNDS):
            cursor.execute(_CLAIM_FREE_LANE, values)
            lane, is_got = cursor.fetchone()
            if is_got or lane is None:
                return bool(is_got)
    return False


def _placed(
    wanted: Sequence[Claim], calendars: Mapping[int, Calendar], taken: Mapping[int, Sequence[Busy]]
) -> list[Row]:
    """A row for each claim, on the first lane that neither a row nor a claim before it has."""
    boards = {
        number: LaneBoard(calendar.capacity, [each.as_block() for each in taken[number]])
        for number, calendar in calendars.items()
    }
    rows: list[Row] = []
    refused: list[Claim] = []
    for each in sorted(wanted, key=lambda each: (each.calendar.number, each.during)):
        lane = boards[each.calendar.number].place(each.during)
        if lane is None:
            refused.append(each)
            continue
        block = Block(each.during, lane, lane + 1)
        rows.append(Row(each.calendar.number, block, each.kind, each.subject_id, each.buffers))
    if refused:
        raise SlotTaken.by(_in_the_way(refused, taken), refused=[each.time for each in refused])
    return rows


def _in_the_way(refused: Iterable[Claim], taken: Mapping[int, Sequence[Busy]]) -> list[TimeRange]:
    return [
        each.time for claim_ in refused for each in taken[claim_.calendar.number] if each.time.overlaps(claim_.during)
    ]


def _limited_days(wanted: Iterable[Claim]) -> list[TimeRange]:
    """The days on which somebody has to count. Time before a start may lie on the day before it."""
    return [
        each.buffers.around(day_range(each.day, each.calendar.zone))
        for each in wanted
        if each.calendar.daily_limit is not None
    ]


def _refuse_full_days(wanted: Iterable[Claim], taken: Mapping[int, Sequence[Busy]]) -> None:
    limited = [each for each in wanted if each.calendar.daily_limit is not None]
    if not limited:
        return
    calendars = {each.calendar.number: each.calendar for each in limited}
    there = Counter(
        (number, each.day_on(calendar.zone))
        for number, calendar in calendars.items()
        for each in taken[number]
        if not each.is_closure
    )
    refused: list[TimeRange] = []
    for each in limited:
        if there[each.calendar.number, each.day] >= (each.calendar.daily_limit or 0):
            refused.append(each.time)
        there[each.calendar.number, each.day] += 1
    if refused:
        raise DayIsFull.on(refused)

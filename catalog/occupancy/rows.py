"""What claims and closures share: locks, rows, and the news that a calendar is not what it was."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction

from catalog.enums import OccupancyKind
from catalog.lanes import LANES, Block
from catalog.models import Calendar
from catalog.slots import NO_BUFFERS, Buffers
from common.events import publish
from common.ids import new_id

# Rivals that commit between our look and our insert cost another round; so many in a row mean that nothing is free.
MOST_ROUNDS = 5
# All advisory locks of the platform are drawn from one space of numbers; calendars have a part of their own.
LOCK_SPACE = 0x0CA1 << 48

INSERT = """INSERT INTO catalog_occupancy
    (id, calendar_number, lanes, during, kind, subject_id, buffer_before_minutes, buffer_after_minutes)"""
_INSERT_MANY = f"""
{INSERT} SELECT id, number, int8range(first, last), tstzrange(start_at, end_at), kind, subject, before, after
FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::text[],
    %s::uuid[], %s::int[], %s::int[])
    AS wanted (id, number, first, last, start_at, end_at, kind, subject, before, after)
ON CONFLICT DO NOTHING
"""  # noqa: S608 - put together from constants


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    block: Block
    kind: OccupancyKind
    subject_id: UUID
    buffers: Buffers = NO_BUFFERS

    def values(self) -> tuple[object, ...]:
        first = self.number * LANES
        return (
            new_id(),
            self.number,
            first + self.block.first,
            first + self.block.end,
            self.block.during.start,
            self.block.during.end,
            self.kind.value,
            self.subject_id,
            minutes(self.buffers.before),
            minutes(self.buffers.after),
        )


class _Announced:
    """Left among the transaction's on-commit calls: these calendars' change is announced, and their versions follow.

    Versions move after commit, each by a statement of its own. Inside of the transaction the row locks would make
    claims on one calendar wait for each other to the end, and could close a circle of waiting.
    """

    def __init__(self, numbers: Sequence[int]) -> None:
        self.numbers = numbers

    def __call__(self) -> None:
        with connection.cursor() as cursor:
            for number in self.numbers:
                cursor.execute("UPDATE catalog_calendar SET version = version + 1 WHERE number = %s", [number])


def insert_all(rows: Sequence[Row]) -> bool:
    """Inserts all rows or, where a rival has taken a place meanwhile, none."""
    if not rows:
        return True
    columns = [list(column) for column in zip(*(row.values() for row in rows), strict=True)]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_INSERT_MANY, columns)
            is_complete: bool = cursor.rowcount == len(rows)
        transaction.set_rollback(not is_complete)
    return is_complete


def lock(calendars: Iterable[Calendar]) -> None:
    """Waits for whoever else writes several times on these calendars, in one order for everybody; until commit."""
    keys = [LOCK_SPACE + number for number in sorted({each.number for each in calendars})]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(key) FROM unnest(%s::bigint[]) AS key", [keys])


def announce(calendars: Iterable[Calendar]) -> None:
    """Publishes `availability.changed` once per calendar and transaction."""
    told = {
        number
        for _, waiting, *_ in connection.run_on_commit
        if isinstance(waiting, _Announced)
        for number in waiting.numbers
    }
    news = sorted({each for each in calendars if each.number not in told}, key=lambda each: each.number)
    for calendar in news:
        publish("availability.changed", calendar.pk, {"calendar_id": calendar.pk})
    if news:
        transaction.on_commit(_Announced([each.number for each in news]), robust=True)


def require_transaction() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("Time is taken in the transaction of what it is taken for.")


def minutes(length: timedelta) -> int:
    return length // timedelta(minutes=1)

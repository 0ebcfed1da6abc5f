"""Invariants: queries that return a row only where something that must never be is.

Apps register theirs in `<app>/management/invariants.py`; `manage.py prove` and the nightly task run them all.
"""

import logging
import re
import time
from collections.abc import Collection
from dataclasses import asdict, dataclass, field

from django.db import Error, connection, transaction
from django.utils.module_loading import autodiscover_modules

from common import clock
from common.models import ProofRun

logger = logging.getLogger(__name__)

ID = re.compile(r"INV-(\d{2,3})([a-z]?)")
# Above this the exact number says nothing more.
MOST_ROWS = 1_000
MOST_EXAMPLES = 5
STATEMENT_SECONDS = 120


class UnknownInvariant(LookupError):
    """Nothing is registered under this id."""


@dataclass(frozen=True, slots=True)
class Invariant:
    id: str
    title: str
    sql: str


@dataclass(slots=True)
class Result:
    """`outcome` is ok, violated or error; `examples` are the first columns of the first rows, which are ids."""

    id: str
    title: str
    outcome: str = "ok"
    rows: int = 0
    examples: list[str] = field(default_factory=list)
    milliseconds: int = 0


_invariants: dict[str, Invariant] = {}


def register_invariant(*, id: str, title: str, sql: str) -> None:  # noqa: A002 - it is what the reader calls it
    """Adds a query that returns rows only when the invariant is violated, an id in the first column."""
    if not ID.fullmatch(id) or id in _invariants:
        raise ValueError(f"{id!r} is not a free id of the form INV-63.")
    _invariants[id] = Invariant(id, title, sql)


def invariants() -> list[Invariant]:
    """All that the apps register, in order of their ids."""
    autodiscover_modules("management.invariants")
    return sorted(_invariants.values(), key=_number)


def prove(only: Collection[str] = ()) -> ProofRun:
    """Runs the queries, keeps what they found, and logs an alert for each invariant that does not hold."""
    chosen = [invariant for invariant in invariants() if not only or invariant.id in only]
    if missing := set(only) - {invariant.id for invariant in chosen}:
        raise UnknownInvariant(", ".join(sorted(missing)))
    started_at = clock.now()
    results = [check(invariant) for invariant in chosen]
    outcomes = [result.outcome for result in results]
    return ProofRun.objects.create(
        created_at=started_at,
        finished_at=clock.now(),
        proven=outcomes.count("ok"),
        violated=outcomes.count("violated"),
        errors=outcomes.count("error"),
        results=[asdict(result) for result in results],
    )


def check(invariant: Invariant) -> Result:
    """Asks one question and writes nothing, whatever its SQL says."""
    result = Result(invariant.id, invariant.title)
    started = time.monotonic()
    try:
        rows = _rows(invariant.sql)
    except Error as error:
        result.outcome = "error"
        result.examples = [str(error).splitlines()[0]]
        logger.exception("an invariant could not be checked", extra={"invariant": invariant.id})
    else:
        result.rows = len(rows)
        result.examples = [str(row[0]) for row in rows[:MOST_EXAMPLES]]
        if rows:
            result.outcome = "violated"
            logger.error(
                "an invariant is violated",
                extra={"invariant": invariant.id, "rows": result.rows, "title": result.title},
            )
    result.milliseconds = round((time.monotonic() - started) * 1000)
    return result


def _number(invariant: Invariant) -> tuple[int, str]:
    found = ID.fullmatch(invariant.id)
    return (int(found[1]), found[2]) if found else (0, "")


def _rows(sql: str) -> list[tuple[object, ...]]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET TRANSACTION READ ONLY; SET LOCAL statement_timeout = '{STATEMENT_SECONDS}s'")
        cursor.execute(sql)
        rows: list[tuple[object, ...]] = cursor.fetchmany(MOST_ROWS)
        # Rolled back, so that a test's surrounding transaction is not left read-only.
        transaction.set_rollback(True)
    return rows

"""What is asked of a large occupancy table is answered by its GiST index, however large it is."""

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from catalog.enums import OccupancyKind
from catalog.models import Calendar
from catalog.occupancy import claim, claim_all, release
from catalog.occupancy.claims import Claim
from catalog.selectors.busy import busy, statement
from catalog.tests.factories import TUESDAY, between
from common.ids import new_id

pytestmark = pytest.mark.django_db

GUARD = "no_two_occupancies_overlap"
CALENDARS = """
INSERT INTO catalog_calendar
    (id, timezone, buffer_before_minutes, buffer_after_minutes, capacity, weekly_hours, hours_overrides, version)
SELECT gen_random_uuid(), 'Asia/Kolkata', 0, 0, 1, '{}', '{}', 1 FROM generate_series(1, %s)
"""
# Eight hours a day, one after another, on every calendar.
ROWS = """
INSERT INTO catalog_occupancy (id, calendar_number, lanes, during, kind, subject_id)
SELECT gen_random_uuid(), number, int8range(number * 1024, number * 1024 + 1),
    tstzrange(start, start + interval '1 hour'), 'booking', gen_random_uuid()
FROM (SELECT number FROM catalog_calendar ORDER BY number LIMIT %s) AS calendars,
    generate_series(0, %s - 1) AS day, generate_series(0, 7) AS hour,
    LATERAL (SELECT timestamptz '2026-02-01 04:30Z' + make_interval(days => day, hours => hour) AS start) AS times
"""


def fill(rows: int) -> list[Calendar]:
    """So many occupancies: 250 calendars for 100,000, with 50 days of eight hours each."""
    calendars, days = rows // 400, 50
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '300s'; SET LOCAL maintenance_work_mem = '256MB'")
        cursor.execute(CALENDARS, [calendars])
        cursor.execute(f"ALTER TABLE catalog_occupancy DROP CONSTRAINT {GUARD}")
        cursor.execute(ROWS, [calendars, days])
        cursor.execute(
            f"ALTER TABLE catalog_occupancy ADD CONSTRAINT {GUARD} EXCLUDE USING gist (lanes WITH &&, during WITH &&)"
        )
        cursor.execute("ANALYZE catalog_occupancy")
    return list(Calendar.objects.order_by("number")[:calendars])


def plan_of(sql: str, parameters: list[Any]) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", parameters)
        return json.dumps(cursor.fetchone()[0])


def milliseconds(work: Any, rounds: int = 200) -> float:
    """The median of so many rounds."""
    took = []
    for number in range(rounds):
        started = time.perf_counter()
        work(number)
        took.append((time.perf_counter() - started) * 1000)
    return sorted(took)[rounds // 2]


def figures_at(rows: int) -> dict[str, float]:
    calendars = fill(rows)
    middle = calendars[len(calendars) // 2]
    week = between("00:00", "23:59")
    plan = plan_of(*statement([middle], [week]))
    assert GUARD in plan, plan
    assert "Seq Scan" not in plan
    assert len(busy([middle], week)[middle.number]) == 8
    evening = between("20:00", "21:00")

    def claim_and_release(number: int) -> None:
        subject = new_id()
        with transaction.atomic():
            owner = calendars[number * 7 % len(calendars)]
            claim(owner, evening, kind=OccupancyKind.BOOKING, subject_id=subject)
            release([subject])

    def series(number: int) -> None:
        owner = calendars[number * 11 % len(calendars)]
        days = [between("20:00", "21:00", TUESDAY + timedelta(days=n)) for n in range(12)]
        claims = [Claim(owner, day, OccupancyKind.BOOKING, new_id()) for day in days]
        with transaction.atomic():
            claim_all(claims)
            transaction.set_rollback(True)

    return {
        "one slot": milliseconds(lambda n: busy([calendars[n * 13 % len(calendars)]], between("10:00", "11:00"))),
        "a week": milliseconds(
            lambda n: busy([calendars[n * 17 % len(calendars)]], week.widen(after=timedelta(days=6)))
        ),
        "200 slots": milliseconds(
            lambda n: busy(
                [calendars[n * 19 % len(calendars)]],
                [between("10:00", "10:30", TUESDAY).shift(timedelta(hours=n_)) for n_ in range(200)],
            ),
            rounds=50,
        ),
        "claim and release": milliseconds(claim_and_release, rounds=100),
        "series of 12": milliseconds(series, rounds=50),
    }


@pytest.mark.deep
@pytest.mark.timeout(300)
def test_a_hundred_thousand_occupancies_are_asked_by_index() -> None:
    print(figures_at(100_000))  # noqa: T201 - figures for whoever runs it with -s


@pytest.mark.deep
@pytest.mark.timeout(600)
def test_two_million_occupancies_are_asked_by_index() -> None:
    print(figures_at(2_000_000))  # noqa: T201 - as above

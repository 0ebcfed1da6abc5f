"""The calendars that are asked about are full, and what is asked about them is answered."""

from datetime import timedelta
from itertools import islice
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from bench.busy_world import ROWS_OF_A_CALENDAR, busy_specialists, fill
from bench.scenario import Load, all_scenarios
from bench.wire import Request
from catalog.models import Occupancy
from catalog.selectors.busy import busy
from common import clock
from common.timeranges import TimeRange

pytestmark = pytest.mark.django_db


def sent(request: Request) -> Any:
    """What the application answers to the bytes."""
    head, _, body = request.raw.partition(b"\r\n\r\n")
    line, *headers = head.decode().split("\r\n")
    method, path, _ = line.split()
    named = dict(each.split(": ", 1) for each in headers if not each.startswith("Host"))
    return Client().generic(method, path, body, named.get("Content-Type", ""), headers=named)


def test_eight_hours_a_day_are_taken_before_and_after_today() -> None:
    fill(ROWS_OF_A_CALENDAR + 1)

    assert Occupancy.objects.count() == 2 * ROWS_OF_A_CALENDAR
    for specialist in busy_specialists():
        month = TimeRange.lasting(clock.now(), timedelta(days=28))
        assert 27 * 8 <= len(busy([specialist.calendar], month)[specialist.calendar.number]) <= 29 * 8


@pytest.mark.parametrize("name", ["slots-week", "availability", "availability-bulk", "catalog-304", "catalog-kept"])
def test_what_is_sent_is_answered_as_expected(name: str) -> None:
    fill(1)

    load: Load = all_scenarios()[name].setup(connection.connection)

    for request in islice(load.requests(0), 2):
        assert sent(request).status_code in request.accepts


@pytest.mark.parametrize(("name", "rows"), [("slots-week", 56), ("availability", 1)])
def test_the_bare_sql_looks_at_as_much_of_the_table(name: str, rows: int) -> None:
    fill(1)

    load: Load = all_scenarios()[name].setup(connection.connection)

    assert load.bare_sql is not None
    [(statement, parameters)] = next(load.bare_sql(0))
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        assert len(cursor.fetchall()) == rows

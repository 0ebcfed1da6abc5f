"""Specialists whose calendars are full, as many as it takes: tables as large as they are after years.

Each has eight bookings a day, one after another from nine, from twenty days ago to thirty days ahead. The rows are
written in the order of time and not calendar by calendar, as customers would write them. Of those who are *booked*
the bookings are there, with lines and timelines; of those who are *busy* the occupancies alone.
"""

import sys
from collections.abc import Iterator
from datetime import datetime, time, timedelta

import django
from django.db import connection

if __name__ == "__main__":
    # The models cannot be had before.
    django.setup()

from bench.booked import copy_bookings, pattern
from bench.copying import bulk_writing
from bench.people import customers, specialists
from bookings.models import Booking, BookingLine, TimelineEntry
from catalog.hours import DAYS
from catalog.models import Calendar, Occupancy, Specialist
from common import clock
from common.walltime import opening_instant

ROWS_OF_A_CALENDAR = 400
ROWS_AT_ONCE = 200_000
DAYS_BACK = 20
OPENING = time(9)
BUSY, BOOKED, REGULAR = "busy", "booked", "regular"
NINE_TO_SIX = {"weekly_hours": {day: [{"start": "09:00", "end": "18:00"}] for day in DAYS}}
# As many each, however many there are in all, so that only the tables are larger.
BOOKINGS_OF_A_CUSTOMER = 100

_OCCUPANCIES = """
INSERT INTO catalog_occupancy (id, calendar_number, lanes, during, kind, subject_id)
SELECT uuidv7(), number, int8range(number * 1024, number * 1024 + 1),
    tstzrange(starts, starts + interval '1 hour'), 'booking', uuidv7()
FROM unnest(%s::bigint[]) AS number,
    generate_series(%s::int, %s::int) AS place,
    LATERAL (SELECT %s + make_interval(days => place / 8, hours => place %% 8) AS starts) AS times
ORDER BY place
"""
_BOOKED_TIMES = """
SELECT owner.*, starts FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[]) AS owner (specialist, service, calendar),
    generate_series(%s::int, %s::int) AS place,
    LATERAL (SELECT %s + make_interval(days => place / 8, hours => place %% 8) AS starts) AS times
ORDER BY place LIMIT %s
"""


def fill(occupancies: int, bookings: int = 0) -> None:
    """So many occupancies, to the next full calendar, and so many bookings with what they occupy."""
    busy = specialists(BUSY, -(-occupancies // ROWS_OF_A_CALENDAR), NINE_TO_SIX)
    numbers = [each.calendar.number for each in busy]
    booked = specialists(BOOKED, -(-bookings // ROWS_OF_A_CALENDAR), NINE_TO_SIX)
    regulars = customers(REGULAR, -(-bookings // BOOKINGS_OF_A_CUSTOMER))
    if bookings:
        # Made by the platform itself, and so before its guards are put aside.
        pattern()
    opening = _first_opening()
    with bulk_writing(Occupancy, Booking, BookingLine, TimelineEntry), connection.cursor() as cursor:
        for first, last in _stretches(max(len(busy), len(booked))):
            cursor.execute(_OCCUPANCIES, [numbers, first, last, opening])
            done = min(first * len(booked), bookings)
            if done < bookings:
                copy_bookings(booked, regulars, _BOOKED_TIMES, [first, last, opening, bookings - done], after=done)
            _tell(f"{(last + 1) * 100 // ROWS_OF_A_CALENDAR} % of the rows are written")
        _tell("the indexes are built")
    _tell("")


def _stretches(calendars: int) -> Iterator[tuple[int, int]]:
    """Hours that are written together, first and last: a statement's rows shall not need a disk of their own."""
    width = max(ROWS_AT_ONCE // max(calendars, 1), 1)
    for first in range(0, ROWS_OF_A_CALENDAR, width):
        yield first, min(first + width, ROWS_OF_A_CALENDAR) - 1


def _tell(how_far: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{how_far}", end="", file=sys.stderr, flush=True)


def busy_specialists() -> list[Specialist]:
    found = Specialist.objects.filter(user__email__startswith=f"{BUSY}-")
    return list(found.select_related("calendar").order_by("pk"))


def _first_opening() -> datetime:
    zone = Calendar(timezone="Asia/Kolkata").zone
    first_day = clock.today(zone) - timedelta(days=DAYS_BACK)
    return opening_instant(datetime.combine(first_day, OPENING), zone)


if __name__ == "__main__":
    fill(*map(int, sys.argv[1:]))

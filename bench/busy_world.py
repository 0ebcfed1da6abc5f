"""Specialists whose calendars are full, as many as it takes: an occupancy table as large as it is after years.

Each has eight bookings a day, one after another from nine, from twenty days ago to thirty days ahead. The rows are
written in the order of time and not calendar by calendar, as customers would write them.
"""

from datetime import datetime, time, timedelta

from django.contrib.auth.hashers import make_password
from django.db import connection
from psycopg import sql

from accounts.models import User
from catalog.hours import DAYS
from catalog.models import Calendar, Occupancy, Service, Specialist
from common import clock
from common.walltime import opening_instant

ROWS_OF_A_CALENDAR = 400
DAYS_BACK, HOURS_A_DAY = 20, 8
OPENING = time(9)
NAMES = "busy-{}@bench.example"
BATCH = 1_000

_ROWS = """
INSERT INTO catalog_occupancy (id, calendar_number, lanes, during, kind, subject_id)
SELECT uuidv7(), number, int8range(number * 1024, number * 1024 + 1),
    tstzrange(starts, starts + interval '1 hour'), 'booking', uuidv7()
FROM unnest(%s::bigint[]) AS number,
    generate_series(0, %s - 1) AS place,
    LATERAL (SELECT %s + make_interval(days => place / 8, hours => place %% 8) AS starts) AS times
ORDER BY place
"""


def fill(rows: int) -> None:
    """Makes the specialists with one service each and so many occupancies, to the next full calendar."""
    count = -(-rows // ROWS_OF_A_CALENDAR)
    numbers = [
        number for first in range(0, count, BATCH) for number in _specialists(first, min(first + BATCH, count))
    ]
    _occupy(numbers)


def busy_specialists() -> list[Specialist]:
    found = Specialist.objects.filter(user__email__endswith=NAMES.format("").partition("@")[2])
    return list(found.select_related("calendar").order_by("pk"))


def _specialists(first: int, end: int) -> list[int]:
    nobodys = make_password(None)
    hours = {day: [{"start": "09:00", "end": "18:00"}] for day in DAYS}
    people = User.objects.bulk_create(
        User(email=NAMES.format(n), first_name="Busy", last_name=str(n), password=nobodys) for n in range(first, end)
    )
    calendars = Calendar.objects.bulk_create(Calendar(weekly_hours=hours) for _ in people)
    specialists = Specialist.objects.bulk_create(
        Specialist(user=person, calendar=calendar, business_name=f"Busy {person.last_name}", is_verified=True)
        for person, calendar in zip(people, calendars, strict=True)
    )
    Service.objects.bulk_create(
        Service(owner=specialist, name="An hour", duration_minutes=60, price_minor=100_000)
        for specialist in specialists
    )
    return [calendar.number for calendar in calendars]


def _occupy(numbers: list[int]) -> None:
    """Checks no overlap while it inserts: to build the index over all rows at once takes a tenth of the time."""
    guard = next(each for each in Occupancy._meta.constraints if each.name == "no_two_occupancies_overlap")
    zone = Calendar(timezone="Asia/Kolkata").zone
    first_day = clock.today(zone) - timedelta(days=DAYS_BACK)
    with connection.schema_editor() as editor, connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL maintenance_work_mem = '512MB'")
        editor.remove_constraint(Occupancy, guard)
        starts = opening_instant(datetime.combine(first_day, OPENING), zone)
        cursor.execute(_ROWS, [numbers, ROWS_OF_A_CALENDAR, starts])
        editor.add_constraint(Occupancy, guard)

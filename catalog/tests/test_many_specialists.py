"""When many specialists are asked for at once, the questions to the database stay as many as for a few."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from catalog.models import Calendar, Service, Specialist
from catalog.selectors import kept_starts
from catalog.tests.search_cast import SEARCH
from common.ids import new_id

pytestmark = pytest.mark.django_db

OPEN = {day: [{"start": "09:00", "end": "17:00"}] for day in ("monday", "tuesday", "wednesday", "thursday", "friday")}
# An hour each, from nine o'clock in Kolkata on.
BOOKINGS = """
INSERT INTO catalog_occupancy (id, calendar_number, lanes, during, kind, subject_id)
SELECT gen_random_uuid(), number, int8range(number * 1024, number * 1024 + 1),
    tstzrange(start, start + interval '1 hour'), 'booking', gen_random_uuid()
FROM catalog_calendar, generate_series(0, %s - 1) AS day, generate_series(0, %s - 1) AS hour,
    LATERAL (SELECT timestamptz '2026-03-03 03:30Z' + make_interval(days => day, hours => hour) AS start) AS times
ON CONFLICT DO NOTHING
"""


def specialists(count: int, *, days: int, booked_a_day: int) -> list[Specialist]:
    """So many with a service each, busy on so many days."""
    users = User.objects.bulk_create(User(email=f"{new_id()}@example.com", first_name="Bob") for _ in range(count))
    calendars = Calendar.objects.bulk_create(Calendar(weekly_hours=OPEN) for _ in users)
    made = Specialist.objects.bulk_create(
        Specialist(user=user, calendar=calendar, is_verified=True)
        for user, calendar in zip(users, calendars, strict=True)
    )
    Service.objects.bulk_create(
        Service(owner=each, name="Talk", price_minor=1_000, duration_minutes=60) for each in made
    )
    with connection.cursor() as cursor:
        cursor.execute(BOOKINGS, [days, booked_a_day])
    return made


def soonest_first(limit: int = 3) -> Any:
    """The first page of everybody, as a process answers that has kept nothing from before."""
    kept_starts._kept.clear()
    return Client().get(SEARCH, {"sort_by": "next_available", "limit": str(limit)})


def thirty_days_of(one: Specialist) -> Any:
    asked = {"start_date": "2026-03-03", "end_date": "2026-04-01"}
    return Client().get(f"/api/v1/specialists/{one.pk}/availability", asked)


def queries(ask: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert ask().status_code == 200
    return len(asked)


def test_two_hundred_specialists_cost_as_many_queries_as_three() -> None:
    """U13."""
    few = specialists(3, days=2, booked_a_day=1)
    soonest_first()
    for_few = queries(soonest_first), queries(lambda: thirty_days_of(few[0]))
    specialists(200, days=2, booked_a_day=1)
    for_many = queries(soonest_first), queries(lambda: thirty_days_of(few[0]))

    assert for_many == for_few
    assert sum(for_many) <= 12


@pytest.mark.deep
def test_twenty_thousand_bookings_of_two_hundred_specialists_are_looked_through_in_time() -> None:
    """U13: P95 under a second, with nothing kept from before."""
    bob, *_ = specialists(200, days=30, booked_a_day=4)
    took = []
    for _ in range(40):
        since = time.perf_counter()
        assert soonest_first(100).json()["data"]["pagination"]["total"] == 200
        thirty_days_of(bob)
        took.append(time.perf_counter() - since)

    assert sorted(took)[37] < 1

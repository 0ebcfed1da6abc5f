"""Each invariant of the calendar is shown to fire."""

import pytest
from django.db import connection

from catalog.management.invariants import OWN
from catalog.models import Calendar
from catalog.tests.factories import calendar
from common.proofs import check, invariants

pytestmark = pytest.mark.django_db

ROW = """
INSERT INTO catalog_occupancy (id, calendar_number, lanes, during, kind, subject_id)
VALUES (gen_random_uuid(), {number}, {lanes}, {during}, '{kind}', gen_random_uuid())
"""
TODAY = "tstzrange(date_trunc('day', now()) + interval '1 day', date_trunc('day', now()) + interval '1 day 1 hour')"
OFF = """
INSERT INTO catalog_timeoff (id, calendar_id, during, reason, is_forced)
SELECT gen_random_uuid(), id, {during}, '', false FROM catalog_calendar
"""
UNGUARDED = """
ALTER TABLE catalog_occupancy DROP CONSTRAINT no_two_occupancies_overlap,
    DROP CONSTRAINT occupancy_is_a_bounded_half_open_time, DROP CONSTRAINT occupancy_is_of_sane_length,
    DROP CONSTRAINT occupancy_lanes_are_the_calendars, DROP CONSTRAINT occupancy_of_a_claim_is_one_lane
"""


def run_sql(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def violated() -> set[str]:
    return {each.id for each in invariants() if each.id in OWN and check(each).outcome == "violated"}


def plant(owner: Calendar, lanes: str = "[0,1)", during: str = TODAY, kind: str = "booking", **other: int) -> None:
    first, last = (int(each) for each in lanes.strip("[)").split(","))
    number = other.get("number", owner.number)
    own = f"int8range({owner.number * 1024 + first}, {owner.number * 1024 + last})"
    run_sql(ROW.format(number=number, lanes=own, during=during, kind=kind))


@pytest.fixture
def bob() -> Calendar:
    run_sql(UNGUARDED)
    return calendar()


def test_a_sound_world_violates_nothing(bob: Calendar) -> None:
    plant(bob)
    plant(bob, during="tstzrange(now() + interval '9 days', now() + interval '10 days')")

    assert violated() == set()


def test_overlaps_are_found(bob: Calendar) -> None:
    plant(bob)
    plant(bob)

    assert violated() == {"INV-25"}


@pytest.mark.parametrize(
    "during",
    [
        "'empty'",
        "tstzrange(now(), NULL)",
        "tstzrange(now(), 'infinity')",
        "tstzrange(now(), now() + interval '1 hour', '[]')",
        "tstzrange(now(), now() + interval '34 days')",
    ],
)
def test_times_that_are_none_are_found(bob: Calendar, during: str) -> None:
    plant(bob, during=during)

    assert violated() == {"INV-26"}


@pytest.mark.parametrize("lanes", ["[0,2)", "[0,0)"])
def test_lanes_that_no_claim_has_are_found(bob: Calendar, lanes: str) -> None:
    plant(bob, lanes)

    assert "INV-26a" in violated()


def test_lanes_of_another_calendar_are_found(bob: Calendar) -> None:
    plant(bob, number=calendar().number)

    assert "INV-26a" in violated()


def test_more_than_the_calendar_has_room_for_is_found(bob: Calendar) -> None:
    plant(bob)
    plant(bob, "[1,2)")

    assert violated() == {"INV-26b"}


def test_an_occupancy_without_a_calendar_is_found(bob: Calendar) -> None:
    run_sql("ALTER TABLE catalog_calendar DISABLE TRIGGER keep_used_calendar_row")
    plant(bob)
    run_sql("DELETE FROM catalog_calendar")

    assert violated() == {"INV-26c"}


def test_time_off_that_is_not_closed_is_found(bob: Calendar) -> None:
    run_sql(OFF.format(during=TODAY))

    assert violated() == {"INV-32"}


def test_a_closure_without_time_off_is_found(bob: Calendar) -> None:
    run_sql(
        f"INSERT INTO catalog_occupancy (id, calendar_number, lanes, during, kind, subject_id)"  # noqa: S608 - constants
        f" SELECT gen_random_uuid(), number, int8range(number * 1024, number * 1024 + 1024), {TODAY}, 'closure', id"
        " FROM catalog_calendar"
    )

    assert violated() == {"INV-32a"}

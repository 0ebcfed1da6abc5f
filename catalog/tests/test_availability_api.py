"""Asking when somebody can be had. Charlie, a stranger, learns times and nothing else."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from catalog.models import Resource, Service, Specialist
from catalog.services.time_off import take_time_off
from catalog.tests.factories import (
    TUESDAY,
    at,
    between,
    book,
    person,
    room,
    service,
    specialist,
)
from common.ids import new_id
from common.tests.probe.client import CAMEL, client_of, detail_codes, refused

pytestmark = pytest.mark.django_db

API = "/api/v1"


@pytest.fixture
def bob() -> Specialist:
    return specialist("Bob", "09:00-12:00")


@pytest.fixture
def lotus() -> Resource:
    return room("09:00-18:00")


@pytest.fixture
def charlie() -> Client:
    return client_of(person("Charlie"))


def week(start: date = TUESDAY, days: int = 1, **more: Any) -> dict[str, Any]:
    return {"start_date": start.isoformat(), "end_date": (start + timedelta(days=days - 1)).isoformat(), **more}


def slots_of(response: Any) -> dict[str, list[str]]:
    """Per day `09:00`, or `09:30 booked`."""
    assert response.status_code == 200, response.content
    return {
        day["date"]: [" ".join([slot["local_start_time"], slot.get("reason", "")]).strip() for slot in day["slots"]]
        for day in response.json()["data"]["available_slots"]
    }


def asked(owner: Resource, start: str, end: str, day: date = TUESDAY) -> dict[str, str]:
    return {
        "resource_id": str(owner.pk),
        "start_time": at(start, day).isoformat(),
        "end_time": at(end, day).isoformat(),
    }


# Slots


def test_a_day_of_slots_as_anybody_sees_it(bob: Specialist) -> None:
    book(bob.calendar, between("10:00", "10:30"))
    take_time_off(bob.calendar, between("11:00", "11:30"), reason="secret", actor=bob.user)

    response = Client().get(f"{API}/specialists/{bob.pk}/availability", week())

    assert slots_of(response) == {"2026-03-03": ["09:00", "09:30", "10:00 booked", "10:30", "11:00 blocked", "11:30"]}
    first = response.json()["data"]["available_slots"][0]["slots"][0]
    assert first == {
        "start_time": "2026-03-03T03:30:00Z",
        "end_time": "2026-03-03T04:00:00Z",
        "local_start_time": "09:00",
        "local_end_time": "09:30",
        "available": True,
    }
    assert "secret" not in response.content.decode()


def test_a_services_slots_are_as_long_as_the_service_with_its_buffers(bob: Specialist) -> None:
    mine = service(bob, 60, buffer_before_minutes=0, buffer_after_minutes=30)
    book(bob.calendar, between("11:00", "11:30"))

    response = Client().get(f"{API}/specialists/{bob.pk}/availability", week(service_id=str(mine.pk)))

    assert slots_of(response) == {"2026-03-03": ["09:00", "09:30", "10:00 booked", "10:30 booked", "11:00 booked"]}


def test_slots_are_grouped_by_the_days_of_the_asked_zone(bob: Specialist) -> None:
    """E011: 09:00 in Kolkata is 22:30 on the evening before in New York; the instants are the same."""
    here = Client().get(f"{API}/specialists/{bob.pk}/availability", week())
    there = Client().get(
        f"{API}/specialists/{bob.pk}/availability", week(date(2026, 3, 2), 2, timezone="America/New_York")
    )

    assert slots_of(there)["2026-03-02"][-3:] == ["22:30", "23:00", "23:30"]
    assert slots_of(there)["2026-03-03"][:1] == ["00:00"]
    instants = [slot["start_time"] for day in there.json()["data"]["available_slots"] for slot in day["slots"]]
    assert set(instants) >= {slot["start_time"] for slot in here.json()["data"]["available_slots"][0]["slots"]}


def test_what_has_passed_or_is_beyond_the_horizon_is_not_offered(bob: Specialist) -> None:
    """Now is Monday 10:10; the thirtieth day is the last."""
    found = slots_of(Client().get(f"{API}/specialists/{bob.pk}/availability", week(date(2026, 3, 1), 40)))

    assert found["2026-03-01"] == []
    assert found["2026-03-02"] == ["10:30", "11:00", "11:30"]
    assert found["2026-04-01"] != []
    assert found["2026-04-02"] == []
    assert len(found) == 40


def test_the_clock_change_of_new_york_shows_no_hour_that_is_not(charlie: Client) -> None:
    """E001."""
    bob = specialist("Bob", "00:00-04:00", timezone="America/New_York", step_minutes=60)

    response = charlie.get(f"{API}/specialists/{bob.pk}/availability", week(date(2026, 3, 8)))

    assert slots_of(response) == {"2026-03-08": ["00:00", "01:00", "03:00"]}
    starts = [slot["start_time"] for slot in response.json()["data"]["available_slots"][0]["slots"]]
    assert starts == ["2026-03-08T05:00:00Z", "2026-03-08T06:00:00Z", "2026-03-08T07:00:00Z"]


def test_a_day_whose_limit_is_reached_is_shown_as_full(charlie: Client) -> None:
    """U12."""
    bob = specialist("Bob", "09:00-11:00", daily_limit=1, step_minutes=60)
    book(bob.calendar, between("16:00", "17:00"))

    found = slots_of(charlie.get(f"{API}/specialists/{bob.pk}/availability", week(days=2)))

    assert found == {"2026-03-03": ["09:00 daily_limit", "10:00 daily_limit"], "2026-03-04": ["09:00", "10:00"]}


@pytest.mark.parametrize("days", [1, 7, 62])
def test_slots_cost_three_queries_however_many_days(
    bob: Specialist, days: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    mine = service(bob, 30)
    for n in range(days):
        book(bob.calendar, between("10:00", "10:30", TUESDAY + timedelta(days=n)))

    with django_assert_num_queries(3):
        Client().get(f"{API}/specialists/{bob.pk}/availability", week(days=days, service_id=str(mine.pk)))
    with django_assert_num_queries(2):
        Client().get(f"{API}/specialists/{bob.pk}/availability", week(days=days))


def test_the_seeds_own_spelling_is_read_and_answered(bob: Specialist) -> None:
    asked_ = {"startDate": "2026-03-03", "endDate": "2026-03-03", "timezone": "America/New_York"}

    response = client_of(bob.user).get(f"{API}/specialists/availability", asked_, headers={"Accept": CAMEL})

    day = response.json()["data"]["availableSlots"][0]
    assert set(day["slots"][0]) == {"startTime", "endTime", "localStartTime", "localEndTime", "available"}


def test_a_resource_has_slots_too(lotus: Resource) -> None:
    response = Client().get(f"{API}/resources/{lotus.pk}/availability", week())

    assert len(slots_of(response)["2026-03-03"]) == 18


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"end_date": "2026-03-02"}, "end_date", "RANGE"),
        ({"end_date": "2026-05-04"}, "end_date", "TOO_LONG"),
        ({"start_date": "3 March"}, "start_date", "INVALID"),
        ({"start_date": None}, "start_date", "REQUIRED"),
        ({"timezone": "Mars/Olympus"}, "timezone", "INVALID"),
        ({"service_id": "1"}, "service_id", "INVALID"),
        ({"sort": "x"}, "sort", "UNKNOWN_FIELD"),
    ],
)
def test_a_query_that_makes_no_sense_is_refused(
    bob: Specialist, changes: dict[str, Any], field: str, code: str
) -> None:
    query = {name: value for name, value in {**week(), **changes}.items() if value is not None}

    error = refused(Client().get(f"{API}/specialists/{bob.pk}/availability", query), 400, "VALIDATION_ERROR")

    assert detail_codes(error) == {field: code}


def test_sixty_two_days_are_the_most(bob: Specialist) -> None:
    assert len(slots_of(Client().get(f"{API}/specialists/{bob.pk}/availability", week(days=62)))) == 62


def test_only_who_can_be_booked_is_there(charlie: Client) -> None:
    """E033: a 404, as for one who never was; but everybody sees oneself."""
    priya = specialist("Priya", is_verified=False)
    hidden = room(is_active=False)
    blocked = specialist("Bob")
    blocked.user.is_active = False
    blocked.user.save()

    for path in (
        f"specialists/{priya.pk}",
        f"specialists/{blocked.pk}",
        f"specialists/{new_id()}",
        f"resources/{hidden.pk}",
    ):
        refused(charlie.get(f"{API}/{path}/availability", week()), 404, "RESOURCE_NOT_FOUND")
        refused(Client().get(f"{API}/{path}/availability", week()), 404, "RESOURCE_NOT_FOUND")
    assert client_of(priya.user).get(f"{API}/specialists/{priya.pk}/availability", week()).status_code == 200


def test_services_of_others_and_archived_ones_are_not_there(bob: Specialist) -> None:
    others = service(specialist("Priya"))
    gone = service(bob)
    Service.objects.filter(pk=gone.pk).update(archived_at=at("09:00"))
    platforms = service(None)

    for other in (others, gone):
        query = week(service_id=str(other.pk))
        error = refused(Client().get(f"{API}/specialists/{bob.pk}/availability", query), 404, "RESOURCE_NOT_FOUND")
        assert detail_codes(error) == {"service_id": "NOT_FOUND"}
    query = week(service_id=str(platforms.pk))
    assert Client().get(f"{API}/specialists/{bob.pk}/availability", query).status_code == 200


def test_own_availability_is_for_specialists(bob: Specialist, charlie: Client) -> None:
    assert slots_of(client_of(bob.user).get(f"{API}/specialists/availability", week()))["2026-03-03"][0] == "09:00"
    refused(charlie.get(f"{API}/specialists/availability", week()), 403, "INSUFFICIENT_PERMISSIONS")
    refused(Client().get(f"{API}/specialists/availability", week()), 401, "AUTHENTICATION_REQUIRED")

"""Asking whether a time is free, one or many at once, and what is in its way."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from catalog.api.serializers.availability import (
    AvailabilitySerializer,
    AvailableSlotsSerializer,
    CheckedSlotSerializer,
    ConflictSerializer,
    SlotSerializer,
)
from catalog.models import Resource, Specialist
from catalog.services.time_off import take_time_off
from catalog.slots import Buffers
from catalog.tests.factories import (
    TUESDAY,
    at,
    between,
    book,
    calendar,
    minutes,
    person,
    room,
    specialist,
)
from common.models import PlatformSettings
from common.platform import remember_platform_settings
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


# Is this time free?


def test_a_free_time(lotus: Resource, charlie: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(3):  # one of them is Charlie
        response = charlie.get(f"{API}/availability", asked(lotus, "10:00", "11:00"))

    assert response.json()["data"] == {
        "resource_id": str(lotus.pk),
        "resource_name": "Lotus Room",
        "start_time": "2026-03-03T04:30:00Z",
        "end_time": "2026-03-03T05:30:00Z",
        "available": True,
        "conflicts": [],
        "duration": 60,
    }


def test_a_taken_time_tells_when_and_not_who(lotus: Resource, charlie: Client) -> None:
    book(lotus.calendar, between("10:00", "11:30"))

    data = charlie.get(f"{API}/availability", asked(lotus, "11:00", "12:00")).json()["data"]

    assert (data["available"], data["reason"]) == (False, "booked")
    assert data["conflicts"] == [
        {"id": None, "title": "Busy", "start_time": "2026-03-03T04:30:00Z", "end_time": "2026-03-03T06:00:00Z"}
    ]


@pytest.mark.parametrize(
    ("start", "end", "day", "reason"),
    [
        ("17:30", "18:30", TUESDAY, "outside_business_hours"),
        ("09:00", "10:00", date(2026, 3, 2), "past"),
        ("09:00", "10:00", date(2026, 4, 2), "beyond_horizon"),
    ],
)
def test_a_time_that_breaks_a_rule_has_a_reason_and_no_conflicts(
    lotus: Resource, charlie: Client, start: str, end: str, day: date, reason: str
) -> None:
    """E040."""
    data = charlie.get(f"{API}/availability", asked(lotus, start, end, day)).json()["data"]

    assert (data["available"], data["reason"], data["conflicts"]) == (False, reason, [])


def test_the_calendars_buffers_count(charlie: Client) -> None:
    lotus = room(buffer_after_minutes=15)
    book(lotus.calendar, between("10:00", "11:00"), buffers=Buffers(after=minutes(15)))

    answers = [
        charlie.get(f"{API}/availability", asked(lotus, *each)).json()["data"]["available"]
        for each in (("11:00", "12:00"), ("11:15", "12:00"), ("09:00", "10:00"), ("09:00", "09:45"))
    ]

    assert answers == [False, True, False, True]


def test_a_specialist_can_be_asked_for_as_well(bob: Specialist, charlie: Client) -> None:
    query = {
        "specialistId": str(bob.pk),
        "startTime": "2026-03-03T09:00:00+05:30",
        "endTime": "2026-03-03T10:00:00+05:30",
    }

    data = charlie.get(f"{API}/availability", query, headers={"Accept": CAMEL}).json()["data"]

    assert (data["specialistName"], data["available"]) == ("Bob's", True)


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"end_time": "2026-03-03T04:30:00Z"}, "end_time", "RANGE"),
        ({"end_time": "2036-03-03T04:30:00Z"}, "end_time", "TOO_LONG"),
        ({"start_time": "2026-03-03T10:00:00"}, "start_time", "TIMEZONE_REQUIRED"),
        ({"resource_id": None}, "resource_id", "REQUIRED"),
        ({"specialist_id": "01940d2e-5c00-7a31-8f00-3f2a9be1c001"}, "specialist_id", "AMBIGUOUS"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    lotus: Resource, charlie: Client, changes: dict[str, Any], field: str, code: str
) -> None:
    """E021, E014, A122, A123."""
    query = {name: value for name, value in {**asked(lotus, "10:00", "11:00"), **changes}.items() if value}

    for path in ("availability", "conflicts"):
        error = refused(charlie.get(f"{API}/{path}", query), 400, "VALIDATION_ERROR")
        assert detail_codes(error) == {field: code}


def test_what_is_not_there_cannot_be_asked_for(charlie: Client) -> None:
    hidden, priya = room(is_active=False), specialist("Priya", is_verified=False)
    times = {"start_time": "2026-03-03T04:30:00Z", "end_time": "2026-03-03T05:30:00Z"}

    for path in ("availability", "conflicts"):
        for whose in ({"resource_id": str(hidden.pk)}, {"specialist_id": str(priya.pk)}):
            refused(charlie.get(f"{API}/{path}", {**whose, **times}), 404, "RESOURCE_NOT_FOUND")


def test_these_questions_are_for_who_is_signed_in(lotus: Resource) -> None:
    for path in ("availability", "conflicts"):
        refused(Client().get(f"{API}/{path}", asked(lotus, "10:00", "11:00")), 401, "AUTHENTICATION_REQUIRED")
    refused(Client().post(f"{API}/availability/bulk", {}, "application/json"), 401, "AUTHENTICATION_REQUIRED")


# Many times at once


def slot(start: str, end: str, day: date = TUESDAY) -> dict[str, str]:
    return {"start_time": at(start, day).isoformat(), "end_time": at(end, day).isoformat()}


def post(client: Client, body: Any, **headers: str) -> Any:
    return client.post(f"{API}/availability/bulk", body, "application/json", headers=headers)


def test_many_times_are_answered_in_their_order(lotus: Resource, charlie: Client) -> None:
    book(lotus.calendar, between("09:00", "10:30"))
    body = {
        "resourceId": str(lotus.pk),
        "timeSlots": [
            {"startTime": "2026-03-03T09:00:00+05:30", "endTime": "2026-03-03T10:00:00+05:30"},
            {"startTime": "2026-03-03T14:00:00+05:30", "endTime": "2026-03-03T15:00:00+05:30"},
        ],
    }

    results = post(charlie, body, Accept=CAMEL).json()["data"]["results"]

    assert [(each["available"], len(each["conflicts"])) for each in results] == [(False, 1), (True, 0)]
    assert results[0]["conflicts"][0]["endTime"] == "2026-03-03T05:00:00Z"


@pytest.mark.parametrize("count", [1, 3, 200])
def test_many_times_cost_two_queries(
    lotus: Resource, charlie: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """E038."""
    slots = [slot("10:00", "11:00", TUESDAY + timedelta(days=n % 20)) for n in range(count)]

    with django_assert_num_queries(3):  # one of them is Charlie
        response = post(charlie, {"resource_id": str(lotus.pk), "time_slots": slots})

    assert len(response.json()["data"]["results"]) == count


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"time_slots": []}, "time_slots", "EMPTY"),
        ({"time_slots": [slot("10:00", "11:00")] * 201}, "time_slots", "MAX_LENGTH"),
        ({"time_slots": [slot("10:00", "11:00"), slot("11:00", "11:00")]}, "time_slots.1.end_time", "RANGE"),
        ({"specialist_id": "01940d2e-5c00-7a31-8f00-3f2a9be1c001"}, "specialist_id", "AMBIGUOUS"),
        ({"user_id": 1}, "user_id", "UNKNOWN_FIELD"),
    ],
)
def test_a_list_that_makes_no_sense_is_refused(
    lotus: Resource, charlie: Client, changes: dict[str, Any], field: str, code: str
) -> None:
    body = {"resource_id": str(lotus.pk), "time_slots": [slot("10:00", "11:00")], **changes}

    assert detail_codes(refused(post(charlie, body), 400, "VALIDATION_ERROR")) == {field: code}


def test_how_many_times_may_be_asked_for_is_a_setting(lotus: Resource, charlie: Client) -> None:
    remember_platform_settings(PlatformSettings(bulk_slots=2), seconds=3600)
    body = {"resource_id": str(lotus.pk), "time_slots": [slot("10:00", "11:00")] * 3}

    error = refused(post(charlie, body), 400, "VALIDATION_ERROR")

    assert detail_codes(error) == {"time_slots": "MAX_LENGTH"}


# Conflicts


def test_conflicts_are_listed_whatever_other_rule_the_time_breaks(
    charlie: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    lotus = room("09:00-10:00")
    book(lotus.calendar, between("20:00", "21:00"))
    take_time_off(lotus.calendar, between("21:00", "22:00"), reason="", actor=person("Dana"))

    with django_assert_num_queries(3):  # one of them is Charlie
        data = charlie.get(f"{API}/conflicts", asked(lotus, "20:30", "23:00")).json()["data"]

    assert data["has_conflicts"] is True
    assert [(each["title"], each["start_time"]) for each in data["conflicts"]] == [
        ("Busy", "2026-03-03T14:30:00Z"),
        ("Busy", "2026-03-03T15:30:00Z"),
    ]


def test_without_a_conflict_the_list_is_empty(lotus: Resource, charlie: Client) -> None:
    data = charlie.get(f"{API}/conflicts", asked(lotus, "10:00", "11:00")).json()["data"]

    assert data == {"has_conflicts": False, "conflicts": []}


def test_what_runs_beside_is_no_conflict(charlie: Client) -> None:
    lotus = Resource.objects.create(name="Hall", calendar=calendar(capacity=2))
    book(lotus.calendar, between("10:00", "11:00"))

    assert charlie.get(f"{API}/conflicts", asked(lotus, "10:00", "11:00")).json()["data"]["conflicts"] == []


# A series

WORKDAYS = "FREQ=DAILY;COUNT=4;EXDATE=20260305"


def test_a_series_is_checked_time_by_time(
    lotus: Resource, charlie: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    book(lotus.calendar, between("10:30", "11:30", date(2026, 3, 4)))

    with django_assert_num_queries(3):  # one of them is Charlie
        data = charlie.get(
            f"{API}/availability", {**asked(lotus, "10:00", "11:00"), "recurrence_rule": WORKDAYS}
        ).json()["data"]

    assert (data["available"], data["reason"], data["duration"]) == (False, "booked", 60)
    assert [(each["start_time"], each["available"]) for each in data["occurrences"]] == [
        ("2026-03-03T04:30:00Z", True),
        ("2026-03-04T04:30:00Z", False),
        ("2026-03-06T04:30:00Z", True),
    ]
    assert data["conflicts"] == data["occurrences"][1]["conflicts"]
    assert [each["start_time"] for each in data["conflicts"]] == ["2026-03-04T05:00:00Z"]


def test_a_series_that_is_free_can_be_had(charlie: Client) -> None:
    """E067: at nine by the clock on the wall, whichever instant that is."""
    query = {
        "resource_id": str(room(timezone="America/New_York").pk),
        "start_time": "2026-03-07T09:00:00-05:00",
        "end_time": "2026-03-07T10:00:00-05:00",
        "recurrence_rule": "FREQ=DAILY;COUNT=2",
    }

    data = charlie.get(f"{API}/availability", query).json()["data"]

    assert data["available"] is True
    assert [each["start_time"] for each in data["occurrences"]] == ["2026-03-07T14:00:00Z", "2026-03-08T13:00:00Z"]


def test_the_conflicts_of_a_series_are_found_by_as_many_queries(
    lotus: Resource, charlie: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for day in (3, 4, 9):
        book(lotus.calendar, between("10:00", "11:00", date(2026, 3, day)))

    with django_assert_num_queries(3):  # one of them is Charlie
        data = charlie.get(
            f"{API}/conflicts", {**asked(lotus, "10:30", "11:30"), "recurrenceRule": "RRULE:FREQ=DAILY;COUNT=5"}
        ).json()["data"]

    assert data["has_conflicts"] is True
    assert [each["start_time"] for each in data["conflicts"]] == ["2026-03-03T04:30:00Z", "2026-03-04T04:30:00Z"]


@pytest.mark.parametrize("path", ["availability", "conflicts"])
@pytest.mark.parametrize(
    ("rule", "status", "field", "code"),
    [
        ("FREQ=SECONDLY;COUNT=3", 400, "recurrence_rule", "UNSUPPORTED_FREQUENCY"),
        ("FREQ=DAILY", 400, "recurrence_rule", "OPEN_ENDED"),
        ("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30;COUNT=3", 400, "recurrence_rule", "NEVER_MATCHES"),
        ("FREQ=WEEKLY;BYDAY=WE;COUNT=3", 422, "start_time", "DTSTART_MISMATCH"),
        ("", 400, "recurrence_rule", "BLANK"),
    ],
)
def test_a_rule_that_makes_no_series_is_refused(
    lotus: Resource, charlie: Client, path: str, rule: str, status: int, field: str, code: str
) -> None:
    response = charlie.get(f"{API}/{path}", {**asked(lotus, "10:00", "11:00"), "recurrence_rule": rule})

    error = refused(response, status, "VALIDATION_ERROR" if status == 400 else "BUSINESS_RULE_VIOLATION")
    assert detail_codes(error) == {field: code}


# The document and the answers


def test_answers_have_the_documented_members(lotus: Resource, charlie: Client) -> None:
    book(lotus.calendar, between("10:00", "11:00"))
    single = charlie.get(f"{API}/availability", asked(lotus, "10:00", "11:00")).json()["data"]
    bulk = post(charlie, {"resource_id": str(lotus.pk), "time_slots": [slot("10:00", "11:00")]}).json()["data"]
    days = charlie.get(f"{API}/resources/{lotus.pk}/availability", week()).json()["data"]
    busy_slot = next(each for each in days["available_slots"][0]["slots"] if not each["available"])

    assert set(single) == set(AvailabilitySerializer().fields) - {"specialist_id", "specialist_name", "occurrences"}
    assert set(bulk["results"][0]) == set(CheckedSlotSerializer().fields)
    assert set(single["conflicts"][0]) == set(ConflictSerializer().fields)
    assert set(days) == set(AvailableSlotsSerializer().fields)
    assert set(busy_slot) == set(SlotSerializer().fields)

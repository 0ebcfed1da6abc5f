"""A specialist blocks time and opens it again; nobody else can."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.enums import Role
from accounts.services import join
from catalog.models import Specialist, TimeOff
from catalog.services.time_off import take_time_off
from catalog.tests.factories import between, book, person, rows, specialist
from common.ids import new_id
from common.tests.probe.client import CAMEL, client_of, detail_codes, refused

pytestmark = pytest.mark.django_db

BLOCKS = "/api/v1/specialists/availability/block"
TUESDAYS = "FREQ=WEEKLY;COUNT=3"
NINE_TO_TWELVE = {"start_time": "2026-03-03T09:00:00+05:30", "end_time": "2026-03-03T12:00:00+05:30"}


@pytest.fixture
def bob() -> Specialist:
    return specialist("Bob")


def post(user: Any, body: Any, **headers: str) -> Any:
    return client_of(user).post(BLOCKS, body, "application/json", headers=headers)


def test_a_block_is_made_and_closes_the_calendar(bob: Specialist) -> None:
    response = post(bob.user, {**NINE_TO_TWELVE, "reason": "dentist"})

    off = TimeOff.objects.get()
    assert response.status_code == 201
    assert response["Location"] == f"{BLOCKS}/{off.pk}"
    data = response.json()["data"]
    assert {name: data[name] for name in ("id", "start_time", "end_time", "reason")} == {
        "id": str(off.pk),
        "start_time": "2026-03-03T03:30:00Z",
        "end_time": "2026-03-03T06:30:00Z",
        "reason": "dentist",
    }
    assert (off.calendar, off.created_by) == (bob.calendar, bob.user)
    assert rows(bob.calendar) == [("closure", between("09:00", "12:00"), 0, 1023)]


def test_the_seeds_printed_request(bob: Specialist) -> None:
    body = {
        "startDateTime": "2026-03-15T14:00:00Z",
        "endDateTime": "2026-03-15T16:00:00Z",
        "reason": "personal time",
        "recurring": False,
    }

    response = post(bob.user, body, Accept=CAMEL)

    assert response.status_code == 201
    assert response.json()["data"]["startTime"] == "2026-03-15T14:00:00Z"


def test_a_clashing_booking_is_listed_and_nothing_changes(bob: Specialist) -> None:
    """E024."""
    book(bob.calendar, between("10:00", "11:00"))

    error = refused(post(bob.user, NINE_TO_TWELVE), 409, "BOOKING_CONFLICT")

    assert error["conflicts"] == [{"start_time": "2026-03-03T04:30:00Z", "end_time": "2026-03-03T05:30:00Z"}]
    assert len(rows(bob.calendar)) == 1
    assert not TimeOff.objects.exists()


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "start_time", "REQUIRED"),
        ({"start_time": NINE_TO_TWELVE["start_time"]}, "end_time", "REQUIRED"),
        ({**NINE_TO_TWELVE, "end_time": NINE_TO_TWELVE["start_time"]}, "end_time", "RANGE"),
        ({**NINE_TO_TWELVE, "start_date_time": "2026-03-03T08:00:00Z"}, "start_time", "AMBIGUOUS"),
        ({**NINE_TO_TWELVE, "recurring": True}, "recurrence_rule", "REQUIRED"),
        ({**NINE_TO_TWELVE, "recurring": False, "recurrence_rule": TUESDAYS}, "recurring", "AMBIGUOUS"),
        ({**NINE_TO_TWELVE, "recurrence_rule": f"{TUESDAYS};UNTIL=20260401"}, "recurrence_rule", "COUNT_AND_UNTIL"),
        ({**NINE_TO_TWELVE, "recurrence_rule": "FREQ=WEEKLY"}, "recurrence_rule", "OPEN_ENDED"),
        ({**NINE_TO_TWELVE, "recurrence_rule": 7}, "recurrence_rule", "INVALID"),
        ({**NINE_TO_TWELVE, "recurrence_rule": None}, "recurrence_rule", "NULL"),
        ({**NINE_TO_TWELVE, "force": True}, "force", "UNKNOWN_FIELD"),
        ({**NINE_TO_TWELVE, "reason": "x" * 201}, "reason", "MAX_LENGTH"),
        ({**NINE_TO_TWELVE, "start_time": "2026-03-03T09:00:00"}, "start_time", "TIMEZONE_REQUIRED"),
    ],
)
def test_a_block_that_makes_no_sense_is_refused(bob: Specialist, body: Any, field: str, code: str) -> None:
    assert detail_codes(refused(post(bob.user, body), 400, "VALIDATION_ERROR")) == {field: code}
    assert not TimeOff.objects.exists()


def test_a_block_in_the_past_breaks_a_rule(bob: Specialist) -> None:
    body = {"start_time": "2026-03-01T09:00:00Z", "end_time": "2026-03-01T12:00:00Z"}

    assert detail_codes(refused(post(bob.user, body), 422, "BUSINESS_RULE_VIOLATION")) == {"end_time": "PAST"}


def test_a_block_is_opened_again(bob: Specialist) -> None:
    off = take_time_off(bob.calendar, between("09:00", "12:00"), reason="", actor=bob.user)

    response = client_of(bob.user).delete(f"{BLOCKS}/{off.pk}")

    assert response.json() == {"success": True, "data": None, "message": "This time is open again."}
    assert rows(bob.calendar) == []


def test_a_stranger_is_told_there_is_nothing_here(bob: Specialist) -> None:
    off = take_time_off(bob.calendar, between("09:00", "12:00"), reason="", actor=bob.user)

    for user in (specialist("Priya").user, person("Charlie"), person("Dana", is_staff=True)):
        refused(client_of(user).delete(f"{BLOCKS}/{off.pk}"), 404, "RESOURCE_NOT_FOUND")
        assert client_of(user).get(BLOCKS).json()["data"]["blocks"] == []
    refused(client_of(bob.user).delete(f"{BLOCKS}/{new_id()}"), 404, "RESOURCE_NOT_FOUND")

    assert TimeOff.objects.filter(pk=off.pk).exists()
    assert len(rows(bob.calendar)) == 1


def test_who_is_no_specialist_cannot_block_anything() -> None:
    refused(post(person("Charlie"), NINE_TO_TWELVE), 403, "INSUFFICIENT_PERMISSIONS")
    for method in ("get", "post"):
        refused(getattr(Client(), method)(BLOCKS), 401, "AUTHENTICATION_REQUIRED")
    refused(Client().delete(f"{BLOCKS}/{new_id()}"), 401, "AUTHENTICATION_REQUIRED")


def test_a_block_is_repeated_by_a_rule(bob: Specialist) -> None:
    response = post(bob.user, {**NINE_TO_TWELVE, "reason": "yoga", "recurrence_rule": TUESDAYS})

    assert response.status_code == 201
    data = response.json()["data"]
    offs = list(TimeOff.objects.order_by("during"))
    assert [each["id"] for each in data["blocks"]] == [str(off.pk) for off in offs]
    assert [(each["start_time"], each["reason"]) for each in data["blocks"]] == [
        (f"2026-03-{day}T03:30:00Z", "yoga") for day in ("03", "10", "17")
    ]
    assert {each["series_id"] for each in data["blocks"]} == {data["series_id"]}
    assert data["series_id"] is not None
    assert response["Location"] == f"{BLOCKS}/{offs[0].pk}"
    assert [time for _, time, *_ in rows(bob.calendar)] == [
        between("09:00", "12:00", date(2026, 3, day)) for day in (3, 10, 17)
    ]


def test_a_block_by_itself_has_no_series(bob: Specialist) -> None:
    data = post(bob.user, NINE_TO_TWELVE).json()["data"]

    assert data["series_id"] is None
    assert "blocks" not in data


def test_every_booking_in_the_way_of_a_repeated_block_is_listed_and_nothing_changes(bob: Specialist) -> None:
    """E024."""
    for day in (10, 17, 18):
        book(bob.calendar, between("10:00", "11:00", date(2026, 3, day)))

    error = refused(post(bob.user, {**NINE_TO_TWELVE, "recurrence_rule": TUESDAYS}), 409, "BOOKING_CONFLICT")

    assert [each["start_time"] for each in error["conflicts"]] == ["2026-03-10T04:30:00Z", "2026-03-17T04:30:00Z"]
    assert len(rows(bob.calendar)) == 3
    assert not TimeOff.objects.exists()


def test_a_start_that_its_rule_leaves_out_breaks_a_rule(bob: Specialist) -> None:
    """E051."""
    body = {**NINE_TO_TWELVE, "recurrence_rule": "FREQ=WEEKLY;BYDAY=WE;COUNT=3"}

    error = refused(post(bob.user, body), 422, "BUSINESS_RULE_VIOLATION")

    assert detail_codes(error) == {"start_time": "DTSTART_MISMATCH"}
    assert error["suggestion"] == "2026-03-04T09:00:00+05:30"
    assert not TimeOff.objects.exists()


@pytest.mark.parametrize("count", [2, 100])
def test_a_repeated_block_costs_the_same_however_often(
    bob: Specialist, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(bob.user)
    body = {**NINE_TO_TWELVE, "recurrence_rule": f"FREQ=WEEKLY;COUNT={count}"}

    with django_assert_num_queries(15):
        response = client.post(BLOCKS, body, "application/json")

    assert len(response.json()["data"]["blocks"]) == count


@pytest.mark.parametrize(
    ("scope", "left"), [("", [3, 17]), ("?scope=this", [3, 17]), ("?scope=this_and_following", [3]), ("?scope=all", [])]
)
def test_of_a_series_one_block_or_the_rest_or_all_are_opened(bob: Specialist, scope: str, left: list[int]) -> None:
    take_time_off(bob.calendar, between("09:00", "10:00", date(2026, 3, 4)), reason="", actor=bob.user)
    blocks = post(bob.user, {**NINE_TO_TWELVE, "recurrence_rule": TUESDAYS}).json()["data"]["blocks"]

    response = client_of(bob.user).delete(f"{BLOCKS}/{blocks[1]['id']}{scope}")

    assert response.json() == {"success": True, "data": None, "message": "This time is open again."}
    assert [time.start.day for _, time, *_ in rows(bob.calendar)] == sorted([*left, 4])
    assert TimeOff.objects.count() == len(left) + 1


def test_all_of_a_series_of_one_is_one(bob: Specialist) -> None:
    offs = [
        take_time_off(bob.calendar, between("09:00", "12:00", date(2026, 3, day)), reason="", actor=bob.user)
        for day in (3, 4)
    ]

    client_of(bob.user).delete(f"{BLOCKS}/{offs[0].pk}?scope=all")

    assert TimeOff.objects.get() == offs[1]


def test_a_scope_that_nobody_knows_is_refused(bob: Specialist) -> None:
    off = take_time_off(bob.calendar, between("09:00", "12:00"), reason="", actor=bob.user)

    error = refused(client_of(bob.user).delete(f"{BLOCKS}/{off.pk}?scope=some"), 400, "VALIDATION_ERROR")

    assert set(detail_codes(error)) == {"scope"}
    assert TimeOff.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_whatever_its_length(
    bob: Specialist, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(count):
        take_time_off(bob.calendar, between(f"{9 + n:02}:00", f"{10 + n:02}:00"), reason=f"no {n}", actor=bob.user)
    client = client_of(bob.user)

    with django_assert_num_queries(3):
        data = client.get(BLOCKS).json()["data"]

    assert [each["reason"] for each in data["blocks"]] == [f"no {n}" for n in reversed(range(count))]
    assert data["pagination"]["total"] == count


def test_whoever_has_only_just_registered_as_a_specialist_asks_and_blocks_at_once() -> None:
    nina = person("Nina")
    join(nina, Role.SPECIALISTS)
    days = {"start_date": "2026-03-03", "end_date": "2026-03-03"}

    slots = client_of(nina).get("/api/v1/specialists/availability", days)
    blocked = post(nina, NINE_TO_TWELVE)

    assert slots.json()["data"]["available_slots"] == [{"date": "2026-03-03", "slots": []}]
    assert blocked.status_code == 201

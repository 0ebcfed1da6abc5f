"""Booking a series over HTTP and looking at it: the seeds' request, dry runs, and what is refused by which field."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from bookings.models import Booking, Series
from bookings.tests.api_calls import BOOKINGS, TEN, appointment_of, get, post, reservation_of
from bookings.tests.factories import offered
from bookings.tests.series_calls import BROKEN, RECURRING, data, path, weekly
from bookings.tests.series_factories import booked, week
from catalog.models import Resource
from catalog.tests.factories import between, book, room
from common.ids import new_id
from common.models import IdempotencyRecord
from common.tests.probe.client import CAMEL, client_of, detail_codes, refused

pytestmark = pytest.mark.django_db


def test_a_series_is_booked_and_shown(alice: User, lotus: Resource) -> None:
    response = post(alice, weekly(lotus), RECURRING)

    answer = data(response, 201)
    series = Series.objects.get()
    assert response["Location"] == f"{BOOKINGS}/series/{series.pk}"
    assert answer["series"] == {
        "id": str(series.pk),
        "status": "active",
        "recurrence_rule": "FREQ=WEEKLY;COUNT=3",
        "timezone": "Asia/Kolkata",
        "start_time": "2026-03-03T04:30:00Z",
        "duration_minutes": 60,
        "is_open_ended": False,
        "booked_until": "2026-03-17T04:30:00Z",
        "title": "Review",
        "service": None,
        "specialist": None,
        "resource": {"id": str(lotus.pk), "name": "Lotus Room"},
        "customer": {"id": str(alice.pk), "name": "Alice"},
        "split_from_id": None,
    }
    assert answer["skipped"] == []
    assert [each["start_time"] for each in answer["bookings"]] == [
        "2026-03-03T04:30:00Z",
        "2026-03-10T04:30:00Z",
        "2026-03-17T04:30:00Z",
    ]
    assert {(each["series_id"], each["is_recurring"], each["recurrence_rule"]) for each in answer["bookings"]} == {
        (str(series.pk), True, "FREQ=WEEKLY;COUNT=3")
    }


def test_the_seeds_printed_request(alice: User, lotus: Resource) -> None:
    """E050."""
    body = {
        "resourceId": str(lotus.pk),
        "title": "Weekly Team Standup",
        "description": "Daily team synchronization",
        "startTime": "2026-03-03T05:00:00.000Z",
        "endTime": "2026-03-03T05:30:00.000Z",
        "recurrenceRule": "FREQ=WEEKLY;COUNT=12;BYDAY=MO,TU,WE,TH,FR",
        "createdBy": str(alice.pk),
        "attendees": ["user-123", "user-456", "user-789"],
    }

    answer = data(post(alice, body, RECURRING, Accept=CAMEL), 201)

    assert len(answer["bookings"]) == 12
    assert answer["series"]["recurrenceRule"] == "FREQ=WEEKLY;COUNT=12;BYDAY=MO,TU,WE,TH,FR"
    assert {each["durationMinutes"] for each in answer["bookings"]} == {30}


def test_an_appointment_series_needs_no_end_time(alice: User) -> None:
    body = appointment_of(offered(), recurrence_rule="freq=weekly; count=2", payment_method="cash", amount="1770.00")

    answer = data(post(alice, body, RECURRING), 201)

    assert [(each["status"], each["pricing"]["total"]) for each in answer["bookings"]] == [("pending", "1770.00")] * 2


def test_a_lost_date_is_named_and_nothing_is_booked(alice: User, lotus: Resource) -> None:
    """E079, A125."""
    book(lotus.calendar, between("10:30", "11:30", week(2)))

    error = refused(post(alice, weekly(lotus), RECURRING), 409, "BOOKING_CONFLICT")

    assert error["lost_dates"] == [
        {
            "date": "2026-03-10",
            "start_time": "2026-03-10T04:30:00Z",
            "end_time": "2026-03-10T05:30:00Z",
            "reason": "booked",
        }
    ]
    assert not Booking.objects.exists()


def test_lost_dates_are_skipped_if_that_is_asked_for(alice: User, lotus: Resource) -> None:
    """E079, U7."""
    book(lotus.calendar, between("10:30", "11:30", week(2)))

    answer = data(post(alice, weekly(lotus, on_conflict="skip"), RECURRING), 201)

    assert answer["skipped"] == [{"date": "2026-03-10", "reason": "booked"}]
    assert len(answer["bookings"]) == 2


def test_a_dry_run_tells_and_books_nothing(alice: User, lotus: Resource) -> None:
    """E079."""
    book(lotus.calendar, between("10:30", "11:30", week(2)))

    answer = data(post(alice, weekly(lotus, on_conflict="report"), RECURRING))

    assert answer["series"]["id"] is None
    assert answer["bookings"] == []
    assert [(each["date"], each["available"], each["reason"]) for each in answer["occurrences"]] == [
        ("2026-03-03", True, None),
        ("2026-03-10", False, "booked"),
        ("2026-03-17", True, None),
    ]
    assert answer["skipped"] == [{"date": "2026-03-10", "reason": "booked"}]
    assert answer["hint"] is None
    assert not Series.objects.exists()


def test_a_dry_run_on_the_31st_proposes_the_last_day(alice: User, lotus: Resource) -> None:
    """U21."""
    body = reservation_of(
        lotus,
        start_time="2026-03-31T10:00:00+05:30",
        end_time="2026-03-31T11:00:00+05:30",
        recurrence_rule="FREQ=MONTHLY;COUNT=6",
        on_conflict="report",
    )

    answer = data(post(alice, body, RECURRING))

    assert [each["date"] for each in answer["occurrences"]] == [
        "2026-03-31", "2026-05-31", "2026-07-31", "2026-08-31", "2026-10-31", "2026-12-31"
    ]  # fmt: skip
    assert answer["hint"]["recurrence_rule"] == "FREQ=MONTHLY;COUNT=6;BYMONTHDAY=-1"


def test_a_local_start_is_read_on_the_clock_that_is_asked_for(alice: User) -> None:
    desk = room("00:00-00:00")
    body = {
        **reservation_of(desk, recurrence_rule="FREQ=WEEKLY;COUNT=2", timezone="America/New_York"),
        "booking_date": "2026-03-03",
        "booking_time": "09:00",
        "end_time": "2026-03-03T15:00:00Z",
    }
    del body["start_time"]

    answer = data(post(alice, body, RECURRING), 201)

    assert [each["start_time"] for each in answer["bookings"]] == ["2026-03-03T14:00:00Z", "2026-03-10T13:00:00Z"]


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("FREQ=SECONDLY", "UNSUPPORTED_FREQUENCY"),
        ("FREQ=HOURLY;COUNT=2", "UNSUPPORTED_FREQUENCY"),
        ("FREQ=WEEKLY;COUNT=2;UNTIL=20270101", "COUNT_AND_UNTIL"),
        ("FREQ=DAILY;COUNT=1000000000", "TOO_MANY_OCCURRENCES"),
        ("FREQ=DAILY;COUNT=2\nEXRULE:FREQ=DAILY", "MULTIPLE_LINES"),
        ("every tuesday", "UNSUPPORTED_PART"),
        ("FREQ=DAILY;EXDATE=" + ",".join(["20260304"] * 300), "MAX_LENGTH"),
    ],
)
def test_rules_that_make_no_sense_are_refused(alice: User, lotus: Resource, rule: str, code: str) -> None:
    """E065, E081, A124."""
    error = refused(post(alice, reservation_of(lotus, recurrence_rule=rule), RECURRING), 400, "VALIDATION_ERROR")

    assert detail_codes(error) == {"recurrence_rule": code}


@pytest.mark.parametrize(
    ("change_of_body", "field", "code"),
    [
        ({"recurrence_rule": None}, "recurrence_rule", "NULL"),
        ({"timezone": "Mars/Olympus"}, "timezone", "INVALID"),
        ({"on_conflict": "force"}, "on_conflict", "INVALID_CHOICE"),
        ({"end_time": TEN}, "end_time", "RANGE"),
        ({"occurrences": 3}, "occurrences", "UNKNOWN_FIELD"),
    ],
)
def test_bodies_that_make_no_sense_are_refused(
    alice: User, lotus: Resource, change_of_body: Any, field: str, code: str
) -> None:
    error = refused(post(alice, {**weekly(lotus), **change_of_body}, RECURRING), 400, "VALIDATION_ERROR")

    assert detail_codes(error) == {field: code}


def test_a_rule_is_needed(alice: User, lotus: Resource) -> None:
    error = refused(post(alice, reservation_of(lotus), RECURRING), 400, "VALIDATION_ERROR")

    assert detail_codes(error) == {"recurrence_rule": "REQUIRED"}


def test_a_start_beside_the_rule_is_refused_with_the_first_that_fits_or_moved_to_it(
    alice: User, lotus: Resource
) -> None:
    """E051."""
    body = {**weekly(lotus), "recurrence_rule": "FREQ=MONTHLY;COUNT=2;BYMONTHDAY=15"}

    error = refused(post(alice, body, RECURRING), 422, "BUSINESS_RULE_VIOLATION")
    assert detail_codes(error) == {"start_time": "DTSTART_MISMATCH"}
    assert error["suggestion"] == "2026-03-15T10:00:00+05:30"

    answer = data(post(alice, {**body, "align_start": True}, RECURRING), 201)
    assert answer["bookings"][0]["start_time"] == "2026-03-15T04:30:00Z"


def test_what_does_not_exist_cannot_be_booked_and_nobody_books_without_signing_in(alice: User, lotus: Resource) -> None:
    error = refused(post(alice, {**weekly(lotus), "resource_id": str(new_id())}, RECURRING), 422, BROKEN)
    assert detail_codes(error) == {"resource_id": "NOT_BOOKABLE"}
    refused(post(alice, {**weekly(lotus), "created_by": "somebody else"}, RECURRING), 422, BROKEN)
    refused(Client().post(f"{BOOKINGS}{RECURRING}", {}, "application/json"), 401, "AUTHENTICATION_REQUIRED")

    assert not Series.objects.exists()


def test_one_key_books_one_series(alice: User, lotus: Resource) -> None:
    key = {"Idempotency-Key": str(new_id())}

    first = post(alice, weekly(lotus), RECURRING, **key)
    again = post(alice, weekly(lotus), RECURRING, **key)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert (Series.objects.count(), Booking.objects.count(), IdempotencyRecord.objects.count()) == (1, 3, 1)


@pytest.mark.parametrize("count", [5, 52])
def test_booking_costs_the_same_number_of_statements_whatever_its_length(
    alice: User, lotus: Resource, count: int, django_assert_num_queries: Any
) -> None:
    client, body = client_of(alice), weekly(lotus, count)

    with django_assert_num_queries(19):
        response = client.post(f"{BOOKINGS}{RECURRING}", body, "application/json")

    assert len(data(response, 201)["bookings"]) == count


@pytest.mark.parametrize("count", [1, 3, 52])
def test_looking_costs_the_same_number_of_statements_whatever_its_length(
    alice: User, count: int, django_assert_num_queries: Any
) -> None:
    series = booked(f"FREQ=WEEKLY;COUNT={count}", of=offered()).series
    client = client_of(alice)

    with django_assert_num_queries(4):
        answer = data(client.get(path(series, "")))

    assert len(answer["bookings"]) == count


def test_a_series_is_shown_with_what_became_of_its_dates(alice: User, lotus: Resource) -> None:
    book(lotus.calendar, between("10:30", "11:30", week(2)))
    series_id = data(post(alice, weekly(lotus, 4, on_conflict="skip"), RECURRING), 201)["series"]["id"]
    first = Booking.objects.earliest("starts_at")
    body = {"exception_type": "modified", "exception_date": "2026-03-17", "new_title": "Planning"}
    data(post(alice, body, f"/{first.pk}/exceptions"), 201)

    response = get(alice, f"/series/{series_id}")

    answer = data(response)
    assert answer["skipped"] == [{"date": "2026-03-10", "reason": "booked"}]
    assert [(each["date"], each["exception_type"], each["new_title"]) for each in answer["exceptions"]] == [
        ("2026-03-10", "skipped", None),
        ("2026-03-17", "modified", "Planning"),
    ]
    assert [each["title"] for each in answer["bookings"]] == ["Review", "Planning", "Review"]
    assert response["ETag"]

"""Exceptions to a series over HTTP: the seeds' request, what is refused by which field, and dates added back."""

from typing import Any

import pytest
from django.utils.dateparse import parse_datetime

from accounts.models import User
from bookings.models import SeriesException
from bookings.tests.api_calls import BOOKINGS, post
from bookings.tests.factories import appointment, offered
from bookings.tests.series_calls import BROKEN, RECURRING, data, weekly
from bookings.tests.series_factories import booked, bookings_of, week
from catalog.models import Occupancy, Resource
from catalog.tests.factories import at, between, book
from common.tests.probe.client import CAMEL, detail_codes, refused

pytestmark = pytest.mark.django_db


def test_the_seeds_exception(alice: User) -> None:
    series = booked("FREQ=WEEKLY;COUNT=2").series
    body = {"exceptionType": "cancelled", "exceptionDate": "2026-03-10", "reason": "Holiday - Office Closed"}

    answer = data(post(alice, body, f"/{bookings_of(series)[0].pk}/exceptions", Accept=CAMEL), 201)

    exception = series.exceptions.get()
    assert parse_datetime(answer["exception"].pop("createdAt")) == exception.created_at
    assert answer["exception"] == {
        "id": str(exception.pk),
        "bookingId": str(bookings_of(series)[1].pk),
        "date": "2026-03-10",
        "exceptionDate": "2026-03-10",
        "exceptionType": "cancelled",
        "recurrenceId": "2026-03-10T04:30:00Z",
        "newStartTime": None,
        "newEndTime": None,
        "newTitle": None,
        "reason": "Holiday - Office Closed",
    }
    assert answer["booking"]["status"] == "cancelled"
    assert [each.status for each in bookings_of(series)] == ["confirmed", "cancelled"]
    refused(post(alice, body, f"/{bookings_of(series)[0].pk}/exceptions"), 409, "DUPLICATE_RESOURCE")


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"exception_type": "skipped", "exception_date": "2026-03-10"}, "exception_type", "INVALID_CHOICE"),
        ({"exception_type": "modified", "exception_date": "2026-03-10"}, "new_start_time", "REQUIRED"),
        (
            {"exception_type": "cancelled", "exception_date": "2026-03-10", "new_title": "x"},
            "new_title",
            "AMBIGUOUS",
        ),
        ({"exception_type": "cancelled"}, "exception_date", "REQUIRED"),
    ],
)
def test_exceptions_that_make_no_sense_are_refused(alice: User, body: Any, field: str, code: str) -> None:
    """A126."""
    first = booked("FREQ=WEEKLY;COUNT=2").bookings[0]

    error = refused(post(alice, body, f"/{first.pk}/exceptions"), 400, "VALIDATION_ERROR")

    assert detail_codes(error) == {field: code}
    assert not SeriesException.objects.exists()


def test_an_exception_for_a_date_that_is_none_and_for_a_booking_that_does_not_repeat(alice: User) -> None:
    """E072."""
    first = booked("FREQ=WEEKLY;COUNT=2").bookings[0]
    alone = appointment(offered("Carol"))
    body = {"exception_type": "cancelled", "exception_date": "2026-03-11"}

    error = refused(post(alice, body, f"/{first.pk}/exceptions"), 422, BROKEN)
    assert detail_codes(error) == {"exception_date": "NOT_IN_SERIES"}
    error = refused(post(alice, body, f"/{alone.pk}/exceptions"), 422, BROKEN)
    assert detail_codes(error) == {"": "NOT_RECURRING"}


def test_a_skipped_date_is_added_back(alice: User, lotus: Resource) -> None:
    """U20."""
    book(lotus.calendar, between("10:30", "11:30", week(2)))
    first = data(post(alice, weekly(lotus, on_conflict="skip"), RECURRING), 201)["bookings"][0]["id"]
    refused(post(alice, {"date": "2026-03-10"}, f"/{first}/occurrences"), 409, "BOOKING_CONFLICT")
    Occupancy.objects.filter(during__contains=at("11:15", week(2))).delete()

    response = post(alice, {"date": "2026-03-10"}, f"/{first}/occurrences")

    shown = data(response, 201)["booking"]
    assert (shown["start_time"], shown["status"]) == ("2026-03-10T04:30:00Z", "confirmed")
    assert response["Location"] == f"{BOOKINGS}/{shown['id']}"
    assert not SeriesException.objects.exists()

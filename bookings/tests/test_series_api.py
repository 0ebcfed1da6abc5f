"""Series over HTTP: the seeds' request, dry runs, scopes, exceptions, and what is refused by which field."""

from typing import Any

import pytest
from django.test import Client
from django.utils.dateparse import parse_datetime

from accounts.models import User
from bookings.models import Booking, Series, SeriesException
from bookings.tests.api_calls import BOOKINGS, TEN, appointment_of, get, post, reservation_of
from bookings.tests.factories import appointment, offered, somebody
from bookings.tests.series_factories import booked, bookings_of, week
from catalog.models import Occupancy, Resource
from catalog.tests.factories import at, between, book, person, room
from common.ids import new_id
from common.models import IdempotencyRecord
from common.tests.probe.client import CAMEL, client_of, detail_codes, refused

pytestmark = pytest.mark.django_db

RECURRING = "/recurring"


@pytest.fixture
def alice() -> User:
    return somebody("Alice")


@pytest.fixture
def lotus() -> Resource:
    return room()


def weekly(lotus: Resource, count: int = 3, **more: Any) -> dict[str, Any]:
    return reservation_of(lotus, recurrence_rule=f"FREQ=WEEKLY;COUNT={count}", **more)


def data(response: Any, status: int = 200) -> Any:
    assert response.status_code == status, response.content
    return response.json()["data"]


def path(series: Series, query: str) -> str:
    return f"{BOOKINGS}/series/{series.pk}{query}"


def change(user: User, series: Series, body: Any, query: str = "?scope=all", **headers: str) -> Any:
    return client_of(user).patch(path(series, query), body, "application/json", headers=headers)


def cancel(user: User, series: Series, query: str = "?scope=all") -> Any:
    return client_of(user).delete(path(series, query))


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


BROKEN = "BUSINESS_RULE_VIOLATION"


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


def test_a_stranger_sees_no_series(alice: User) -> None:
    series = booked(alice=alice).series
    charlie = person("Charlie")
    first = bookings_of(series)[0]

    refused(get(charlie, f"/series/{series.pk}"), 404, "RESOURCE_NOT_FOUND")
    refused(change(charlie, series, {"title": "Mine"}), 404, "RESOURCE_NOT_FOUND")
    refused(cancel(charlie, series), 404, "RESOURCE_NOT_FOUND")
    body = {"exception_type": "cancelled", "exception_date": "2026-03-03"}
    refused(post(charlie, body, f"/{first.pk}/exceptions"), 404, "RESOURCE_NOT_FOUND")
    refused(post(charlie, {"date": "2026-03-03"}, f"/{first.pk}/occurrences"), 404, "RESOURCE_NOT_FOUND")

    assert Occupancy.objects.count() == 10
    assert Booking.objects.filter(title="").count() == 10


def test_whoever_is_invited_looks_on(alice: User) -> None:
    charlie = person("Charlie")
    series = booked("FREQ=WEEKLY;COUNT=2", attendees=[str(charlie.pk)]).series
    body = {"exception_type": "cancelled", "exception_date": "2026-03-03"}

    error = post(charlie, body, f"/{bookings_of(series)[0].pk}/exceptions")

    refused(error, 403, "INSUFFICIENT_PERMISSIONS")
    assert Occupancy.objects.count() == 2


def test_all_is_changed_from_now_on(alice: User) -> None:
    series = booked("FREQ=WEEKLY;COUNT=3").series

    response = change(alice, series, {"title": "Weekly", "start_time": "2026-03-03T12:00:00+05:30"})

    answer = data(response)
    assert {(each["title"], each["start_time"][11:]) for each in answer["bookings"]} == {("Weekly", "06:30:00Z")}
    assert (len(answer["bookings"]), answer["cancelled"], answer["unchanged"]) == (3, [], [])
    assert answer["series"]["start_time"] == "2026-03-03T06:30:00Z"


def test_the_following_become_a_series_of_their_own(alice: User) -> None:
    """E077."""
    series = booked("FREQ=WEEKLY;COUNT=4").series

    answer = data(change(alice, series, {"title": "Weekly"}, "?scope=this_and_following&from=2026-03-17"))

    assert answer["series"]["split_from_id"] == str(series.pk)
    assert len(answer["bookings"]) == 2
    assert [each.title for each in Booking.objects.order_by("starts_at")] == ["", "", "Weekly", "Weekly"]


def test_the_following_are_cancelled(alice: User) -> None:
    series = booked("FREQ=WEEKLY;COUNT=4").series

    answer = data(cancel(alice, series, "?scope=this_and_following&from=2026-03-17&reason=Moving"))

    assert [(each["status"], each["cancellation"]["reason"]) for each in answer["bookings"]] == [
        ("cancelled", "Moving")
    ] * 2
    assert Occupancy.objects.count() == 2
    assert data(cancel(alice, series))["series"]["status"] == "cancelled"
    refused(cancel(alice, series), 409, "DUPLICATE_RESOURCE")


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("", "scope", "REQUIRED"),
        ("?scope=this", "scope", "INVALID_CHOICE"),
        ("?scope=this_and_following", "from", "REQUIRED"),
        ("?scope=all&from=2026-03-17", "from", "AMBIGUOUS"),
        ("?scope=this_and_following&from=soon", "from", "INVALID"),
        ("?scope=all&force=1", "force", "UNKNOWN_FIELD"),
    ],
)
def test_whoever_changes_a_series_says_how_much_of_it(alice: User, query: str, field: str, code: str) -> None:
    """U19."""
    series = booked("FREQ=WEEKLY;COUNT=2").series

    for answer in (cancel(alice, series, query), change(alice, series, {"title": "Weekly"}, query)):
        assert detail_codes(refused(answer, 400, "VALIDATION_ERROR")) == {field: code}

    assert {each.title for each in bookings_of(series)} == {""}


def test_a_change_on_top_of_another_ones_change_is_refused(alice: User) -> None:
    series = booked("FREQ=WEEKLY;COUNT=2").series
    read = get(alice, f"/series/{series.pk}")["ETag"]
    data(change(alice, series, {"title": "Mine"}, **{"If-Match": read}))
    # In these tests time stands still, and with it the version.
    Series.objects.update(updated_at=at("10:00"))

    refused(change(alice, series, {"title": "Yours"}, **{"If-Match": read}), 412, "VERSION_MISMATCH")

    assert Series.objects.get().title == "Mine"


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

"""GET /bookings, /bookings/{id} and the days that are booked: who sees what, in how many statements."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from bookings.models import Booking
from bookings.services.cancelling import cancel_booking
from bookings.services.deciding import confirm_booking
from bookings.tests.api_calls import get
from bookings.tests.conftest import Travel
from bookings.tests.factories import appointment, by_customer, by_specialist, offered, reservation, somebody
from catalog.models import Service
from catalog.tests.factories import NEW_YORK, at, between, room, service, specialist
from common.ids import new_id
from common.tests.probe.client import client_of, detail_codes, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def consultation() -> Service:
    return offered()


def listed(user: User | None, **query: Any) -> list[str]:
    response = get(user, **query)
    assert response.status_code == 200, response.content
    return [booking["id"] for booking in response.json()["data"]["bookings"]]


def ids(*bookings: Booking) -> list[str]:
    return [str(booking.pk) for booking in bookings]


def test_everybody_sees_what_is_theirs_latest_first(alice: User, consultation: Service) -> None:
    early, late = appointment(consultation), appointment(consultation, at("14:00"))
    meeting = reservation(attendees=[str(somebody("Priya").pk)])

    assert listed(alice) == ids(late, *sorted((early, meeting), key=lambda each: each.pk, reverse=True))
    assert consultation.owner is not None
    assert listed(consultation.owner.user) == ids(late, early)
    assert listed(somebody("Priya")) == ids(meeting)
    assert listed(somebody("Charlie")) == []
    refused(get(None), 401, "AUTHENTICATION_REQUIRED")


def test_a_list_is_narrowed(alice: User, consultation: Service) -> None:
    first = appointment(consultation)
    second = confirm_booking(appointment(consultation, at("10:00") + timedelta(days=2)), actor=by_specialist(first))
    meeting = reservation(time=between("13:00", "14:00"))

    assert listed(alice, status="confirmed", kind="appointment") == ids(second)
    assert listed(alice, kind="reservation") == ids(meeting)
    assert listed(alice, start_date="2026-03-05") == ids(second)
    assert listed(alice, endDate="2026-03-03") == ids(meeting, first)
    assert listed(alice, start_date="2026-03-04", end_date="2026-03-04") == []
    assert listed(alice, series_id=str(new_id())) == []
    assert listed(alice, role="specialist") == []
    assert listed(alice, role="customer", page=1, limit=1) == ids(second)


def test_one_can_be_customer_here_and_specialist_there(consultation: Service) -> None:
    assert consultation.owner is not None
    mine = appointment(consultation)
    bobs = appointment(offered("Carol"), alice=consultation.owner.user)

    assert listed(consultation.owner.user, role="specialist") == ids(mine)
    assert listed(consultation.owner.user, role="customer") == ids(bobs)


def test_what_runs_past_midnight_is_there_on_both_days_once(alice: User) -> None:
    """E008."""
    late = service(specialist("Bob", "00:00-00:00"), 120)
    night = appointment(late, at("23:00"))

    for day in ("2026-03-03", "2026-03-04"):
        assert listed(alice, start_date=day, end_date=day) == ids(night)
    assert listed(alice) == ids(night)
    for day in ("2026-03-02", "2026-03-05"):
        assert listed(alice, start_date=day, end_date=day) == []


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ({"status": "active"}, {"status": "INVALID_CHOICE"}),
        ({"kind": "party"}, {"kind": "INVALID_CHOICE"}),
        ({"role": "staff"}, {"role": "INVALID_CHOICE"}),
        ({"start_date": "2026-13-01"}, {"start_date": "INVALID"}),
        ({"start_date": "2026-03-02", "end_date": "2026-03-01"}, {"end_date": "RANGE"}),
        ({"series_id": "1"}, {"series_id": "INVALID"}),
        ({"limit": "101"}, {"limit": "OUT_OF_RANGE"}),
        ({"customer": "x"}, {"customer": "UNKNOWN_FIELD"}),
    ],
)
def test_a_query_that_makes_no_sense_is_refused(alice: User, query: dict[str, str], codes: dict[str, str]) -> None:
    assert detail_codes(refused(get(alice, **query), 400, "VALIDATION_ERROR")) == codes


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_takes_as_many_statements_for_one_as_for_three(
    alice: User, consultation: Service, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    lotus = room()
    for hour in range(count):
        appointment(consultation, at(f"1{hour}:00"))
        reservation(lotus, between(f"1{hour}:00", f"1{hour}:30"))
    client = client_of(alice)

    with django_assert_num_queries(4):
        response = client.get("/api/v1/bookings")
    with django_assert_num_queries(5):
        narrowed = client.get("/api/v1/bookings?kind=appointment")

    assert len(response.json()["data"]["bookings"]) == 2 * count
    assert len(narrowed.json()["data"]["bookings"]) == count


def test_pages_follow_one_another_and_know_how_many_there_are(alice: User, consultation: Service) -> None:
    late, early = appointment(consultation, at("14:00")), appointment(consultation)
    appointment(offered("Carol"), alice=somebody("Priya"))

    for page, on_it in ((1, [late]), (2, [early]), (3, [])):
        data = get(alice, page=page, limit=1).json()["data"]
        assert [each["id"] for each in data["bookings"]] == ids(*on_it)
        assert (data["pagination"]["total"], data["pagination"]["has_next"]) == (2, page == 1)


def test_a_booking_is_shown_with_its_history(
    alice: User, consultation: Service, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    booking = appointment(consultation)
    confirm_booking(booking, actor=by_specialist(booking), meeting_link="https://meet.example/1")
    cancel_booking(booking, actor=by_customer(booking), reason="I am ill")
    client = client_of(alice)

    with django_assert_num_queries(4):
        response = client.get(f"/api/v1/bookings/{booking.pk}")

    shown = response.json()["data"]
    assert [(each["step"], each["action"], each["by"], each["name"]) for each in shown["timeline"]] == [
        (1, "create", "customer", "Alice"),
        (2, "confirm", "specialist", "Bob"),
        (3, "cancel", "customer", "Alice"),
    ]
    assert shown["timeline"][2]["details"]["policy"] == booking.policy
    assert shown["cancellation"] == {"by": "customer", "reason": "I am ill", "at": "2026-03-02T04:40:00Z"}
    assert (shown["can_cancel"], shown["cancellation_fee_now"], shown["allowed_actions"]) == (False, None, [])
    assert shown["meeting_link"] == "https://meet.example/1"
    assert response["ETag"]


def test_each_side_is_shown_what_it_may_do(consultation: Service, travel: Travel) -> None:
    booking = appointment(consultation, attendees=[str(somebody("Priya").pk)])
    assert booking.specialist is not None
    travel(at("10:00") - timedelta(hours=1))

    def shown(user: User) -> tuple[Any, ...]:
        data = get(user, f"/{booking.pk}").json()["data"]
        return data["allowed_actions"], data["can_cancel"], data["cancellation_fee_now"]

    assert shown(booking.customer) == (["cancel", "change"], True, "177.00")
    assert shown(booking.specialist.user) == (["confirm", "cancel", "reschedule", "change"], True, "0.00")
    assert shown(somebody("Priya")) == ([], False, None)


def test_a_strangers_booking_is_as_absent_as_none(consultation: Service) -> None:
    """E110, A001."""
    booking = appointment(consultation)
    charlie = somebody("Charlie")

    foreign, absent = (get(charlie, f"/{pk}") for pk in (booking.pk, new_id()))

    one, other = refused(foreign, 404, "RESOURCE_NOT_FOUND"), refused(absent, 404, "RESOURCE_NOT_FOUND")
    assert {name: one[name] for name in ("code", "message", "details")} == {
        name: other[name] for name in ("code", "message", "details")
    }
    refused(get(None, f"/{booking.pk}"), 401, "AUTHENTICATION_REQUIRED")
    # A024: numbers open no door.
    assert get(booking.customer, f"/{booking.number}").status_code == 404


def dates(pk: Any, **query: Any) -> Any:
    return client_of(somebody("Charlie")).get(f"/api/v1/specialists/{pk}/booked-dates", query)


def test_the_days_of_a_month_that_are_booked(
    consultation: Service, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """E008, E045."""
    night = service(specialist("Carol", "00:00-00:00"), 120)
    appointment(night, at("23:00"))
    appointment(night, at("22:00") + timedelta(days=3))
    gone = appointment(night, at("10:00") + timedelta(days=9))
    cancel_booking(gone, actor=by_customer(gone))

    client = client_of(somebody("Charlie"))
    with django_assert_num_queries(3):
        response = client.get(f"/api/v1/specialists/{night.owner_id}/booked-dates", {"month": "2026-03"})

    assert response.json()["data"] == {
        "month": "2026-03",
        "timezone": "Asia/Kolkata",
        "dates": ["2026-03-03", "2026-03-04", "2026-03-06"],
    }
    assert dates(night.owner_id, month="2026-03", timezone=NEW_YORK.key).json()["data"]["dates"] == [
        "2026-03-03",
        "2026-03-06",
    ]
    assert dates(night.owner_id, month="2026-02").json()["data"]["dates"] == []


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ({}, {"month": "REQUIRED"}),
        ({"month": "2026-13"}, {"month": "INVALID"}),
        ({"month": "2026-3"}, {"month": "INVALID"}),
        ({"month": "9999-12"}, {"month": "INVALID"}),
        ({"month": "0000-01"}, {"month": "INVALID"}),
        ({"month": "2026-03", "timezone": "localtime"}, {"timezone": "INVALID"}),
    ],
)
def test_a_month_that_is_none_is_refused(consultation: Service, query: dict[str, str], codes: dict[str, str]) -> None:
    assert detail_codes(refused(dates(consultation.owner_id, **query), 400, "VALIDATION_ERROR")) == codes


def test_nobody_is_asked_about_who_is_not_there() -> None:
    refused(dates(specialist("Eve", is_verified=False).pk, month="2026-03"), 404, "RESOURCE_NOT_FOUND")
    refused(dates(new_id(), month="2026-03"), 404, "RESOURCE_NOT_FOUND")
    refused(Client().get(f"/api/v1/specialists/{new_id()}/booked-dates"), 401, "AUTHENTICATION_REQUIRED")


def test_ones_own_bookings_are_found_by_their_indexes(alice: User) -> None:
    """However many others there are: every part of what one may see has an index, and so has its order."""
    mine = Booking.objects.visible_to(alice)
    with connection.cursor() as cursor:
        # The table of a test is small enough to be read whole.
        cursor.execute("SET LOCAL enable_seqscan = off")

    for found in (mine, mine.of_customer(alice), mine.of_specialist(alice)):
        assert "Seq Scan on bookings_booking" not in found.explain()
    assert mine.order_by("-starts_at", "-pk").explain().count("Bitmap Index Scan") == 3

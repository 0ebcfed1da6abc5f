"""A specialist's own profile and hours, as the seeds ask for them."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from catalog.hours import DAYS
from catalog.models import Calendar, Specialist
from catalog.services.specialists import own_specialist
from catalog.tests.factories import between, book, person, specialist
from common.tests.probe.client import CAMEL, client_of, detail_codes, refused

pytestmark = pytest.mark.django_db

PROFILE = "/api/v1/specialists/profile"
HOURS = "/api/v1/specialists/working-hours"


@pytest.fixture
def bob() -> Specialist:
    return specialist("Bob")


def newcomer(name: str = "Nora", **fields: Any) -> User:
    """Registered as a specialist, and nothing more yet."""
    user = person(name, **fields)
    user.groups.add(Group.objects.get_or_create(name="Specialists")[0])
    return user


def send(user: User | None, body: Any, path: str = PROFILE, method: str = "put", **headers: str) -> Any:
    return getattr(client_of(user), method)(path, body, "application/json", headers=headers)


def a_bookkeeper(_specialist: Specialist) -> dict[str, Any]:
    return {"total_bookings": 450}


def test_a_newcomer_finds_a_profile_that_nobody_else_sees() -> None:
    nora = newcomer(timezone="America/New_York", currency="USD")

    data = client_of(nora).get(PROFILE).json()["data"]

    made = Specialist.objects.get(user=nora)
    assert data["id"] == str(made.pk)
    assert data["user_id"] == str(nora.pk)
    assert data["is_verified"] is False
    assert data["availability"] == {
        "timezone": "America/New_York",
        "working_hours": {day: [] for day in DAYS},
        "overrides": [],
    }
    assert data["pricing"] == {"base_rate": None, "currency": "USD", "deposit_amount": None}
    assert data["revenue"] == {"this_month": "0.00", "last_month": "0.00", "total": "0.00"}
    assert (data["rating"], data["total_reviews"], data["total_bookings"]) == (None, 0, 0)
    assert own_specialist(nora) == made
    assert Client().get("/api/v1/specialists").json()["data"]["specialists"] == []


def test_who_is_no_specialist_has_no_profile() -> None:
    """E293."""
    for method, path in (("get", PROFILE), ("put", PROFILE), ("patch", PROFILE), ("get", HOURS), ("put", HOURS)):
        charlie = client_of(person(f"Charlie{method}{len(path)}"))
        refused(getattr(charlie, method)(path), 403, "INSUFFICIENT_PERMISSIONS")
        refused(getattr(Client(), method)(path), 401, "AUTHENTICATION_REQUIRED")
    assert not Specialist.objects.exists()
    assert not Calendar.objects.exists()


def test_the_seeds_printed_profile_is_accepted(bob: Specialist) -> None:
    body = {
        "businessName": "John's Advanced Consulting",
        "description": "Expert business consultant with 5+ years experience",
        "specialties": ["business", "marketing", "Strategy", "finance", "Business"],
        "baseRate": 120,
        "availability": {
            "timezone": "America/New_York",
            "workingHours": {
                "monday": {"start": "09:00", "end": "17:00"},
                "tuesday": {"start": "09:00", "end": "17:00"},
            },
        },
    }

    response = send(bob.user, body, Accept=CAMEL)

    data = response.json()["data"]
    assert data["businessName"] == "John's Advanced Consulting"
    assert data["specialties"] == ["business", "marketing", "strategy", "finance"]
    assert data["pricing"] == {"baseRate": "120.00", "currency": "INR", "depositAmount": None}
    assert data["availability"]["timezone"] == "America/New_York"
    assert data["availability"]["workingHours"]["monday"] == [{"start": "09:00", "end": "17:00"}]
    assert data["availability"]["workingHours"]["sunday"] == []
    bob.refresh_from_db()
    assert (bob.base_rate_minor, bob.calendar.timezone) == (12_000, "America/New_York")


def test_what_is_not_given_stays_as_it_is(bob: Specialist) -> None:
    send(bob.user, {"experience": 5, "deposit_amount": "2.00", "latitude": 22.5726, "longitude": 88.3639})
    changes = {"location": "Kolkata", "takes_bookings": False, "instant_booking": True}
    data = send(bob.user, changes, method="patch").json()["data"]

    assert (data["experience"], data["pricing"]["deposit_amount"], data["location"]) == (5, "2.00", "Kolkata")
    assert (data["latitude"], data["longitude"], data["takes_bookings"]) == ("22.572600", "88.363900", False)
    assert data["instant_booking"] is True
    assert data["business_name"] == "Bob's"
    assert send(bob.user, {"deposit_amount": None}).json()["data"]["pricing"]["deposit_amount"] is None


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"is_verified": True}, "is_verified", "UNKNOWN_FIELD"),
        ({"rating": 5}, "rating", "UNKNOWN_FIELD"),
        ({"base_rate": -1}, "base_rate", "INVALID"),
        ({"base_rate": "1.005"}, "base_rate", "INVALID"),
        ({"currency": "XXX"}, "currency", "INVALID"),
        ({"latitude": 22.5}, "latitude", "REQUIRED"),
        ({"latitude": 90.1, "longitude": 1}, "latitude", "MAX_VALUE"),
        ({"experience": 81}, "experience", "MAX_VALUE"),
        ({"specialties": ["x"] * 21}, "specialties", "MAX_LENGTH"),
        ({"availability": {"working_hours": {"someday": []}}}, "working_hours.someday", "UNKNOWN_FIELD"),
        ({"availability": {"timezone": "Mars/Olympus"}}, "availability.timezone", "INVALID"),
        ({"business_name": "x" * 151}, "business_name", "MAX_LENGTH"),
    ],
)
def test_a_profile_that_makes_no_sense_is_refused(bob: Specialist, body: Any, field: str, code: str) -> None:
    before = Specialist.objects.values().get(pk=bob.pk)

    found = detail_codes(refused(send(bob.user, body), 400, "VALIDATION_ERROR"))

    assert found == {field: code}
    assert Specialist.objects.values().get(pk=bob.pk) == before


def test_another_currency_wants_its_own_amounts(bob: Specialist) -> None:
    send(bob.user, {"base_rate": "120.00"})

    error = refused(send(bob.user, {"currency": "JPY"}), 400, "VALIDATION_ERROR")

    assert detail_codes(error) == {"currency": "AMOUNTS_REQUIRED"}
    data = send(bob.user, {"currency": "JPY", "base_rate": 9000}).json()["data"]
    assert data["pricing"] == {"base_rate": "9000", "currency": "JPY", "deposit_amount": None}


def test_other_apps_tell_what_they_know(bob: Specialist, settings: Settings) -> None:
    settings.SPECIALIST_FACTS = [f"{__name__}.a_bookkeeper"]

    data = client_of(bob.user).get(PROFILE).json()["data"]

    assert (data["total_bookings"], data["revenue"]["total"]) == (450, "0.00")


def test_reading_the_profile_costs_three_queries(
    bob: Specialist, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(bob.user)

    # Who asks, the profile, and what was booked.
    with django_assert_num_queries(3):
        client.get(PROFILE)
    with django_assert_num_queries(3):
        client.get(HOURS)


@pytest.mark.parametrize(
    "hours",
    [
        {"monday": [{"start": "09:00", "end": "13:00"}]},
        {"monday": {"start": "09:00", "end": "13:00"}},
        {"start": "9:00 AM", "end": "13:00:00", "days": [1]},
    ],
)
def test_hours_are_set_in_every_form(bob: Specialist, hours: Any) -> None:
    body = {"working_hours": hours, "overrides": [{"date": "2026-12-25", "ranges": []}]}

    data = send(bob.user, body, HOURS).json()["data"]

    assert data["working_hours"] == {day: [] for day in DAYS} | {"monday": [{"start": "09:00", "end": "13:00"}]}
    assert data["overrides"] == [{"date": "2026-12-25", "ranges": []}]
    assert (data["timezone"], data["warning"], data["outside_hours"]) == ("Asia/Kolkata", None, [])
    assert client_of(bob.user).get(HOURS).json()["data"] == data


def test_shorter_hours_keep_what_is_booked_and_say_so(bob: Specialist) -> None:
    book(bob.calendar, between("16:00", "17:00"))
    every_day = {"start": "09:00", "end": "12:00"}

    data = send(bob.user, {"working_hours": every_day}, HOURS).json()["data"]

    assert data["outside_hours"] == [{"start_time": "2026-03-03T10:30:00Z", "end_time": "2026-03-03T11:30:00Z"}]
    assert data["warning"] == "1 bookings lie outside of these hours. They stay booked."


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "working_hours", "REQUIRED"),
        (
            {"working_hours": {"monday": [{"start": "25:00", "end": "26:00"}]}},
            "working_hours.monday.0.start",
            "INVALID",
        ),
        ({"hours": {}}, "hours", "UNKNOWN_FIELD"),
        ({"overrides": [{"date": "2026-02-30"}]}, "overrides.0.date", "INVALID"),
    ],
)
def test_hours_that_make_no_sense_are_refused(bob: Specialist, body: Any, field: str, code: str) -> None:
    assert detail_codes(refused(send(bob.user, body, HOURS), 400, "VALIDATION_ERROR")) == {field: code}
    bob.calendar.refresh_from_db()
    assert len(bob.calendar.weekly_hours) == 7

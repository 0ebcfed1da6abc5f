"""Starts as clocks show them: a day and a time, jumps of the clock, and whose day it is that counts."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from bookings.models import Booking, BookingLine
from bookings.tests.api_calls import appointment_of, booked, post
from bookings.tests.factories import offered
from catalog.models import Service
from catalog.tests.factories import NEW_YORK, NOW, at, service, specialist
from common.tests.probe.client import detail_codes, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def consultation() -> Service:
    return offered()


@pytest.mark.parametrize(
    ("time", "instant"),
    [
        ("10:00 AM", "2026-03-03T04:30:00Z"),
        ("10:00", "2026-03-03T04:30:00Z"),
        ("10:00:00", "2026-03-03T04:30:00Z"),
        ("12:00 AM", "2026-03-02T18:30:00Z"),
        ("12:00 PM", "2026-03-03T06:30:00Z"),
    ],
)
def test_a_day_and_a_time_are_read_by_the_calendars_clock(alice: User, time: str, instant: str) -> None:
    """E016."""
    around_the_clock = service(specialist("Bob", "00:00-00:00"))
    body = {"serviceId": str(around_the_clock.pk), "bookingDate": "2026-03-03", "bookingTime": time}

    assert booked(post(alice, body), 201)["start_time"] == instant


def test_half_a_day_has_twelve_hours(alice: User, consultation: Service) -> None:
    """E016."""
    body = {"service_id": str(consultation.pk), "booking_date": "2026-03-03", "booking_time": "13:00 PM"}

    assert detail_codes(refused(post(alice, body), 400, "VALIDATION_ERROR")) == {"booking_time": "INVALID"}


def test_clocks_that_jump_are_never_guessed_at(alice: User, travel: Any) -> None:
    """E004, E005, A120."""
    bob = specialist("Bob", "00:00-00:00", timezone="America/New_York", horizon_days=400)
    wanted = {"service_id": str(service(bob).pk)}

    gap = refused(
        post(alice, {**wanted, "booking_date": "2026-03-08", "booking_time": "02:30"}), 422, "BUSINESS_RULE_VIOLATION"
    )
    twice = refused(
        post(alice, {**wanted, "booking_date": "2026-11-01", "booking_time": "01:30"}), 422, "BUSINESS_RULE_VIOLATION"
    )
    assert (detail_codes(gap), gap["suggestion"]) == (
        {"booking_time": "NONEXISTENT_LOCAL_TIME"},
        "2026-03-08T03:30:00-04:00",
    )
    assert (detail_codes(twice), twice["candidates"]) == (
        {"booking_time": "AMBIGUOUS_LOCAL_TIME"},
        ["2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z"],
    )
    assert not Booking.objects.exists()
    shown = booked(post(alice, {**wanted, "start_time": "2026-11-01T01:30:00-05:00"}), 201)
    assert shown["start_time"] == "2026-11-01T06:30:00Z"
    assert shown["timezone"] == NEW_YORK.key


def test_daily_limits_count_on_the_calendars_own_day(alice: User, travel: Any) -> None:
    """U12, E008: one clock for slots and for bookings, and what waits counts too."""
    travel(NOW)
    bob = specialist("Bob", "00:00-00:00", timezone="Australia/Brisbane", daily_limit=1)
    hour = service(bob)

    booked(post(alice, appointment_of(hour, start_time="2026-03-04T16:00:00+10:00")), 201)
    error = refused(
        post(alice, appointment_of(hour, start_time="2026-03-04T20:00:00+10:00")), 422, "BUSINESS_RULE_VIOLATION"
    )
    booked(post(alice, appointment_of(hour, start_time="2026-03-05T08:00:00+10:00")), 201)

    assert detail_codes(error) == {"start_time": "DAILY_LIMIT"}
    assert BookingLine.objects.count() == 2


def test_past_starts_are_refused_to_the_second(alice: User, travel: Any, consultation: Service) -> None:
    """E032."""
    travel(at("10:00") + timedelta(seconds=1))

    error = refused(post(alice, appointment_of(consultation)), 422, "BUSINESS_RULE_VIOLATION")

    assert detail_codes(error) == {"start_time": "PAST"}

"""The appointments API: what services read, and what they do for professionals."""

import json
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.enums import ServiceScope
from accounts.models import KnownPerson, ServiceAccount, User
from accounts.tests.services_cast import clinic
from bookings.enums import Action
from bookings.models import Booking
from bookings.tests.appointments_cast import CHAT, OWN, PASSWORD, call, in_use, john, signed_in, told
from bookings.tests.conftest import Travel
from bookings.tests.factories import appointment, by_specialist, in_force, offered, reservation, somebody
from bookings.transitions import move
from catalog.models import Calendar, Service
from catalog.tests.factories import TUESDAY, at
from common.tests.probe.client import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinics() -> ServiceAccount:
    """A service that may do everything but act for people at large."""
    return in_use(clinic(*OWN))


@pytest.fixture
def trusted() -> ServiceAccount:
    return in_use(clinic(*ServiceScope))


# Lists


@pytest.mark.parametrize("many", [1, 3])
def test_lists_cost_the_same_however_long(
    trusted: ServiceAccount, many: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    consultation = offered()
    alice = somebody("Alice")
    for number in range(many):
        appointment(consultation, at(f"{10 + number}:00"), alice=alice)
        offered(f"Priya{number}")

    # The key, the person, how many there are, and those of the page.
    with django_assert_num_queries(4):
        clients = told(call("get", f"/clients/{alice.pk}/appointments"))
    # And the professional, whose id is not the person's.
    with django_assert_num_queries(5):
        professionals = told(call("get", f"/professionals/{consultation.owner_id}/appointments"))
    with django_assert_num_queries(3):
        everybody = told(call("get", "/professionals"))

    assert clients["appointments"] == professionals["appointments"]
    assert [each["start_time"] for each in clients["appointments"]] == [
        f"2026-03-03T{hour}:30:00Z" for hour in ("04", "05", "06")[:many]
    ]
    assert clients["pagination"]["total"] == many
    assert len(everybody["professionals"]) == many + 1


def test_lists_show_what_is_to_come_or_one_day(trusted: ServiceAccount, travel: Travel) -> None:
    consultation = offered()
    alice = somebody("Alice")
    early = appointment(consultation, at("10:00"), alice=alice)
    late = appointment(consultation, at("16:00"), alice=alice)
    next_day = appointment(consultation, at("10:00") + timedelta(days=1), alice=alice)
    reservation(alice=alice)
    move_to_confirmed(late)
    travel(at("12:00"))

    def ids(whose: str, **query: Any) -> list[str]:
        return [each["id"] for each in told(call("get", f"/{whose}/appointments", query))["appointments"]]

    expected = {
        (): [late, next_day],
        (("status", "confirmed"),): [late],
        (("date", "2026-03-03"),): [early, late],
        (("date", "2026-03-03"), ("status", "pending")): [early],
        # Ten in the morning in Kolkata is still the day before in Honolulu.
        (("date", "2026-03-03"), ("timezone", "Pacific/Honolulu")): [late, next_day],
    }
    for whose in (f"clients/{alice.pk}", f"professionals/{consultation.owner_id}"):
        for query, wanted in expected.items():
            assert ids(whose, **dict(query)) == [str(each.pk) for each in wanted], query
    for unread in ({"status": "lost"}, {"date": "03.03.2026"}, {"role": "customer"}):
        refused(call("get", f"/clients/{alice.pk}/appointments", unread), 400, "VALIDATION_ERROR")


def move_to_confirmed(booking: Booking) -> None:
    move(booking, Action.CONFIRM, actor=by_specialist(booking))


# Professionals


def bob_with_password() -> Service:
    consultation = offered()
    assert consultation.owner is not None
    consultation.owner.user.set_password(PASSWORD)
    consultation.owner.user.phone_number = "+919876543210"
    consultation.owner.user.save()
    return consultation


def sign_in(username: str = "bob@example.com", password: str = PASSWORD, **more: Any) -> Any:
    return call("post", "/professionals/sign_in", {"username": username, "password": password, **more})


def test_a_professional_signs_in_and_is_acted_for(clinics: ServiceAccount) -> None:
    consultation = bob_with_password()
    User.objects.filter(pk=somebody("Alice").pk).update(telegram_id=CHAT)
    theirs = f"/professionals/{consultation.owner_id}/appointments"
    [before] = told(call("get", "/professionals"))["professionals"]

    answer = told(sign_in("Bob@Example.com", chat_id=CHAT))

    assert answer == {
        "id": str(consultation.owner_id),
        "first_name": "Bob",
        "last_name": "",
        "username": "bob@example.com",
        "chat_id": CHAT,
    }
    [after] = told(call("get", "/professionals"))["professionals"]
    assert (before["username"], before["phone_number"]) == (None, None)
    assert (after["username"], after["phone_number"]) == ("bob@example.com", "+919876543210")
    assert told(call("get", theirs))["appointments"] == []
    # Another account's Telegram id is nothing that signing in could take (E286).
    assert list(User.objects.exclude(telegram_id=None).values_list("email", flat=True)) == ["alice@example.com"]


def test_who_does_not_get_in_is_answered_in_one_way(clinics: ServiceAccount) -> None:
    bob_with_password()
    alice = somebody("Alice")
    alice.set_password(PASSWORD)
    alice.save()

    answers = [
        refused(each, 401, "AUTHENTICATION_REQUIRED")["details"]
        for each in (sign_in(password="another"), sign_in("nobody@example.com"), sign_in("alice@example.com"))
    ]

    assert answers[0] == answers[1] == answers[2]
    assert not KnownPerson.objects.exists()


def test_guessing_passwords_through_a_service_is_limited_like_at_the_door(clinics: ServiceAccount) -> None:
    in_force(logins_per_quarter_hour=1)
    bob_with_password()
    sign_in(password="another")

    refused(sign_in(), 429, "RATE_LIMIT_EXCEEDED")


def test_time_off_is_refused_where_something_is_booked(clinics: ServiceAccount) -> None:
    booking = appointment(alice=john(clinics))
    signed_in(clinics, booking.specialist)
    path = f"/professionals/{booking.specialist_id}/unavailable_appointments"
    away = {"start_at": "2026-03-03T11:00:00+05:30", "end_at": "2026-03-03T12:00:00+05:30", "description": "Lunch"}

    taken = told(call("post", path, away), 201)
    clash = call("post", path, {**away, "start_at": "2026-03-03T10:30:00+05:30"})

    assert (taken["type"], taken["description"], taken["start_time"]) == (
        "unavailable",
        "Lunch",
        "2026-03-03T05:30:00Z",
    )
    refused(clash, 409, "BOOKING_CONFLICT")
    refused(call("post", path, {**away, "end_at": away["start_at"]}), 400, "VALIDATION_ERROR")
    refused(call("post", path, {"start_at": away["start_at"]}), 400, "VALIDATION_ERROR")


def hours(of: Service, day: str) -> Any:
    return told(call("get", f"/professionals/{of.owner_id}/availability", {"date": day}))


def test_the_hours_of_a_day_tell_what_is_free_and_nothing_of_others(
    clinics: ServiceAccount, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    consultation = offered()
    booking = appointment(consultation, description="Burnout")
    signed_in(clinics, consultation.owner)
    away = {"start_at": "2026-03-03T11:00:00+05:30", "end_at": "2026-03-03T12:00:00+05:30", "description": "Dentist"}
    told(call("post", f"/professionals/{consultation.owner_id}/unavailable_appointments", away), 201)

    # The key, the professional, what is taken.
    with django_assert_num_queries(3):
        day = hours(consultation, "2026-03-03")

    assert (day["date"], day["timezone"], len(day["slots"])) == ("2026-03-03", "Asia/Kolkata", 18)
    by_start = {slot["start_time"]: slot for slot in day["slots"]}
    assert next(iter(by_start)) == "2026-03-02T23:30:00Z"
    # Open from nine to five, booked at ten, away at eleven.
    assert [n + 5 for n, slot in enumerate(day["slots"]) if slot["available"]] == [9, 12, 13, 14, 15, 16]
    booked, blocked = by_start["2026-03-03T04:30:00Z"], by_start["2026-03-03T05:30:00Z"]
    assert (booked["type"], booked["code"]) == ("appointment", "booked")
    assert (blocked["type"], blocked["code"]) == ("unavailable", "blocked")
    assert not {"Burnout", "Dentist", str(booking.pk), booking.customer.first_name} & set(json.dumps(day).split('"'))


def test_a_day_off_has_eighteen_hours_that_cannot_be_had(clinics: ServiceAccount) -> None:
    """E043."""
    consultation = offered()
    Calendar.objects.update(hours_overrides={"2026-03-03": []})

    slots = hours(consultation, "2026-03-03")["slots"]

    assert [slot["available"] for slot in slots] == [False] * 18
    assert {slot["code"] for slot in slots} == {"outside_business_hours"}


@pytest.mark.parametrize(
    ("zone", "day", "first", "last"),
    [
        # Clocks change at two, so the day's hours are all there, an hour earlier in UTC than the day before.
        ("America/New_York", "2026-03-07", "2026-03-07T10:00:00Z", "2026-03-08T03:00:00Z"),
        ("America/New_York", "2026-03-08", "2026-03-08T09:00:00Z", "2026-03-09T02:00:00Z"),
        ("America/New_York", "2026-11-01", "2026-11-01T10:00:00Z", "2026-11-02T03:00:00Z"),
    ],
)
def test_hours_are_by_the_professionals_clock_also_when_it_changes(
    clinics: ServiceAccount, zone: str, day: str, first: str, last: str
) -> None:
    consultation = offered()
    Calendar.objects.update(timezone=zone)

    slots = hours(consultation, day)["slots"]

    assert (slots[0]["start_time"], slots[-1]["start_time"], len(slots)) == (first, last, 18)


def test_a_day_that_a_zone_left_out_has_no_hours(clinics: ServiceAccount) -> None:
    consultation = offered()
    Calendar.objects.update(timezone="Pacific/Apia")

    assert hours(consultation, "2011-12-30")["slots"] == []


def test_who_cannot_be_booked_has_no_hours_to_show(clinics: ServiceAccount) -> None:
    consultation = offered()
    assert consultation.owner is not None
    consultation.owner.is_verified = False
    consultation.owner.save()

    gone = call("get", f"/professionals/{consultation.owner_id}/availability", {"date": "2026-03-03"})

    refused(gone, 404, "RESOURCE_NOT_FOUND")
    assert told(call("get", "/professionals"))["professionals"] == []


def test_booked_days_of_a_month(clinics: ServiceAccount) -> None:
    consultation = offered()
    appointment(consultation)
    path = f"/professionals/{consultation.owner_id}/appointments/dates"

    assert told(call("get", path, {"month": "2026-03"})) == {
        "month": "2026-03",
        "timezone": "Asia/Kolkata",
        "dates": [TUESDAY.isoformat()],
    }
    refused(call("get", path), 400, "VALIDATION_ERROR")

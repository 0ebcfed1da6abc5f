"""Dana books for Alice, who called: by the same rules, unless Dana may leave them aside and says why."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from accounts.roles import StaffRole
from bookings.admin.new_booking import read_answers
from bookings.enums import Source
from bookings.models import Booking
from bookings.tests.desk import dana_as
from bookings.tests.factories import appointment, offered, reservation, somebody
from catalog.models import Occupancy, Resource, Service
from catalog.tests.factories import at, room, service
from common.ids import new_id
from common.models import AuditEntry

pytestmark = pytest.mark.django_db

ADD = "admin:bookings_booking_add"
TUESDAY_AT_TEN = {"day": "2026-03-03", "time": "10:00"}


@pytest.fixture(autouse=True)
def _password_only(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def dana() -> tuple[User, Client]:
    return dana_as(StaffRole.ADMIN)


@pytest.fixture
def desk(dana: tuple[User, Client]) -> Client:
    return dana[1]


def book(desk: Client, wanted: Service | Resource, **sent: Any) -> Any:
    name = "service" if isinstance(wanted, Service) else "resource"
    return desk.post(reverse(ADD), {"customer": somebody("Alice").pk, name: wanted.pk, **TUESDAY_AT_TEN, **sent})


def wrong_in(answer: Any) -> set[str]:
    assert Booking.objects.count() == Occupancy.objects.count()
    return set(answer.context["form"].errors)


def test_an_appointment_is_booked_for_a_customer(dana: tuple[User, Client]) -> None:
    user, desk = dana
    haircut = offered(intake_questions=[{"question": "Any allergies?", "type": "yes_no", "required": True}])

    answer = book(desk, haircut, answers="Any allergies? = no", notes="By phone", reason="Alice called")

    booking = Booking.objects.get()
    assert answer.headers["Location"] == reverse("admin:bookings_booking_change", args=[booking.pk])
    assert (booking.customer, booking.booked_by, booking.source) == (somebody("Alice"), user, Source.BACK_OFFICE)
    assert (booking.starts_at, booking.status, booking.answers) == (at("10:00"), "pending", {"Any allergies?": False})
    assert Occupancy.objects.count() == 1
    entry = AuditEntry.objects.get(target_id=str(booking.pk))
    assert (entry.action, entry.actor_id, entry.reason) == ("created", user.pk, "Alice called")


def test_a_resource_is_reserved_for_a_customer(desk: Client) -> None:
    answer = book(desk, room(timezone="America/New_York"), minutes=90)

    booking = Booking.objects.get()
    assert answer.status_code == 302
    assert (booking.starts_at.isoformat(), booking.ends_at.isoformat()) == (
        "2026-03-03T15:00:00+00:00",
        "2026-03-03T16:30:00+00:00",
    )
    assert booking.status == "confirmed"


def test_a_taken_time_stays_taken_whoever_asks(desk: Client) -> None:
    """U5: the desk skips no check, and no permission puts two bookings into one place."""
    haircut = offered()
    first = appointment(haircut, alice=somebody("Charlie"))

    answer = book(desk, haircut, time="10:30", overrule="on", reason="She insists")

    assert answer.status_code == 409
    assert [each.number for each, _ in answer.context["conflicts"]] == [first.number]
    assert Booking.objects.get() == first
    assert "raise the capacity" in answer.content.decode()


def test_rules_are_left_aside_with_permission_and_a_reason(dana: tuple[User, Client]) -> None:
    user, admin = dana
    _, support = dana_as(StaffRole.SUPPORT, "Sam")
    haircut = offered()

    bound = book(admin, haircut, time="21:00")
    silent = book(admin, haircut, time="21:00", overrule="on")
    denied = book(support, haircut, time="21:00", overrule="on", reason="She insists")
    assert [each.status_code for each in (bound, silent, denied)] == [422, 200, 422]
    assert [wrong_in(each) for each in (bound, silent, denied)] == [{"time"}, {"reason"}, {"time"}]
    assert "overrule" not in denied.context["form"].fields

    assert book(admin, haircut, time="21:00", overrule="on", reason="She insists").status_code == 302
    booking = Booking.objects.get()
    entry = AuditEntry.objects.get(action="rules overruled")
    assert (entry.target_id, entry.actor_id, entry.reason) == (str(booking.pk), user.pk, "She insists")


def test_the_past_is_nobodys_to_overrule(desk: Client) -> None:
    answer = book(desk, offered(), day="2026-03-01", overrule="on", reason="She insists")

    assert (answer.status_code, wrong_in(answer)) == (422, {"time"})


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({"customer": ""}, {"customer"}),
        ({"customer": new_id}, {"customer"}),
        ({"service": ""}, {"service"}),
        ({"service": "x"}, {"service"}),
        ({"day": "soon"}, {"day"}),
        ({"time": ""}, {"time"}),
        ({"payment_method": "gold"}, {"payment_method"}),
        ({"title": "x" * 201}, {"title"}),
        ({"notes": "a\0b"}, {"notes"}),
        ({"answers": "Shoe size? = 42"}, {"answers"}),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_what_is_wrong_is_shown_at_its_field(desk: Client, sent: dict[str, Any], wrong: set[str]) -> None:
    filled = {name: value() if callable(value) else value for name, value in sent.items()}

    answer = book(desk, offered(), **filled)

    assert wrong_in(answer) == wrong
    assert Booking.objects.count() == 0


def test_either_a_service_or_a_resource(desk: Client) -> None:
    haircut, studio = offered(), room()

    assert wrong_in(book(desk, haircut, resource=studio.pk)) == {"service"}
    assert wrong_in(book(desk, studio)) == {"minutes"}
    assert wrong_in(book(desk, service(None))) == {"service"}


def test_the_desk_books_nobody_with_themselves(desk: Client) -> None:
    haircut = offered()

    answer = book(desk, haircut, customer=somebody("Bob").pk)

    assert (answer.status_code, wrong_in(answer)) == (422, {"service"})


def test_a_link_may_choose_ahead(desk: Client) -> None:
    studio = room()

    form = desk.get(reverse(ADD), {"resource": str(studio.pk), "day": "2026-03-05", "reason": "x"}).context["form"]

    assert form.initial == {"resource": str(studio.pk), "day": "2026-03-05"}
    assert desk.get(reverse(ADD), {"customer": "x"}).status_code == 200


@pytest.mark.parametrize("role", StaffRole)
def test_who_may_book_for_others(role: StaffRole) -> None:
    _, desk = dana_as(role)
    may = role != StaffRole.FINANCE

    assert desk.get(reverse(ADD)).status_code == (200 if may else 403)
    assert book(desk, offered()).status_code == (302 if may else 403)
    assert Booking.objects.count() == may


def test_answers_are_read_as_they_are_asked_for() -> None:
    kinds = {"Pets?": "yes_no", "Rooms?": "number", "Size?": "number", "Why?": "text", "Sure?": "yes_no"}
    questions = [{"question": asked, "type": kind} for asked, kind in kinds.items()]
    text = "Pets? = Yes\n\nRooms? = 3\nSize? = 2.5\nWhy? = a = b\nSure? = maybe\nOther?"

    assert read_answers(text, questions) == {
        "Pets?": True,
        "Rooms?": 3,
        "Size?": 2.5,
        "Why?": "a = b",
        "Sure?": "maybe",
        "Other?": "",
    }


def test_a_second_click_books_nothing_more(desk: Client) -> None:
    studio = room()
    first = reservation(studio)

    answer = book(desk, studio, minutes=60)

    assert answer.headers["Location"] == reverse("admin:bookings_booking_change", args=[first.pk])
    assert Booking.objects.get() == first

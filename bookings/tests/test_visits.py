"""A visit through its life: somebody comes to the customer's home, and no calendar is asked before one is sent."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from accounts.roles import StaffRole
from bookings.enums import Action
from bookings.models import Booking
from bookings.services.messages import place_of
from bookings.services.sweeping import close_past
from bookings.tests.api_calls import booked, get, patch, step
from bookings.tests.checkout import facial, visited
from bookings.tests.conftest import Travel
from bookings.tests.desk import dana_as, listed, take
from bookings.tests.factories import by_staff, in_force, somebody
from bookings.transitions import locked, move
from catalog.models import Occupancy
from catalog.tests.factories import at
from common import outbox
from common.personal_data import erase_person, export_person
from common.tests.probe.client import client_of, detail_codes, refused
from loyalty.tests.factories import save10
from notifications.models import Notification

pytestmark = pytest.mark.django_db

CONTACT = {"customer_name": "Asha", "customer_phone": "+919876543210", "customer_email": "asha@example.com"}


@pytest.fixture(autouse=True)
def unlimited(settings: Settings) -> None:
    settings.RATE_LIMITS = False
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def alice() -> User:
    return somebody("Alice")


@pytest.fixture
def visit(alice: User) -> Booking:
    return visited(alice, facial(), facial("Clean up"), **CONTACT)


def test_it_is_listed_shown_and_a_file_for_calendars(alice: User, visit: Booking) -> None:
    [listed_] = get(alice, kind="visit").json()["data"]["bookings"]
    shown = get(alice, f"/{visit.pk}").json()["data"]
    file = client_of(alice).get(f"/api/v1/bookings/{visit.pk}/calendar.ics").content.decode()
    [recent] = client_of(alice).get("/api/v1/dashboard").json()["data"]["recent_bookings"]

    assert [each["name"] for each in listed_["services"]] == ["Facial", "Clean up"]
    assert (shown["specialist"], shown["resource"], shown["timezone"]) == (None, None, "Asia/Kolkata")
    assert shown["allowed_actions"] == ["cancel", "reschedule", "change"]
    assert "SUMMARY:Facial" in file
    assert "LOCATION:12 Park Street" in file
    assert [each["name"] for each in recent["services"]] == ["Facial", "Clean up"]
    assert not Occupancy.objects.exists()


def test_whoever_is_only_invited_is_told_neither_where_nor_whom_to_ask_for(alice: User, visit: Booking) -> None:
    charlie = somebody("Charlie")
    patch(alice, visit, {"attendees": [str(charlie.pk)]})

    hers, his = (get(each, f"/{visit.pk}").json()["data"] for each in (alice, charlie))

    assert (hers["address"]["city"], hers["contact"]["name"]) == ("Kolkata", "Asha")
    assert (his["address"], his["contact"]) == (None, None)


def test_it_is_moved_within_the_hours_of_visits(alice: User, visit: Booking) -> None:
    in_force(cancellation_deadline_hours=1)
    Booking.objects.filter(pk=visit.pk).update(policy={**visit.policy, "deadline_hours": 1})

    late = step(alice, visit, "reschedule", {"booking_date": "2026-03-04", "booking_time": "18:30"})
    assert detail_codes(refused(late, 422, "BUSINESS_RULE_VIOLATION")) == {"start_time": "OUTSIDE_BUSINESS_HOURS"}
    moved = booked(step(alice, visit, "reschedule", {"booking_date": "2026-03-04", "booking_time": "6:00 PM"}))

    assert (moved["start_time"], moved["end_time"]) == ("2026-03-04T12:30:00Z", "2026-03-04T14:30:00Z")


def test_it_is_called_off_by_its_customer_by_its_own_policy(alice: User, visit: Booking, travel: Travel) -> None:
    travel(at("09:00"))

    gone = booked(step(alice, visit, "cancel", {"reason": "I am ill"}))

    assert (gone["status"], gone["pricing"]["cancellation_fee"]) == ("cancelled", "236.00")


def test_its_customer_is_told_what_happens_and_reminded_with_the_address(alice: User, visit: Booking) -> None:
    def told() -> list[str]:
        while outbox.deliver_due():
            pass
        kinds = list(Notification.objects.order_by("pk").values_list("kind", flat=True))
        Notification.objects.all().delete()
        return kinds

    assert told() == ["booking_requested"]
    visit = locked(visit.pk)
    for action in (Action.ASSIGN, Action.CONFIRM):
        move(visit, action, actor=by_staff())
    while outbox.deliver_due():
        pass
    confirmed = Notification.objects.get()
    assert confirmed.kind == "booking_confirmed"
    assert place_of(visit, alice) == "12 Park Street, Kolkata, WB, 700016"
    assert visit.reminder_due_at == visit.starts_at - timedelta(hours=2)


def test_one_that_nobody_was_sent_to_is_cancelled_when_its_time_is_over(visit: Booking, travel: Travel) -> None:
    travel(visit.ends_at)

    assert close_past() == 1

    visit.refresh_from_db()
    assert (visit.status, visit.cancelled_by, visit.cancellation_fee_minor) == ("cancelled", "system", 0)


def test_staff_see_all_of_it_and_may_move_and_cancel_it(alice: User) -> None:
    save10()
    visit = visited(alice, facial(), promo_code="SAVE10", **CONTACT)
    _, desk = dana_as(StaffRole.ADMIN)

    assert listed(desk, kind__exact="visit") == {visit.number}
    page = desk.get(reverse("admin:bookings_booking_change", args=[visit.pk])).content.decode()
    for told in ("Nobody yet", "SAVE10", "100.00 INR", "Asha", "+919876543210", "12 Park Street", "discount -100.00"):
        assert told in page
    take(desk, visit, "reschedule", day="2026-03-05", time="11:00", reason="She asked by phone")
    visit.refresh_from_db()
    assert visit.starts_at == at("11:00", at("11:00").date().replace(day=5))
    take(desk, visit, "cancel", reason="The street is flooded")
    visit.refresh_from_db()
    assert visit.status == "cancelled"


def test_contact_and_address_are_exported_and_erased_with_their_owner(alice: User, visit: Booking) -> None:
    exported: Any = export_person(alice)["bookings"]
    [mine] = exported["bookings"]
    assert (mine["contact"]["name"], mine["address"]["city"]) == ("Asha", "Kolkata")
    assert len(exported["checkouts"]) == 1

    erase_person(alice)

    visit.refresh_from_db()
    assert (visit.contact, visit.address, visit.number != "") == (None, None, True)
    assert export_person(alice)["bookings"]["checkouts"] == []

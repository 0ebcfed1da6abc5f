"""What profiles tell of bookings."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from pytest_django import Settings

from accounts.roles import StaffRole
from bookings.enums import BookingStatus
from bookings.models import Booking
from bookings.services.cancelling import cancel_booking
from bookings.services.closing import complete_booking
from bookings.services.deciding import confirm_booking
from bookings.tests.conftest import Travel
from bookings.tests.desk import dana_as
from bookings.tests.factories import appointment, by_customer, by_specialist, offered
from catalog.models import Service, Specialist
from catalog.tests.factories import NOW, at
from common.tests.probe.client import client_of

pytestmark = pytest.mark.django_db

CUSTOMERS, SPECIALISTS = "/api/v1/users/profile", "/api/v1/specialists/profile"


def done(bobs: Service, day: date, hour: str, travel: Travel) -> Booking:
    """Confirmed an hour ahead, and completed by Bob when it is over."""
    start = at(hour, day)
    travel(start - timedelta(hours=1))
    booking = appointment(bobs, start)
    confirm_booking(booking, actor=by_specialist(booking))
    travel(start + timedelta(hours=1))
    return complete_booking(booking, actor=by_specialist(booking))


def test_profiles_tell_of_bookings_and_revenue(travel: Travel) -> None:
    """Months begin and end on Bob's own clock, and what is counted are totals: prices with their tax."""
    bobs = offered(price_minor=150_000)
    done(bobs, date(2026, 1, 31), "12:00", travel)
    done(bobs, date(2026, 2, 1), "09:00", travel)
    done(bobs, date(2026, 2, 28), "12:00", travel)
    done(bobs, date(2026, 3, 2), "12:00", travel)
    travel(NOW + timedelta(hours=4))
    for hour in ("10:00", "12:00"):
        booking = appointment(bobs, at(hour))
    cancel_booking(booking, actor=by_customer(booking))
    expected = {"this_month": "1770.00", "last_month": "3540.00", "total": "7080.00"}

    alices = client_of(booking.customer).get(CUSTOMERS).json()["data"]
    bobs_own = client_of(owner(bobs).user).get(SPECIALISTS).json()["data"]

    assert alices["total_bookings"] == 6
    assert (bobs_own["total_bookings"], bobs_own["revenue"]) == (6, expected)


def test_what_a_specialist_takes_back_counts_in_a_rate(travel: Travel, settings: Settings) -> None:
    """E096: neither what customers cancel nor what was never paid for counts against anybody."""
    settings.STAFF_SECOND_FACTOR = False
    bobs = offered()
    bob = client_of(owner(bobs).user)
    travel(NOW)
    made = [appointment(bobs, at(f"{hour}:00")) for hour in range(10, 14)]
    Booking.objects.filter(pk=made[3].pk).update(status=BookingStatus.EXPIRED)
    cancel_booking(made[0], actor=by_specialist(made[0]), reason="Ill")
    cancel_booking(made[1], actor=by_customer(made[1]))

    figures = bob.get("/api/v1/analytics/specialist/dashboard").json()["data"]["overview"]
    page = dana_as(StaffRole.ADMIN)[1].get(reverse("admin:catalog_specialist_change", args=[owner(bobs).pk]))

    assert bob.get(SPECIALISTS).json()["data"]["cancellation_rate"] == figures["cancellation_rate"] == 33
    assert "3, 33 % taken back" in page.content.decode()


def test_what_was_never_paid_for_is_no_booking() -> None:
    unpaid = appointment(offered(deposit_minor=100))

    assert client_of(unpaid.customer).get(CUSTOMERS).json()["data"]["total_bookings"] == 0


def owner(service: Service) -> Specialist:
    assert service.owner is not None
    return service.owner

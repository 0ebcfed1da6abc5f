"""What profiles tell of bookings."""

from datetime import date, timedelta

import pytest

from bookings.models import Booking
from bookings.services.cancelling import cancel_booking
from bookings.services.closing import complete_booking
from bookings.services.deciding import confirm_booking
from bookings.tests.conftest import Travel
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


def test_what_was_never_paid_for_is_no_booking() -> None:
    unpaid = appointment(offered(deposit_minor=100))

    assert client_of(unpaid.customer).get(CUSTOMERS).json()["data"]["total_bookings"] == 0


def owner(service: Service) -> Specialist:
    assert service.owner is not None
    return service.owner

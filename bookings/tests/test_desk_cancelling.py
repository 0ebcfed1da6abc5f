"""O8: Dana cancels, and decides how much of the money goes back and where to."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.roles import StaffRole
from bookings.models import Booking
from bookings.tests.desk import dana_as, step_url, take
from bookings.tests.factories import somebody
from bookings.tests.means import balance, credit, takes, with_credit, with_points
from bookings.tests.paying import books, follow_up, paid, to_be_paid
from common.proofs import prove
from payments.enums import Purpose
from payments.models import Refund
from payments.tests.fake_gateway import PATH, FakeGateway

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = False
    settings.PAYMENT_GATEWAYS = {"fake": PATH}
    FakeGateway.world()


@pytest.fixture
def desk() -> Client:
    return dana_as(StaffRole.ADMIN)[1]


@pytest.fixture
def booking() -> Booking:
    """Alice has paid a deposit of 200.00 and then the rest: 1570.00, less 10.00 by points and 20.00 by credit."""
    with_credit(with_points(somebody("Alice"), 100), 2_000)
    booking = to_be_paid()
    paid(booking)
    takes(booking, points=100, credit=2_000)
    paid(booking, Purpose.REST)
    return booking


@pytest.mark.parametrize(
    ("sent", "to_credit", "to_gateway"),
    [
        ({"destination": "credit"}, 174_000, 0),
        ({"destination": "credit", "amount": "1700.00"}, 170_000, 0),
        ({"destination": "gateway", "amount": "100.00"}, 0, 10_000),
        ({"destination": "gateway"}, 0, 174_000),
    ],
    ids=["all as credit", "most of it as credit", "a part to the card", "all to the card"],
)
def test_what_staff_decide_goes_back_once_and_the_rest_is_kept(
    desk: Client, booking: Booking, sent: dict[str, Any], to_credit: int, to_gateway: int
) -> None:
    page = desk.get(step_url(booking, "cancel")).content.decode()
    assert "1740.00 INR; empty: all of it" in page
    assert "By points, comes back" in page

    answer = take(desk, booking, "cancel", reason="The studio is flooded", **sent)
    assert answer.status_code == 302
    follow_up()

    kept = 174_000 - to_credit - to_gateway
    booking.refresh_from_db()
    assert (booking.status, booking.cancellation_fee_minor) == ("cancelled", kept)
    assert (balance(booking.customer), credit(booking.customer)) == (100, 2_000 + to_credit)
    told = books(booking)
    assert told.get("gateway:fake", 0) == 174_000 - to_gateway
    assert -told.get("revenue:cancellation", 0) - told.get("tax", 0) == kept
    assert set(Refund.objects.values_list("status", flat=True)) == {"succeeded"}
    only = ["INV-09", "INV-09a", "INV-12", "INV-13", "INV-19", "INV-57", "INV-57a", "INV-57b"]
    assert prove(only=only).proven == len(only)


def test_more_than_is_here_is_refused_and_nothing_is_cancelled(desk: Client, booking: Booking) -> None:
    for destination in ("credit", "gateway"):
        answer = take(desk, booking, "cancel", reason="No", destination=destination, amount="1740.01")
        answer = take(desk, booking, "cancel", reason="Flooded", destination=destination, amount="1740.01")
        assert (answer.status_code >= 400, set(answer.context["form"].errors)) == (True, {"amount"})

    booking.refresh_from_db()
    assert (booking.status, Refund.objects.count()) == ("pending", 0)


def test_who_may_not_refund_is_not_asked_and_cannot_say(booking: Booking) -> None:
    support = dana_as(StaffRole.SUPPORT, "Sam")[1]
    assert "empty: all of it" not in support.get(step_url(booking, "cancel")).content.decode()

    take(support, booking, "cancel", reason="Flooded", destination="credit", amount="1.00")
    follow_up()

    assert (credit(booking.customer), books(booking)) == (2_000, {})

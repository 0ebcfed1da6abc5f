"""Points on bookings over HTTP: redeemed ahead, or along with a payment."""

from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import User
from bookings.models import Booking
from bookings.services.closing import complete_booking
from bookings.tests.conftest import Travel
from bookings.tests.factories import by_specialist, somebody
from bookings.tests.means import balance, paid_with, priced, with_points
from bookings.tests.paying import GOOD, books, follow_up, order_of, paid, post
from catalog.tests.factories import at
from common.tests.probe.client import client_of, detail_codes, refused
from loyalty.models import LoyaltyEntry
from payments.enums import PaymentStatus, Purpose
from payments.gateways.base import Refused, Silent
from payments.models import Payment
from payments.tests.fake_gateway import PATH, FakeGateway

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fake(settings: Settings) -> None:
    settings.PAYMENT_GATEWAYS = {"fake": PATH}
    settings.RATE_LIMITS = False
    FakeGateway.world()


@pytest.fixture
def alice() -> User:
    return with_points(somebody("Alice"), 150)


def data(response: Any, status: int = 200) -> Any:
    assert response.status_code == status, response.content
    return response.json()["data"]


def redeem(user: User, booking: Booking, points: Any) -> Any:
    body = {"points": points, "reward_type": "discount", "booking_id": str(booking.pk)}
    return client_of(user).post("/api/v1/loyalty/redeem", body, "application/json")


def pay(booking: Booking, points: Any = None, key: str = "", **more: Any) -> Any:
    body = {"booking_id": str(booking.pk), "payment_method_id": GOOD, **more}
    if points is not None:
        body["loyalty_points_used"] = points
    return post(booking.customer, "/process-full-payment", body, key=key)


# Redeemed ahead


def test_points_are_redeemed_on_ones_own_booking_and_lower_what_is_due(alice: User) -> None:
    booking = priced(15_000)

    answer = data(redeem(alice, booking, 50))

    assert (answer["redemption"]["value"], answer["new_balance"]) == ("5.00", 100)
    assert answer["redemption"]["applied_to"] == str(booking.pk)
    assert books(booking) == {"loyalty": 500, "customer:deposits": -500}
    assert order_of(booking, Purpose.FULL).amount_minor == 14_500


def test_a_booking_that_points_pay_wholly_goes_on_at_once(alice: User) -> None:
    """E123."""
    booking = priced(1_500)

    data(redeem(alice, booking, 150))

    booking.refresh_from_db()
    assert (booking.status, booking.payment_status, len(FakeGateway.orders)) == ("pending", "paid", 0)
    refused(redeem(alice, booking, 1), 422, "BUSINESS_RULE_VIOLATION")


@pytest.mark.parametrize(
    ("points", "status", "field"),
    [(-5, 400, "points"), (1.5, 400, "points"), (0, 400, "points"), (151, 422, "points"), (101, 422, "points")],
    ids=["negative", "fractional", "none", "more than there are", "more than is due"],
)
def test_points_that_cannot_be_are_refused_and_none_are_taken(
    alice: User, points: Any, status: int, field: str
) -> None:
    """A112."""
    booking = priced(1_000)

    answer = redeem(alice, booking, points)

    assert (answer.status_code, answer.json()["error"]["details"][0]["field"]) == (status, field)
    assert (balance(alice), paid_with(booking)) == (150, (0, 0))


def test_points_pay_for_nothing_that_is_foreign_over_or_paid(alice: User) -> None:
    """E263: a stranger's booking is not there; what is paid or has come to nothing takes no points."""
    booking = priced(15_000)
    refused(redeem(with_points(somebody("Charlie"), 150), booking, 50), 404, "RESOURCE_NOT_FOUND")
    bob = booking.specialist
    assert bob is not None
    refused(redeem(with_points(bob.user, 150), booking, 50), 404, "RESOURCE_NOT_FOUND")

    paid(booking, Purpose.FULL)
    error = refused(redeem(alice, booking, 50), 422, "BUSINESS_RULE_VIOLATION")
    assert detail_codes(error) == {"booking_id": "NOTHING_DUE"}
    for status in ("expired", "no_show"):
        Booking.objects.filter(pk=booking.pk).update(status=status)
        refused(redeem(alice, booking, 50), 422, "BUSINESS_RULE_VIOLATION")

    assert (balance(alice), balance(somebody("Charlie")), paid_with(booking)) == (150, 150, (0, 0))


# Along with a payment


def test_the_printed_full_payment_takes_points_off(alice: User, travel: Travel) -> None:
    """E167: of 150.00 a deposit of 2.00 is paid; 148.00 are due, 50 points pay 5.00 and the card 143.00."""
    booking = priced(15_000, deposit_minor=200, instant_booking=True)
    paid(booking)

    first = pay(booking, 50, key="one", amount="143.00")
    told = data(first)

    payment = told["payment"]
    assert (payment["amount"], payment["loyalty_discount"], payment["final_amount"]) == ("148.00", "5.00", "143.00")
    assert (payment["amount_minor"], payment["status"]) == (14_800, "captured")
    assert (told["loyalty_points_earned"], told["booking"]["payment_status"]) == (15, "paid")
    assert books(booking)["gateway:fake"] == 14_500

    # With the same key and with others, the points are taken once and the card is charged once.
    assert pay(booking, 50, key="one", amount="143.00").content == first.content
    assert data(pay(booking, 50))["payment"]["id"] == payment["id"]
    assert (balance(alice), Payment.objects.count(), len(FakeGateway.orders)) == (100, 2, 2)

    travel(at("10:30"))
    complete_booking(Booking.objects.get(pk=booking.pk), actor=by_specialist(booking))
    follow_up()
    assert (balance(alice), books(booking)["revenue"]) == (115, -15_000)


def test_points_are_taken_once_however_often_the_card_fails(alice: User) -> None:
    booking = priced(15_000)
    FakeGateway.before["open"] = Refused("card_declined", "Your card was declined.")
    refused(pay(booking, 50), 402, "PAYMENT_FAILED")
    FakeGateway.after["open"] = Silent("timed out")
    refused(pay(booking, 50, key="two"), 503, "SERVICE_UNAVAILABLE")

    told = data(pay(booking, 50, key="two"))

    assert (told["payment"]["final_amount"], told["booking"]["status"]) == ("145.00", "pending")
    assert (balance(alice), paid_with(booking)) == (100, (500, 0))
    assert LoyaltyEntry.objects.filter(kind="redeem").count() == 1


def test_more_points_are_asked_for_by_their_whole_number_and_make_a_new_order(alice: User) -> None:
    booking = priced(15_000)
    first = order_of(booking, Purpose.FULL)

    data(redeem(alice, booking, 10))
    data(post(alice, "/process-full-payment", {"booking_id": str(booking.pk), "loyalty_points_used": 20}))
    told = data(pay(booking, 70))

    first.refresh_from_db()
    assert first.status == PaymentStatus.CANCELLED
    assert (told["payment"]["final_amount"], balance(alice)) == ("142.00", 70)


def test_points_that_pay_for_all_of_it_ask_no_gateway(alice: User) -> None:
    booking = priced(1_500)

    first = pay(booking, 150, key="one", amount="0.00")
    told = data(first)

    assert (told["payment"]["id"], told["payment"]["payment_method"], told["payment"]["status"]) == (
        None,
        "none",
        "captured",
    )
    assert (told["payment"]["amount"], told["payment"]["final_amount"]) == ("15.00", "0.00")
    assert (told["booking"]["status"], told["booking"]["payment_status"]) == ("pending", "paid")
    assert pay(booking, 150, key="one", amount="0.00").content == first.content
    assert data(pay(booking, 150))["payment"]["id"] is None
    assert (balance(alice), len(FakeGateway.orders)) == (0, 0)


@pytest.mark.parametrize(
    ("points", "more", "status", "codes"),
    [
        (-1, {}, 400, {"loyalty_points_used": "MIN_VALUE"}),
        (151, {}, 422, {"loyalty_points_used": "NOT_ENOUGH_POINTS"}),
        (50, {"amount": "150.00"}, 422, {"amount": "AMOUNT_MISMATCH"}),
    ],
    ids=["negative", "more than there are", "another amount"],
)
def test_what_is_refused_takes_no_points(
    alice: User, points: int, more: dict[str, Any], status: int, codes: dict[str, str]
) -> None:
    booking = priced(15_000)

    answer = pay(booking, points, **more)

    assert answer.status_code == status
    assert detail_codes(answer.json()["error"]) == codes
    assert (balance(alice), paid_with(booking), Payment.objects.count()) == (150, (0, 0), 0)
    refused(
        post(
            with_points(somebody("Charlie"), 50),
            "/process-full-payment",
            {"booking_id": str(booking.pk), "loyalty_points_used": 5},
        ),
        404,
        "RESOURCE_NOT_FOUND",
    )

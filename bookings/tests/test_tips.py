"""Tips: given once by the customer of what is done, owed to whoever did it, and apart from the price in all things."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from bookings.management.invariants import OWN as OF_BOOKINGS
from bookings.models import Booking
from bookings.services.closing import complete_booking
from bookings.services.refunds import RefundKind, refund_booking
from bookings.tests.conftest import Travel
from bookings.tests.factories import appointment, by_specialist, by_staff, in_force, offered, reservation, somebody
from bookings.tests.paying import GOOD, books, follow_up, inr, order_of, paid, pays, post, synced, to_be_paid
from catalog.tests.factories import room
from common import clock
from common.proofs import check, invariants
from common.tests.probe.client import detail_codes, refused
from common.timeranges import TimeRange
from payments.enums import Purpose
from payments.errors import CannotRefund
from payments.gateways.base import Silent
from payments.management.invariants import OWN as OF_PAYMENTS
from payments.models import Journal, Payment
from payments.selectors import trial_balance
from payments.services.refunding import request_refund
from payments.tests.fake_gateway import PATH, FakeGateway

pytestmark = pytest.mark.django_db

EARNED = {"gateway:fake": 177_000, "revenue": -150_000, "tax": -27_000}


@pytest.fixture(autouse=True)
def fake(settings: Settings) -> None:
    settings.PAYMENT_GATEWAYS = {"fake": PATH}
    settings.RATE_LIMITS = False
    FakeGateway.world()


@pytest.fixture
def done(travel: Travel) -> Booking:
    """Alice's with Bob: paid, and done."""
    booking = to_be_paid(instant_booking=True)
    paid(booking)
    paid(booking, Purpose.REST)
    travel(booking.ends_at)
    complete_booking(booking, actor=by_specialist(booking))
    follow_up()
    return Booking.objects.get()


def tips(booking: Booking, amount: str = "100.00", key: str = "", **more: Any) -> Any:
    body = {"booking_id": str(booking.pk), "amount": amount, **(more or {"payment_method_id": GOOD})}
    return post(booking.customer, "/tip", body, key)


def payment_of(answer: Any) -> Payment:
    assert answer.status_code == 200, answer.content
    return Payment.objects.get(pk=answer.json()["data"]["payment"]["id"])


def owed_to(booking: Booking) -> str:
    return f"payable:specialist:{booking.specialist_id}"


def violated() -> set[str]:
    known = {*OF_BOOKINGS, *OF_PAYMENTS}
    return {each.id for each in invariants() if each.id in known and check(each).outcome == "violated"}


def test_all_of_a_tip_is_owed_to_whoever_did_it(done: Booking) -> None:
    first = tips(done, key="one")
    tip = payment_of(first)

    assert (tip.purpose, tip.status, tip.amount_minor) == ("tip", "captured", 10_000)
    assert books(done) == EARNED | {"gateway:fake": 187_000, owed_to(done): -10_000}
    assert Booking.objects.get().payment_status == "paid"
    assert ("payable:specialist:*", inr(-10_000)) in trial_balance(clock.now() + timedelta(days=10_000))
    assert violated() == set()
    # The same again is the same; another one is told that there is one.
    assert tips(done, key="one").content == first.content
    assert payment_of(tips(done)).pk == tip.pk
    refused(tips(done, "120.00"), 409, "DUPLICATE_RESOURCE")
    assert Journal.objects.filter(kind="tip").count() == 1


@pytest.mark.parametrize(
    ("amount", "status", "codes"),
    [
        ("0", 422, {"amount": "TOO_LITTLE"}),
        ("50.01", 422, {"amount": "TOO_MUCH"}),
        ("-1", 400, {"amount": "INVALID"}),
        ("1.001", 400, {"amount": "INVALID"}),
        ("1e1", 400, {"amount": "INVALID"}),
    ],
)
def test_a_tip_is_an_amount_between_nothing_and_the_limit(
    done: Booking, amount: str, status: int, codes: dict[str, str]
) -> None:
    in_force(tip_limit_minor=5_000)

    error = refused(tips(done, amount), status, "BUSINESS_RULE_VIOLATION" if status == 422 else "VALIDATION_ERROR")

    assert detail_codes(error) == codes
    assert not Payment.objects.filter(purpose="tip").exists()
    assert tips(done, "50.00").status_code == 200


def test_the_limit_in_another_currency_is_the_price(done: Booking) -> None:
    in_force(default_currency="EUR", tip_limit_minor=1)

    assert detail_codes(refused(tips(done, "1770.01"), 422, "BUSINESS_RULE_VIOLATION")) == {"amount": "TOO_MUCH"}
    assert payment_of(tips(done, "1770.00")).amount_minor == 177_000


def test_only_the_customer_gives_one_for_what_was_done_and_not_for_ever(done: Booking, travel: Travel) -> None:
    body = {"booking_id": str(done.pk), "amount": "100.00", "payment_method_id": GOOD}
    assert done.specialist is not None
    refused(post(done.specialist.user, "/tip", body), 403, "INSUFFICIENT_PERMISSIONS")
    refused(post(somebody("Charlie"), "/tip", body), 404, "RESOURCE_NOT_FOUND")
    to_come = appointment(offered("Carol"), done.starts_at + timedelta(days=7))
    assert detail_codes(refused(tips(to_come), 422, "BUSINESS_RULE_VIOLATION")) == {"": "NOTHING_DONE"}
    of_a_room = reservation(room(), TimeRange.lasting(to_come.starts_at, timedelta(hours=1)))
    Booking.objects.filter(pk=of_a_room.pk).update(status="completed", completed_at=clock.now())
    assert detail_codes(refused(tips(of_a_room), 422, "BUSINESS_RULE_VIOLATION")) == {"": "NOTHING_DONE"}

    assert done.completed_at is not None
    travel(done.completed_at + timedelta(days=30))
    assert detail_codes(refused(tips(done), 422, "BUSINESS_RULE_VIOLATION")) == {"": "TOO_LATE"}
    assert not Payment.objects.filter(purpose="tip").exists()
    travel(done.completed_at + timedelta(days=30, seconds=-1))
    assert tips(done).status_code == 200


def test_a_try_that_died_goes_on_and_another_amount_is_another_try(done: Booking) -> None:
    FakeGateway.after["open"] = Silent("timed out")
    refused(tips(done, key="one"), 503, "SERVICE_UNAVAILABLE")
    assert payment_of(tips(done, key="one")).status == "captured"
    assert Payment.objects.filter(purpose="tip").count() == 1


def test_an_order_that_waits_gives_way_to_another_amount(done: Booking) -> None:
    waiting = payment_of(tips(done, gateway="fake"))
    assert payment_of(tips(done, gateway="fake")).pk == waiting.pk

    tip = payment_of(tips(done, "20.00"))
    assert tip.pk != waiting.pk
    pays(waiting)
    synced(waiting)
    follow_up()

    waiting.refresh_from_db()
    assert (waiting.status, waiting.captured_minor, waiting.refunded_minor) == ("cancelled", 10_000, 10_000)
    assert books(done)[owed_to(done)] == -2_000
    assert violated() == set()


def test_a_tip_pays_for_nothing_and_a_refund_of_the_price_leaves_it_alone(done: Booking) -> None:
    tip = payment_of(tips(done))

    with pytest.raises(CannotRefund):
        refund_booking(done, RefundKind.PARTIAL, amount=inr(177_001), by=somebody("Dana"), reason="All of it.")
    in_force(refund_approval_minor=1_000_000)
    refund_booking(done, RefundKind.FULL, by=somebody("Dana"), reason="It was bad.")
    follow_up()

    tip.refresh_from_db()
    assert (tip.refunded_minor, Booking.objects.get().payment_status) == (0, "refunded")
    assert books(done) == {"gateway:fake": 10_000, owed_to(done): -10_000}
    assert violated() == set()


def test_staff_give_a_tip_back_by_itself(done: Booking) -> None:
    tip = payment_of(tips(done))

    request_refund(tip, inr(4_000), by=somebody("Dana"), reason="A slip of the finger.")
    assert books(done)[owed_to(done)] == -10_000
    follow_up()

    assert books(done) == EARNED | {"gateway:fake": 183_000, owed_to(done): -6_000}
    assert (Booking.objects.get().payment_status, violated()) == ("paid", set())


def test_a_tip_that_fails_says_nothing_about_the_booking_and_the_price_can_still_be_paid(travel: Travel) -> None:
    booking = appointment(offered(instant_booking=True))
    travel(booking.ends_at)
    complete_booking(booking, actor=by_staff())
    follow_up()

    refused(tips(booking, payment_method_id="card-bad"), 402, "PAYMENT_FAILED")
    assert Booking.objects.get().payment_status == "unpaid"
    order = order_of(booking, Purpose.FULL)
    tip = payment_of(tips(booking))

    # Neither calls the other's order off.
    assert (synced(order).status, tip.status, Booking.objects.get().payment_status) == ("pending", "captured", "unpaid")
    body = {"booking_id": str(booking.pk), "payment_method_id": GOOD}
    answer = post(booking.customer, "/process-full-payment", body)
    assert answer.json()["data"]["payment"]["final_amount"] == "1770.00"
    assert Booking.objects.get().payment_status == "paid"
    assert violated() == set()

"""One suite over all gateways: what the platform may expect of any of them.

The sandbox is our own, Stripe is localstripe in a process of its own, Razorpay a small server with books of its own,
and cash is nobody.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
import time_machine
from pytest_django import Settings

from common import clock
from common.ids import new_id
from common.money import Money
from payments.enums import AGREED, PaymentStatus
from payments.gateways.base import Gateway, Listed, Order, Refused
from payments.gateways.cash import CashGateway
from payments.gateways.razorpay import RazorpayGateway
from payments.gateways.sandbox import SandboxGateway
from payments.gateways.stripe import StripeGateway
from payments.models import Payment, ReconciliationRun
from payments.sandbox.enums import Card
from payments.sandbox.services import pay_with
from payments.services.reconciling import reconcile_due
from payments.tests import fake_payable
from payments.tests.servers import SmallRazorpay, server
from payments.tests.treasury import paid

pytestmark = pytest.mark.django_db

LOCALSTRIPE = Path(__file__).with_name("localstripe_server.py")
SECRET_KEY = "sk_test_q7Rk2vXw9LmZt4BsYc8HdNf3"
AMOUNT, PART = Money(2_000, "INR"), Money(500, "INR")


@dataclass(frozen=True)
class Side:
    """A gateway, and what its customers do: `pay` and `fail` take the order's reference."""

    gateway: Gateway
    pay: Callable[[str], object]
    fail: Callable[[str], object]
    # What the gateway calls a card that pays.
    card: str = ""


@pytest.fixture(scope="module")
def localstripe() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    bare = {name: value for name, value in os.environ.items() if name in {"PATH", "VIRTUAL_ENV"}}
    process = subprocess.Popen([sys.executable, "-W", "ignore", str(LOCALSTRIPE), str(port)], env=bare)
    try:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert process.poll() is None, "localstripe ended"
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def stripe_side(settings: Settings, url: str) -> Side:
    settings.STRIPE_API_BASE, settings.STRIPE_SECRET_KEY = url, SECRET_KEY

    def pay_by(card: str, *, works: bool) -> Callable[[str], object]:
        def pay(reference: str) -> None:
            intent, auth = f"{url}/v1/payment_intents/{reference}", (SECRET_KEY, "")
            assert httpx.post(intent, auth=auth, data={"payment_method": card}).is_success
            assert httpx.post(f"{intent}/confirm", auth=auth).is_success is works

        return pay

    return Side(
        StripeGateway(),
        pay=pay_by("pm_card_visa", works=True),
        fail=pay_by("pm_card_chargeCustomerFail", works=False),
        card="pm_card_visa",
    )


# They know what was paid, and a card may be declined; of cash only we know.
WITH_BOOKS = pytest.mark.parametrize("side", ["sandbox", "stripe", "razorpay"], indirect=True)


@pytest.fixture(params=["sandbox", "stripe", "razorpay", "cash"])
def side(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Side]:
    if request.param == "sandbox":
        yield Side(
            SandboxGateway(),
            pay=lambda reference: pay_with(reference, Card.GOOD),
            fail=lambda reference: pay_with(reference, Card.DECLINED),
            card=Card.GOOD,
        )
    elif request.param == "stripe":
        yield stripe_side(settings, request.getfixturevalue("localstripe"))
    elif request.param == "cash":
        yield Side(CashGateway(), pay=lambda _: None, fail=lambda _: None)
    else:
        razorpay = SmallRazorpay()
        with server(razorpay.answer_to) as settings.RAZORPAY_API_BASE:
            settings.RAZORPAY_KEY_ID, settings.RAZORPAY_KEY_SECRET = "rzp_test_id", "secret"
            yield Side(RazorpayGateway(), razorpay.pay, lambda order: razorpay.pay(order, succeeds=False))


def order(*, captures_later: bool = False) -> Order:
    return Order(new_id(), AMOUNT, "A haircut", captures_later=captures_later)


def books_since(gateway: Gateway, began: object) -> list[Listed]:
    """The books of today, and of yesterday if midnight has passed meanwhile."""
    days = {began, clock.now().date()}
    return [line for day in sorted(days) for line in gateway.list_day(day, ZoneInfo("UTC"))]  # type: ignore[type-var,arg-type]


def test_what_is_paid_can_be_asked_about_given_back_and_found_in_the_books(side: Side) -> None:
    gateway, wanted, began = side.gateway, order(), clock.now().date()

    opened = gateway.open(wanted, key=f"open-{wanted.payment_id}")
    again = gateway.open(wanted, key=f"open-{wanted.payment_id}")
    found = gateway.find(wanted.payment_id)

    assert opened.reference == again.reference
    assert (opened.status, opened.amount, opened.payment_id) == (
        PaymentStatus.PENDING,
        AMOUNT,
        str(wanted.payment_id),
    )
    assert (found.reference if found else None) == (opened.reference if gateway.remembers else None)
    assert gateway.find(new_id()) is None

    side.pay(opened.reference)
    paid = (
        gateway.fetch(opened.reference)
        if gateway.remembers
        else gateway.capture(opened.reference, AMOUNT, key="collected")
    )

    assert (paid.status, paid.amount, paid.captured) == (PaymentStatus.CAPTURED, AMOUNT, AMOUNT)
    assert paid.authorized == Money.zero("INR")
    assert paid.charge_ref
    assert paid.payment_id == str(wanted.payment_id)

    key = f"refund-{wanted.payment_id}"
    refund = gateway.refund(opened.reference, PART, key=key)
    same = gateway.refund(opened.reference, PART, key=key)

    assert (refund.reference, refund.amount, refund.key) == (same.reference, PART, key)
    with pytest.raises(Refused):
        gateway.refund(opened.reference, AMOUNT + PART, key=f"{key}-more")
    if gateway.remembers:
        assert [(each.reference, each.key) for each in gateway.fetch(opened.reference).refunds] == [
            (refund.reference, key)
        ]
        ours = [line for line in books_since(gateway, began) if line.reference == opened.reference]
        assert sorted((line.amount.minor, line.charge_ref, line.refund_ref) for line in ours) == [
            (-500, paid.charge_ref, refund.reference),
            (2_000, paid.charge_ref, ""),
        ]


def test_what_is_held_is_taken_once(side: Side) -> None:
    gateway, wanted = side.gateway, order(captures_later=True)
    opened = gateway.open(wanted, key=f"open-{wanted.payment_id}")
    side.pay(opened.reference)
    if gateway.remembers:
        held = gateway.fetch(opened.reference)
        assert (held.status, held.authorized, held.captured) == (PaymentStatus.AUTHORIZED, AMOUNT, Money.zero("INR"))
    taken = PART if gateway.captures_parts else AMOUNT

    with pytest.raises(Refused):
        gateway.capture(opened.reference, AMOUNT + PART, key=f"more-{wanted.payment_id}")
    first = gateway.capture(opened.reference, taken, key=f"capture-{wanted.payment_id}")
    second = gateway.capture(opened.reference, taken, key=f"capture-{wanted.payment_id}")

    for seen in (first, second, *([gateway.fetch(opened.reference)] if gateway.remembers else [])):
        assert (seen.status, seen.captured, seen.authorized) == (PaymentStatus.CAPTURED, taken, Money.zero("INR"))
        assert not seen.refunds


def test_a_saved_card_is_held_on_without_the_customer_until_it_is_forgotten(side: Side) -> None:
    gateway, first = side.gateway, replace(order(), saves_card=True, method_ref=side.card)
    if not gateway.saves_cards:
        with pytest.raises(Refused):
            gateway.open(first, key=f"open-{first.payment_id}")
        return

    card = gateway.open(first, key=f"open-{first.payment_id}").card
    assert card is not None
    assert (card.last4, card.brand) == ("4242", "visa")
    rest = replace(order(captures_later=True), saved_card=card)
    held = gateway.open(rest, key=f"open-{rest.payment_id}")
    assert (held.status, held.authorized) == (PaymentStatus.AUTHORIZED, AMOUNT)
    # Another card of the same person is kept for the same customer of theirs.
    other = replace(order(), saves_card=True, method_ref=side.card, customer_ref=card.customer_ref)
    more = gateway.open(other, key=f"open-{other.payment_id}").card
    assert (more.customer_ref if more else "", more == card) == (card.customer_ref, False)

    for _ in range(2):
        gateway.forget_card(card)

    late = replace(order(), saved_card=card)
    with pytest.raises(Refused):
        gateway.open(late, key=f"open-{late.payment_id}")


def test_an_order_that_nobody_paid_can_be_cancelled_twice(side: Side) -> None:
    gateway, wanted = side.gateway, order()
    opened = gateway.open(wanted, key=f"open-{wanted.payment_id}")

    for _ in range(2):
        seen = gateway.cancel(opened.reference, key=f"cancel-{wanted.payment_id}")
        assert (seen.status, seen.authorized, seen.captured) == (
            PaymentStatus.CANCELLED,
            Money.zero("INR"),
            Money.zero("INR"),
        )


@WITH_BOOKS
def test_what_was_paid_is_not_cancelled(side: Side) -> None:
    opened = side.gateway.open(order(), key=f"open-{new_id()}")
    side.pay(opened.reference)

    with pytest.raises(Refused):
        side.gateway.cancel(opened.reference, key=f"cancel-{opened.reference}")
    assert side.gateway.fetch(opened.reference).status == PaymentStatus.CAPTURED


@WITH_BOOKS
def test_a_customer_whose_card_was_declined_takes_another(side: Side) -> None:
    gateway, opened = side.gateway, side.gateway.open(order(), key=f"open-{new_id()}")

    side.fail(opened.reference)
    failed = gateway.fetch(opened.reference)
    side.pay(opened.reference)
    paid = gateway.fetch(opened.reference)

    assert (failed.status, bool(failed.failure_code), failed.captured.minor) == (PaymentStatus.PENDING, True, 0)
    assert (paid.status, paid.captured, paid.failure_code) == (PaymentStatus.CAPTURED, AMOUNT, "")


def test_what_nobody_ever_opened_is_not_there(side: Side) -> None:
    for ask in (side.gateway.fetch, lambda reference: side.gateway.capture(reference, AMOUNT, key="capture-unknown")):
        with pytest.raises(Refused):
            ask("pi_unknown")


@WITH_BOOKS
def test_its_books_of_a_day_heal_what_no_webhook_told_of(side: Side, settings: Settings) -> None:
    gateway = side.gateway
    kind = type(gateway)
    settings.PAYMENT_GATEWAYS = {gateway.name: f"{kind.__module__}.{kind.__name__}"}
    settings.PAYABLES, settings.BUSINESS_TIME_ZONE = {"thing": fake_payable.PATH}, "UTC"
    payment = paid(AMOUNT.minor, gateway=gateway.name, gateway_ref=None, captured_minor=0, status="pending")
    opened = gateway.open(Order(payment.pk, AMOUNT, "A haircut"), key=f"open-{payment.pk}")
    Payment.objects.filter(pk=payment.pk).update(gateway_ref=opened.reference)
    side.pay(opened.reference)
    gateway.refund(opened.reference, Money(500, "INR"), key=f"refund-{payment.pk}")

    with time_machine.travel((clock.now() + timedelta(days=1)).replace(hour=2)):
        reconcile_due()
        reconcile_due()

    payment.refresh_from_db()
    assert (payment.status, payment.captured_minor, payment.refunded_minor) == ("captured", AMOUNT.minor, 500)
    found = payment.reconciled.filter(state__in=AGREED).values_list("theirs_minor", "ours_minor")
    assert sorted(found) == [(-500, -500), (AMOUNT.minor, AMOUNT.minor)]
    # Other tests' orders are nobody's; what the books of ours are is in agreement.
    assert set(ReconciliationRun.objects.values_list("error", flat=True)) == {""}

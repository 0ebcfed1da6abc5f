"""Pages of the gateways' own to pay on: what Stripe and Razorpay are asked for, and what is made of their answers."""

import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from pytest_django import Settings

from payments.enums import PaymentStatus
from payments.gateways.base import Order, Silent
from payments.gateways.razorpay import RazorpayGateway
from payments.gateways.stripe import StripeGateway
from payments.tests.servers import Answer, Asked, server
from payments.tests.test_gateway_answers import AMOUNT, INTENT, PAYMENT

BACK = "https://almanac.example/pay/token/back"
ORDER = Order(PAYMENT, AMOUNT, "BK-1", return_url=BACK, is_hosted=True)
URL = "https://checkout.stripe.com/c/pay/cs_1#fragment"
SESSION: dict[str, Any] = {
    "id": "cs_1",
    "object": "checkout.session",
    "payment_intent": "pi_1",
    "status": "open",
    "url": URL,
}
WAITING = {
    **INTENT,
    "status": "requires_payment_method",
    "amount_received": 0,
    "latest_charge": None,
    "payment_method": None,
    "metadata": {"payment_id": str(PAYMENT), "checkout": "yes"},
}


class Checkout:
    """As much of Stripe as its page needs; what it was asked is kept."""

    def __init__(self, **session: Any) -> None:
        self.session = SESSION | session
        self.intent: dict[str, Any] = WAITING
        self.asked: list[Asked] = []

    def answer_to(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        if asked.path == "/v1/checkout/sessions":
            said = self.session if asked.method == "POST" else {"data": [self.session], "has_more": False}
        elif asked.path == "/v1/checkout/sessions/cs_1/expire":
            self.intent = {**WAITING, "status": "canceled"}
            said = {**self.session, "status": "expired"}
        else:
            said = self.intent
        return Answer(body=json.dumps(said).encode())


@pytest.fixture(autouse=True)
def keys(settings: Settings) -> None:
    settings.STRIPE_SECRET_KEY = settings.RAZORPAY_KEY_ID = settings.RAZORPAY_KEY_SECRET = "sk_test_1"


def test_stripes_page_is_of_an_intent_that_is_there_from_the_beginning(settings: Settings) -> None:
    stripe = Checkout()
    with server(stripe.answer_to) as settings.STRIPE_API_BASE:
        seen = StripeGateway().open(ORDER, key="open-1")

    assert (seen.reference, seen.status, seen.payment_id) == ("pi_1", PaymentStatus.PENDING, str(PAYMENT))
    page = StripeGateway().pay_page(seen.client, title="Almanac", back=BACK)
    assert (page.url if page else "", dict(page.fields) if page else None) == (URL, {})
    made = stripe.asked[0]
    # The last API that makes an intent along with its session.
    assert (made.headers["stripe-version"], made.headers["idempotency-key"]) == ("2020-08-27", "open-1")
    assert {name: values[0] for name, values in parse_qs(made.body.decode()).items()} == {
        "mode": "payment",
        "payment_method_types[0]": "card",
        "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": "eur",
        "line_items[0][price_data][unit_amount]": "2000",
        "line_items[0][price_data][product_data][name]": "BK-1",
        "payment_intent_data[capture_method]": "automatic",
        "payment_intent_data[metadata][payment_id]": str(PAYMENT),
        "payment_intent_data[metadata][title]": "BK-1",
        "payment_intent_data[metadata][checkout]": "yes",
        "success_url": BACK,
        "cancel_url": BACK,
    }


def test_what_is_called_off_ends_stripes_page(settings: Settings) -> None:
    stripe = Checkout()
    with server(stripe.answer_to) as settings.STRIPE_API_BASE:
        seen = StripeGateway().cancel("pi_1", key="cancel-1")

    assert seen.status == PaymentStatus.CANCELLED
    posted = [(each.path, each.headers["idempotency-key"]) for each in stripe.asked if each.method == "POST"]
    assert posted == [("/v1/checkout/sessions/cs_1/expire", "cancel-1")]


def test_a_page_of_stripes_that_is_over_is_none(settings: Settings) -> None:
    stripe = Checkout(status="expired", url=None)
    with server(stripe.answer_to) as settings.STRIPE_API_BASE:
        seen = StripeGateway().fetch("pi_1")

    assert (seen.status, StripeGateway().pay_page(seen.client, title="", back=BACK)) == (PaymentStatus.PENDING, None)


@pytest.mark.parametrize("intent", [None, "pi_2"], ids=["of none", "of another"])
def test_a_page_of_another_intent_is_no_answer(settings: Settings, intent: str | None) -> None:
    stripe = Checkout(payment_intent=intent)
    with server(stripe.answer_to) as settings.STRIPE_API_BASE, pytest.raises(Silent):
        StripeGateway().fetch("pi_1")


def test_razorpays_page_takes_its_order_by_a_form() -> None:
    page = RazorpayGateway().pay_page(
        {"key_id": "rzp_1", "order_id": "order_1", "amount": 2_000}, title="Almanac", back=BACK
    )

    assert page is not None
    assert page.url == "https://api.razorpay.com/v1/checkout/embedded"
    assert page.fields == {
        "key_id": "rzp_1",
        "order_id": "order_1",
        "amount": "2000",
        "name": "Almanac",
        "callback_url": BACK,
        "cancel_url": BACK,
    }
    assert RazorpayGateway().pay_page({}, title="", back=BACK) is None

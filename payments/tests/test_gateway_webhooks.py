"""What a gateway says by itself: believed if it is signed, and then only about where to look."""

import hashlib
import hmac
import json
from typing import Any

import pytest
from pytest_django import Settings

from common import clock
from payments.gateways.base import ForgedWebhook, Gateway, News
from payments.gateways.cash import CashGateway
from payments.gateways.razorpay import RazorpayGateway
from payments.gateways.sandbox import SandboxGateway
from payments.gateways.stripe import StripeGateway
from payments.signatures import stripe_header

SECRET = "q7Rk2vXw9LmZt4BsYc8HdNf3"
INTENT = {"object": "payment_intent", "id": "pi_1", "amount": 1}
CHARGE = {"object": "charge", "id": "ch_1", "payment_intent": "pi_1"}
ENTITIES = {"refund": {"entity": {"id": "rfnd_1"}}, "payment": {"entity": {"id": "pay_1", "order_id": "order_1"}}}


@pytest.fixture(autouse=True)
def _secrets(settings: Settings) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = settings.RAZORPAY_WEBHOOK_SECRETS = settings.SANDBOX_WEBHOOK_SECRETS = [SECRET]
    settings.STRIPE_SECRET_KEY = "sk_live_1"


def signed(gateway: Gateway, body: bytes, secret: str = SECRET) -> dict[str, str]:
    if gateway.name == "razorpay":
        return {"x-razorpay-signature": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}
    header = stripe_header(body, secret=secret, at=int(clock.now().timestamp()))
    return {f"{gateway.name}-signature": header}


def read(gateway: Gateway, said: Any) -> News:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return gateway.read_webhook(body, signed(gateway, body))


def stripes(**change: Any) -> dict[str, Any]:
    event = {"id": "evt_1", "type": "payment_intent.succeeded", "livemode": True, "data": {"object": INTENT}}
    return event | change


def test_stripes_news_are_about_an_intent() -> None:
    gateway = StripeGateway()

    assert read(gateway, stripes()) == News("evt_1", "payment_intent.succeeded", "pi_1")
    assert read(gateway, stripes(type="charge.refunded", data={"object": CHARGE})).reference == "pi_1"


@pytest.mark.parametrize(
    "change",
    [
        {"livemode": False},
        {"livemode": None},
        {"livemode": "true"},
        {"account": "acct_other"},
        {"type": "customer.created"},
        {"data": {"object": {"object": "charge", "id": "ch_1"}}},
        {"data": {"object": {"object": "charge", "payment_intent": {"id": "pi_1"}}}},
    ],
    ids=str,
)
def test_what_is_test_money_or_somebody_elses_is_taken_and_ignored(change: dict[str, Any]) -> None:
    assert not read(StripeGateway(), stripes(**change)).is_relevant


def test_with_a_test_key_test_money_counts_and_real_money_does_not(settings: Settings) -> None:
    settings.STRIPE_SECRET_KEY = "sk_test_1"

    assert read(StripeGateway(), stripes(livemode=False)).is_relevant
    assert not read(StripeGateway(), stripes()).is_relevant


def test_razorpays_news_are_known_by_what_was_signed_and_not_by_a_header() -> None:
    gateway, said = RazorpayGateway(), {"event": "refund.processed", "payload": ENTITIES}
    body = json.dumps(said).encode()

    first = gateway.read_webhook(body, {**signed(gateway, body), "x-razorpay-event-id": "1"})
    second = gateway.read_webhook(body, {**signed(gateway, body), "x-razorpay-event-id": "2"})

    assert first == second
    assert (first.type, first.reference, first.is_relevant) == ("refund.processed", "order_1", True)
    assert read(gateway, {**said, "created_at": 1}).event_id != first.event_id
    assert not read(gateway, {"event": "payout.processed", "payload": {}}).is_relevant


@pytest.mark.parametrize("gateway", [StripeGateway(), RazorpayGateway(), SandboxGateway()], ids=["s", "r", "sandbox"])
@pytest.mark.parametrize(
    "body",
    [
        *(
            b"",
            b"null",
            b"[]",
            b"7",
            b'"text"',
            b"{}",
            b"\xff\xfe",
            b'{"id": "\\ud800"}',
            b'{"a":' * 90_000,
            b'{"id": 1}',
        ),
        json.dumps({"id": "e", "type": 1, "event": [], "data": [], "payload": 1, "order": "o"}).encode(),
    ],
    ids=len,
)
def test_what_is_signed_and_makes_no_sense_is_refused(gateway: Gateway, body: bytes) -> None:
    with pytest.raises(ForgedWebhook):
        gateway.read_webhook(body, signed(gateway, body))


@pytest.mark.parametrize("gateway", [StripeGateway(), RazorpayGateway(), SandboxGateway()], ids=["s", "r", "sandbox"])
def test_without_the_right_signature_nothing_is_read(gateway: Gateway) -> None:
    body = json.dumps(stripes() | {"event": "payment.captured", "payload": ENTITIES, "order": {"id": "o"}}).encode()
    assert gateway.read_webhook(body, signed(gateway, body))

    for headers in ({}, signed(gateway, body, "another secret"), signed(gateway, body + b" ")):
        with pytest.raises(ForgedWebhook):
            gateway.read_webhook(body, headers)


def test_cash_says_nothing_by_itself() -> None:
    with pytest.raises(ForgedWebhook):
        read(CashGateway(), stripes())

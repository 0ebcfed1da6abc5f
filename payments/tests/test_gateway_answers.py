"""Whatever comes back that is no answer means that it may have happened; nothing is guessed, nothing is followed."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from pytest_django import Settings

from common.money import Money
from payments.enums import PaymentStatus
from payments.gateways.base import Card, Gateway, GatewayError, Order, Refused, Silent, Unavailable
from payments.gateways.minor_units import RAZORPAY, STRIPE
from payments.gateways.razorpay import RazorpayGateway
from payments.gateways.stripe import StripeGateway
from payments.tests.servers import Answer, Asked, server

PAYMENT = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
AMOUNT = Money(2_000, "EUR")
ORDER = Order(PAYMENT, AMOUNT, "A haircut")
INTENT: dict[str, Any] = {
    "id": "pi_1",
    "object": "payment_intent",
    "amount": 2_000,
    "amount_capturable": 0,
    "amount_received": 2_000,
    "currency": "eur",
    "status": "succeeded",
    "customer": "cus_1",
    "client_secret": "pi_1_secret",
    "latest_charge": {
        "id": "ch_1",
        "amount_refunded": 0,
        "balance_transaction": {"currency": "eur", "fee": 59},
    },
    "payment_method": {
        "id": "pm_1",
        "customer": "cus_1",
        "card": {"brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2031},
    },
    "metadata": {"payment_id": str(PAYMENT)},
}
RAZORPAYS_ORDER = {"id": "order_1", "amount": 2_000, "currency": "EUR", "receipt": str(PAYMENT), "items": []}


def said(value: object, status: int = 200) -> Answer:
    return Answer(status, json.dumps(value).encode())


def stripe_fetches() -> object:
    return StripeGateway().fetch("pi_1")


def stripe_opens() -> object:
    return StripeGateway().open(ORDER, key="open-1")


def razorpay_fetches() -> object:
    return RazorpayGateway().fetch("order_1")


CALLS = [stripe_fetches, stripe_opens, razorpay_fetches]


def outcome(settings: Settings, answer: Answer, call: Callable[[], object]) -> tuple[object, list[Asked]]:
    """What the call gave or raised, and everything that the server was asked."""
    asked: list[Asked] = []

    def answer_to(question: Asked) -> Answer:
        asked.append(question)
        return answer

    settings.STRIPE_SECRET_KEY = settings.RAZORPAY_KEY_ID = settings.RAZORPAY_KEY_SECRET = "sk_test_1"
    with server(answer_to) as address:
        settings.STRIPE_API_BASE = settings.RAZORPAY_API_BASE = address
        try:
            return call(), asked
        except GatewayError as error:
            return error, asked


POISON = {
    "HTML": Answer(200, b"<!DOCTYPE html><title>Maintenance</title>"),
    "HTML with 502": Answer(502, b"<!DOCTYPE html><title>Bad Gateway</title>"),
    "HTML with 404": Answer(404, b"<!DOCTYPE html><title>Not Found</title>"),
    "nothing": Answer(200, b""),
    "not UTF-8": Answer(200, b'{"id": "\xff"}'),
    "an error with 200": said({"error": {"code": "x", "message": "no", "type": "invalid_request_error"}}),
    "a list": said([INTENT]),
    "a number": said(1),
    "null": said(None),
    "deep": Answer(200, b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "huge": Answer(200, b'{"id": "' + b"x" * 5_000_000 + b'"}'),
    "cut short": Answer(200, json.dumps(INTENT).encode(), hangs_up=True),
    "a redirect": Answer(302, b"{}", {"Location": "/elsewhere"}),
    "a permanent redirect": Answer(308, b"{}", {"Location": "/elsewhere"}),
    "still under way": said({"error": {"code": "x", "message": "x", "type": "idempotency_error"}}, 409),
    "broken": said({"error": {"code": "x", "message": "x", "type": "api_error"}}, 500),
    "a refusal without words": said({}, 400),
}


@pytest.mark.parametrize("poison", POISON)
def test_a_poisoned_answer_is_no_answer(settings: Settings, poison: str) -> None:
    for call in CALLS:
        error, asked = outcome(settings, POISON[poison], call)

        assert isinstance(error, Silent), (call, error)
        assert {question.path for question in asked} <= {
            "/v1/payment_intents",
            "/v1/payment_intents/pi_1",
            "/v1/orders/order_1",
            "/v1/orders/order_1/payments",
        }
        assert len(asked) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"id": "pi_2"},
        {"id": None},
        {"id": "pi_1\n"},
        {"id": "p" * 101},
        {"amount": "2000"},
        {"amount": 2000.0},
        {"amount": True},
        {"amount": -2_000},
        {"amount": 10**20},
        {"amount_received": None},
        {"currency": None},
        {"currency": "XXX"},
        {"currency": 978},
        {"status": None},
        {"status": "splendid"},
        {"latest_charge": 7},
        {"latest_charge": {"id": ""}},
        {"metadata": "none"},
        {"payment_method": []},
    ],
    ids=str,
)
def test_an_answer_with_one_field_wrong_is_no_answer(settings: Settings, change: dict[str, Any]) -> None:
    error, _ = outcome(settings, said({**INTENT, **change}), stripe_fetches)

    assert isinstance(error, Silent)


@pytest.mark.parametrize(
    "change",
    [{"amount": 1_999}, {"currency": "usd"}, {"metadata": {}}, {"metadata": {"payment_id": "another"}}],
    ids=str,
)
def test_an_order_that_is_not_the_one_we_wanted_is_no_answer(settings: Settings, change: dict[str, Any]) -> None:
    error, _ = outcome(settings, said({**INTENT, **change}), stripe_opens)

    assert isinstance(error, Silent)


@pytest.mark.parametrize("status", [401, 403, 429])
def test_a_call_that_was_not_taken_can_be_made_again(settings: Settings, status: int) -> None:
    for call in CALLS:
        error, _ = outcome(settings, said({"error": {"code": "x"}}, status), call)

        assert isinstance(error, Unavailable)


@pytest.mark.parametrize("gateway", [StripeGateway(), RazorpayGateway()], ids=["stripe", "razorpay"])
def test_a_gateway_that_is_not_reached_did_nothing(settings: Settings, gateway: Gateway) -> None:
    settings.STRIPE_SECRET_KEY = "sk_test_1"
    settings.STRIPE_API_BASE = settings.RAZORPAY_API_BASE = "http://127.0.0.1:1"

    with pytest.raises(Unavailable):
        gateway.fetch("pi_1")


def test_what_stripe_refuses_is_refused_without_its_words_for_programmers(settings: Settings) -> None:
    refusal = {"type": "invalid_request_error", "code": "resource_missing", "message": "No such payment_intent: 'pi_1'"}

    error, _ = outcome(settings, said({"error": refusal}, 404), stripe_fetches)

    assert isinstance(error, Refused)
    assert (error.code, "pi_1" in str(error)) == ("resource_missing", False)


def test_a_paid_intent_is_read_with_fee_card_and_charge(settings: Settings) -> None:
    seen, [question] = outcome(settings, said(INTENT), stripe_opens)

    assert (seen.status, seen.captured, seen.fee) == (PaymentStatus.CAPTURED, AMOUNT, Money(59, "EUR"))  # type: ignore[attr-defined]
    assert seen.charge_ref == "ch_1"  # type: ignore[attr-defined]
    assert seen.card == Card("cus_1", "pm_1", "visa", "4242", seen.card.expires_on)  # type: ignore[attr-defined]
    assert str(seen.card.expires_on) == "2031-12-31"  # type: ignore[attr-defined]
    assert question.headers["idempotency-key"] == "open-1"


SAVED = Order(PAYMENT, AMOUNT, "A haircut", saved_card=Card("cus_1", "pm_1"))


@pytest.mark.parametrize(
    ("code", "status"),
    [("card_declined", PaymentStatus.FAILED), ("authentication_required", PaymentStatus.REQUIRES_ACTION)],
)
def test_a_saved_card_that_fails_keeps_its_intent(settings: Settings, code: str, status: PaymentStatus) -> None:
    trouble = {"code": code, "message": "Your card was declined.", "type": "card_error"}
    intent = {
        **INTENT,
        "status": "requires_payment_method",
        "amount_received": 0,
        "last_payment_error": trouble,
        "metadata": {"payment_id": str(PAYMENT), "unattended": "yes"},
    }

    seen, [question] = outcome(
        settings,
        said({"error": {**trouble, "payment_intent": intent}}, 402),
        lambda: StripeGateway().open(SAVED, key="open-1"),
    )

    assert (seen.reference, seen.status, seen.failure_code) == ("pi_1", status, code)  # type: ignore[attr-defined]
    assert b"off_session=true" in question.body.lower()


@pytest.mark.parametrize(
    ("amount", "stripe_units", "razorpay_units"),
    [
        (Money(500, "JPY"), 500, 500),
        (Money(18_600, "KWD"), 18_600, 18_600),
        (Money(177_120, "INR"), 177_120, 177_120),
        (Money(1_999, "USD"), 1_999, 1_999),
        (Money.parse("1000", "UGX"), 100_000, 1_000),
    ],
    ids=str,
)
def test_amounts_are_counted_as_the_gateway_counts(amount: Money, stripe_units: int, razorpay_units: int) -> None:
    assert (STRIPE.theirs(amount), RAZORPAY.theirs(amount)) == (stripe_units, razorpay_units)
    assert STRIPE.ours(stripe_units, amount.currency) == RAZORPAY.ours(razorpay_units, amount.currency) == amount


def test_an_amount_too_fine_for_cards_is_refused_and_not_rounded() -> None:
    for counting in (STRIPE, RAZORPAY):
        with pytest.raises(Refused):
            counting.theirs(Money(18_605, "KWD"))
    with pytest.raises(Silent):
        STRIPE.ours(100_050, "UGX")

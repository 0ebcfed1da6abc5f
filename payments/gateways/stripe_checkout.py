"""Stripe's own page to pay on: a Checkout Session, and the payment intent that it is of.

Since the API of August 2022 a session makes its intent when the customer pays. Ours are made as before, so that there
is an intent from the beginning, which is all that the rest of the platform knows of: paid, refunded and told of by
webhooks like any other. Only calling it off takes the session: Stripe lets nobody cancel the intent of an open one.
"""

from collections.abc import Mapping
from typing import Any

from payments.gateways import answers
from payments.gateways.base import Order, Silent
from payments.gateways.minor_units import STRIPE as COUNTING
from payments.gateways.stripe_calls import call, pages

VERSION = "2020-08-27"
SESSIONS = "/v1/checkout/sessions"


def open_checkout(order: Order, *, key: str) -> str:
    """Makes a session for the order, and returns what its intent is called."""
    price = {
        "currency": order.amount.currency.lower(),
        "unit_amount": COUNTING.theirs(order.amount),
        "product_data": {"name": order.description[:250] or "Booking"},
    }
    what = {
        "mode": "payment",
        "payment_method_types": ["card"],
        "line_items": [{"quantity": 1, "price_data": price}],
        "payment_intent_data": {
            "capture_method": "manual" if order.captures_later else "automatic",
            "metadata": {"payment_id": str(order.payment_id), "title": order.description[:250], "checkout": "yes"},
        },
        "success_url": order.return_url,
        "cancel_url": order.return_url,
    }
    said = call("post", SESSIONS, what, key=key, version=VERSION)
    return answers.reference(said, "payment_intent")


def is_of_checkout(intent: Mapping[str, Any]) -> bool:
    return answers.part(intent, "metadata").get("checkout") == "yes"


def page_of(reference: str) -> str:
    """The page on which the intent is paid; empty where its session is over."""
    session = _session_of(reference)
    if answers.text(session, "status") != "open":
        return ""
    return answers.text(session, "url", longest=5_000)


def expire_checkout(reference: str, *, key: str) -> bool:
    """Ends the session that the customer has before them, and with it its intent; False if there is none."""
    session = _session_of(reference)
    if answers.text(session, "status") != "open":
        return False
    call("post", f"{SESSIONS}/{answers.reference(session)}/expire", {}, key=key)
    return True


def _session_of(reference: str) -> Mapping[str, Any]:
    found = next(iter(pages(SESSIONS, {"payment_intent": reference})), None)
    if found is None:
        raise Silent("the intent's session is not there")
    answers.same_reference(found, reference, "payment_intent")
    return found

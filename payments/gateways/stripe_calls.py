"""Calls to Stripe: the SDK signs in, encodes and knows the API's version; they go over our own transport, once each.

What is repeated, and with which key, is decided where the call is written down.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import stripe
from django.conf import settings

from payments.gateways import answers
from payments.gateways.base import Refused, Silent
from payments.gateways.http import exchange

PAGE = 100
MOST_PAGES = 200

# What the machine looks like is none of their business.
stripe.enable_telemetry = False


class _Transport(stripe.HTTPClient):
    """One call, one answer; without answer our own errors, which the SDK passes on."""

    name = "almanac"

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        content = post_data.encode() if isinstance(post_data, str) else post_data
        reply = exchange(method.upper(), url, headers=headers or {}, content=content)
        try:
            return reply.body.decode(), reply.status, reply.headers
        except UnicodeDecodeError as error:
            raise Silent("the answer is not UTF-8") from error


class Declined(Refused):
    """The card's bank says no. The intent stays, and comes along with the refusal."""

    def __init__(self, code: str, message: str, intent: Mapping[str, Any]) -> None:
        super().__init__(code, message)
        self.intent = intent


def pages(path: str, query: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    after: dict[str, str] = {}
    for _ in range(MOST_PAGES):
        said = call("get", path, {**query, **after, "limit": PAGE})
        items = answers.parts(said, "data")
        yield from items
        if not said.get("has_more"):
            return
        after = {"starting_after": answers.reference(items[-1]) if items else ""}
    raise Silent("the list does not end")


def call(method: str, path: str, what: Mapping[str, Any], *, key: str = "", version: str = "") -> Mapping[str, Any]:
    """What Stripe answers, as its API had it in the version, where one is named."""
    client = stripe.StripeClient(
        settings.STRIPE_SECRET_KEY,
        base_addresses={"api": settings.STRIPE_API_BASE},
        max_network_retries=0,
        http_client=_Transport(),
    )
    options = ({"idempotency_key": key} if key else {}) | ({"stripe_version": version} if version else {})
    try:
        return answers.answer(client.raw_request(method, path, **what, **options).data)
    except stripe.CardError as error:
        raise _declined(error) from None
    except stripe.InvalidRequestError as error:
        # Their words are for whoever wrote the call, and quote ids.
        raise Refused((error.code or "invalid_request")[:60], "The payment provider refused this.") from None
    except (stripe.StripeError, RecursionError, ValueError, AttributeError) as error:
        raise Silent(f"the answer is not understood: {type(error).__name__}") from None


def _declined(error: stripe.CardError) -> Declined:
    body = error.json_body if isinstance(error.json_body, dict) else {}
    said = body.get("error")
    intent = said.get("payment_intent") if isinstance(said, dict) else None
    message = error.user_message or "The card was declined."
    return Declined((error.code or "card_declined")[:60], message[:300], intent if isinstance(intent, dict) else {})

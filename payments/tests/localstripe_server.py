"""Runs localstripe, a stateful Stripe that none of us wrote, as a process of its own: `localstripe_server.py PORT`.

Where it is older than the API that our SDK speaks it is brought up to date here: amounts of an intent that are held and
taken, another card after one that was declined, cards that are kept and forgotten, lists within a span of time, keys
that make a repeated call harmless, and refunds of more than is left. It listens on the loopback alone and leaves
nothing on the disk.
"""

import sys
from typing import Any

from aiohttp import web
from localstripe import resources
from localstripe.server import app

answers_by_key: dict[str, tuple[int, bytes]] = {}


def held(intent: Any) -> int:
    return intent.amount if intent.status == "requires_capture" else 0


def taken(intent: Any) -> int:
    return captured(intent.latest_charge) if intent.status == "succeeded" else 0


def captured(charge: Any) -> int:
    # What a capture leaves behind is a refund without payment intent there, and no refund at all at Stripe.
    let_go = sum(refund.amount for refund in refunds_of(charge) if refund.payment_intent is None)
    return (charge.amount - let_go) if charge.captured else 0


def refunds_of(charge: Any) -> list[Any]:
    everything = resources.store.values()
    return [each for each in everything if isinstance(each, resources.Refund) and each.charge == charge.id]


def given_back(charge: Any) -> int:
    return sum(refund.amount for refund in refunds_of(charge) if refund.payment_intent is not None)


def list_within(cls: Any, /, url: str, limit: Any = None, starting_after: Any = None, **query: Any) -> Any:
    span = query.pop("created", {})
    listed = resources.List(url, limit=limit, starting_after=starting_after)
    listed._list = [
        each
        for key, each in resources.store.items()
        if key.startswith(cls.object + ":")
        and int(span.get("gte", 0)) <= each.created <= int(span.get("lte", sys.maxsize))
        and each.created < int(span.get("lt", sys.maxsize))
        and not is_a_remainder(each)
        and each_is_of(each, query.get("payment_intent"))
    ]
    return listed


change_intent = resources.PaymentIntent._update


def take_another_card(self: Any, **data: Any) -> None:
    if "payment_method" in data and self.latest_charge is not None and self.latest_charge.status == "failed":
        self.latest_charge = None
    change_intent(self, **data)


make_intent = resources.PaymentIntent.__init__
confirm_intent = resources.PaymentIntent._confirm


def keep_for_later(self: Any, payment_method: Any = None, setup_future_usage: Any = None, **rest: Any) -> None:
    """The names of Stripe's test cards stand for a new card each time; the intent knows which one it has."""
    if payment_method is not None:
        card = resources.PaymentMethod._api_retrieve(payment_method)
        if card.customer is None and getattr(card, "was_kept", False):
            raise resources.UserError(400, "The PaymentMethod was detached from a Customer, and may not be used again.")
        payment_method = card.id
    make_intent(self, payment_method=payment_method, **rest)
    self.setup_future_usage = setup_future_usage


def save_what_paid(self: Any, **rest: Any) -> None:
    confirm_intent(self, **rest)
    if self.setup_future_usage and self.status in {"succeeded", "requires_capture"}:
        card = resources.PaymentMethod._api_retrieve(self.payment_method)
        card.customer, card.was_kept = self.customer, True


def is_a_remainder(each: Any) -> bool:
    if isinstance(each, resources.BalanceTransaction) and each.source.startswith("re_"):
        each = resources.Refund._api_retrieve(each.source)
    return isinstance(each, resources.Refund) and each.payment_intent is None


def each_is_of(each: Any, intent: str | None) -> bool:
    return intent is None or each.payment_intent == intent


make_refund = resources.Refund.__init__


def refund_no_more_than_is_left(self: Any, payment_intent: Any = None, amount: Any = None, **rest: Any) -> None:
    if payment_intent is not None:
        charge = resources.PaymentIntent._api_retrieve(payment_intent).latest_charge
        if int(amount) > captured(charge) - given_back(charge):
            raise resources.UserError(400, "Refund is greater than what is left")
    make_refund(self, payment_intent=payment_intent, amount=amount, **rest)


@web.middleware
async def same_key_same_answer(request: web.Request, handler: Any) -> web.StreamResponse:
    key = request.headers.get("Idempotency-Key", "")
    if key in answers_by_key:
        status, body = answers_by_key[key]
        return web.Response(status=status, body=body, content_type="application/json")
    answer: web.Response = await handler(request)
    if key and answer.status < 500 and isinstance(answer.body, bytes):
        answers_by_key[key] = (answer.status, answer.body)
    return answer


def bring_up_to_date() -> None:
    resources.Store.dump_to_disk = lambda _self: None
    resources.PaymentIntent._update = take_another_card
    resources.PaymentIntent.__init__ = keep_for_later
    resources.PaymentIntent._confirm = save_what_paid
    resources.PaymentIntent.amount_capturable = property(held)
    resources.PaymentIntent.amount_received = property(taken)
    resources.Charge.amount_captured = property(captured)
    resources.Charge.amount_refunded = property(given_back)
    resources.Refund.__init__ = refund_no_more_than_is_left
    for kind in (resources.PaymentIntent, resources.BalanceTransaction, resources.Refund):
        kind._api_list_all = classmethod(list_within)


if __name__ == "__main__":
    bring_up_to_date()
    app.middlewares.insert(0, same_key_same_answer)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)

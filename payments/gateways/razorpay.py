"""Razorpay: orders that its checkout pays in the browser, by card, UPI, net banking or wallet.

Orders bear the payment's id as their receipt, so that one which was made without our hearing of it is found. Captures
are of all that is held, and a hold ends by itself: Razorpay lets neither be done in part nor by hand. Cards are not
saved here.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, ClassVar
from urllib.parse import quote, urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from common.money import Money
from common.strict_json import StrictJSONError, loads
from common.walltime import day_range
from payments.enums import PaymentStatus, RefundStatus
from payments.gateways import answers
from payments.gateways.base import Card, ForgedWebhook, Listed, News, Order, PayPage, Refused, Seen, SeenRefund, Silent
from payments.gateways.http import exchange
from payments.gateways.minor_units import RAZORPAY as COUNTING
from payments.signatures import BadSignature, is_razorpay_payment, require_razorpay_signature

PAGE = 100
MOST_PAGES = 200
REFUNDS = {"pending": RefundStatus.PROCESSING, "processed": RefundStatus.SUCCEEDED, "failed": RefundStatus.FAILED}
# How far a payment on an order has come: of several attempts the farthest counts.
ATTEMPTS = {"created": 0, "failed": 1, "authorized": 2, "captured": 3, "refunded": 3}
NEWS = ("payment.", "order.", "refund.")


class RazorpayGateway:
    name: ClassVar[str] = "razorpay"
    remembers: ClassVar[bool] = True
    captures_parts: ClassVar[bool] = False
    saves_cards: ClassVar[bool] = False

    def open(self, order: Order, *, key: str) -> Seen:
        if order.saved_card or order.saves_card or order.method_ref:
            raise Refused("no_cards", "Cards cannot be saved or charged here without its checkout.")
        asked = COUNTING.theirs(order.amount)
        # Making orders knows no keys; the receipt is the same each time.
        there = self.find(order.payment_id)
        if there is not None:
            return there
        said = _call("POST", "/v1/orders", _new_order(order, asked))
        answers.same_reference(said, str(order.payment_id), "receipt")
        seen = _seen(said, [])
        answers.same_money(seen.amount, order.amount)
        return seen

    def fetch(self, reference: str) -> Seen:
        said = _call("GET", f"/v1/orders/{_in_path(reference)}")
        answers.same_reference(said, reference)
        attempts = _items(_call("GET", f"/v1/orders/{_in_path(reference)}/payments"))
        for attempt in attempts:
            answers.same_reference(attempt, reference, "order_id")
        return _seen(said, attempts)

    def find(self, payment_id: UUID) -> Seen | None:
        orders = _items(_call("GET", "/v1/orders?" + urlencode({"receipt": str(payment_id)})))
        for said in orders:
            answers.same_reference(said, str(payment_id), "receipt")
        return self.fetch(answers.reference(orders[0])) if orders else None

    def capture(self, reference: str, amount: Money, *, key: str) -> Seen:
        seen = self.fetch(reference)
        if seen.status is PaymentStatus.CAPTURED and seen.captured == amount:
            return seen
        if seen.status is not PaymentStatus.AUTHORIZED:
            raise Refused("not_held", "There is nothing held to take.")
        if amount != seen.authorized:
            raise Refused("amount", "Razorpay takes all that is held.")
        what = {"amount": COUNTING.theirs(amount), "currency": amount.currency}
        said = _call("POST", f"/v1/payments/{_in_path(seen.charge_ref)}/capture", what)
        answers.same_reference(said, seen.charge_ref)
        return self.fetch(reference)

    def cancel(self, reference: str, *, key: str) -> Seen:
        """Says what is there. An order that nobody pays for lapses, and so does a hold that nobody takes."""
        seen = self.fetch(reference)
        if seen.status is PaymentStatus.CAPTURED:
            raise Refused("already_paid", "This was paid; it can be refunded.")
        return Seen(
            reference=reference,
            status=PaymentStatus.CANCELLED,
            amount=seen.amount,
            authorized=Money.zero(seen.amount.currency),
            captured=seen.captured,
            charge_ref=seen.charge_ref,
            payment_id=seen.payment_id,
        )

    def refund(self, reference: str, amount: Money, *, key: str) -> SeenRefund:
        seen = self.fetch(reference)
        there = next((refund for refund in seen.refunds if refund.key == key), None)
        if there is not None:
            answers.same_money(there.amount, amount)
            return there
        if not seen.charge_ref:
            raise Refused("not_paid", "There is nothing to give back.")
        number = hashlib.sha256(key.encode()).hexdigest()
        what = {"amount": COUNTING.theirs(amount), "receipt": number[:40], "notes": {"key": key}}
        said = _call("POST", f"/v1/payments/{_in_path(seen.charge_ref)}/refund", what, key=number)
        answers.same_reference(said, seen.charge_ref, "payment_id")
        refund = _seen_refund(said)
        answers.same_money(refund.amount, amount)
        return refund

    def pay_page(self, client: Mapping[str, Any], *, title: str, back: str) -> PayPage | None:
        """Its checkout takes a form as well, and sends the customer back by another one, which we do not believe."""
        if not client.get("order_id"):
            return None
        fields = {name: str(client[name]) for name in ("key_id", "order_id", "amount")}
        more = {"name": title, "callback_url": back, "cancel_url": back}
        return PayPage(f"{settings.RAZORPAY_API_BASE}/v1/checkout/embedded", fields | more)

    def forget_card(self, card: Card) -> None:
        """There are none."""

    def confirms(self, reference: str, charge_ref: str, signature: str) -> bool:
        return is_razorpay_payment(reference, charge_ref, signature, secret=settings.RAZORPAY_KEY_SECRET)

    def read_webhook(self, body: bytes, headers: Mapping[str, str]) -> News:
        said = _verified(body, headers.get("x-razorpay-signature", ""))
        type_, about = said.get("event"), said.get("payload")
        if not isinstance(type_, str) or not isinstance(about, dict):
            raise ForgedWebhook
        # Their own id of the event comes in a header that nobody signed; the bytes themselves are as good a number.
        event_id = hashlib.sha256(body).hexdigest()
        reference = _order_in(about)
        return News(event_id, type_[:80], reference, is_relevant=bool(reference) and type_.startswith(NEWS))

    def list_day(self, day: date, zone: ZoneInfo) -> Iterator[Listed]:
        """Captures and refunds by the day they were made; a capture is listed on its payment's day."""
        time = day_range(day, zone)
        span = {"from": int(time.start.timestamp()), "to": int(time.end.timestamp()) - 1}
        for paid in _pages("/v1/payments", span):
            if answers.word(paid, "status") in {"captured", "refunded"} and paid.get("order_id"):
                fee = COUNTING.ours(answers.whole(paid, "fee", 0), answers.word(paid, "currency"))
                yield Listed(answers.reference(paid, "order_id"), answers.reference(paid), _amount(paid), fee, day)
        for given in _pages("/v1/refunds", span):
            if REFUNDS.get(answers.word(given, "status")) is RefundStatus.FAILED:
                continue
            charge = answers.reference(given, "payment_id")
            of = _call("GET", f"/v1/payments/{_in_path(charge)}")
            nothing = Money.zero(_amount(given).currency)
            yield Listed(
                answers.reference(of, "order_id"), charge, -_amount(given), nothing, day, answers.reference(given)
            )


def _new_order(order: Order, asked: int) -> dict[str, Any]:
    capture = {"capture": "manual" if order.captures_later else "automatic"}
    options: dict[str, Any] = {"manual_expiry_period": 7_200, "refund_speed": "normal"}
    if not order.captures_later:
        options["automatic_expiry_period"] = 12
    return {
        "amount": asked,
        "currency": order.amount.currency,
        "receipt": str(order.payment_id),
        "notes": {"title": order.description[:250]},
        "payment": {**capture, "capture_options": options},
    }


def _seen(said: Mapping[str, Any], attempts: list[Mapping[str, Any]]) -> Seen:
    amount = _amount(said)
    nothing = Money.zero(amount.currency)
    best = max(attempts, key=_progress, default=None)
    status = PaymentStatus.PENDING
    if best is not None and _progress(best) >= ATTEMPTS["authorized"]:
        status = PaymentStatus.CAPTURED if _progress(best) == ATTEMPTS["captured"] else PaymentStatus.AUTHORIZED
    taken = _amount(best) if best is not None else nothing
    charge = answers.reference(best) if best is not None and status is not PaymentStatus.PENDING else ""
    return Seen(
        reference=answers.reference(said),
        status=status,
        amount=amount,
        authorized=taken if status is PaymentStatus.AUTHORIZED else nothing,
        captured=taken if status is PaymentStatus.CAPTURED else nothing,
        charge_ref=charge,
        payment_id=answers.text(said, "receipt"),
        refunds=_refunds(charge) if best is not None and best.get("amount_refunded") else (),
        fee=COUNTING.ours(answers.whole(best, "fee", 0), amount.currency) if best is not None else None,
        failure_code=answers.text(best or {}, "error_code", longest=60) if not charge else "",
        failure_message=answers.text(best or {}, "error_description") if not charge else "",
        client={"key_id": settings.RAZORPAY_KEY_ID, "order_id": answers.reference(said), "amount": said["amount"]},
    )


def _progress(attempt: Mapping[str, Any]) -> int:
    progress = ATTEMPTS.get(answers.word(attempt, "status"))
    if progress is None:
        raise Silent("the answer has a status that nobody knows")
    return progress


def _refunds(charge: str) -> list[SeenRefund]:
    return [
        _seen_refund(each) for each in _items(_call("GET", f"/v1/payments/{_in_path(charge)}/refunds?count={PAGE}"))
    ]


def _seen_refund(said: Mapping[str, Any]) -> SeenRefund:
    status = REFUNDS.get(answers.word(said, "status"))
    if status is None:
        raise Silent("the refund has a status that nobody knows")
    # Notes that are empty come as a list.
    notes = said.get("notes")
    key = answers.text(notes, "key") if isinstance(notes, dict) else ""
    return SeenRefund(answers.reference(said), _amount(said), status, key)


def _amount(said: Mapping[str, Any]) -> Money:
    return COUNTING.ours(answers.whole(said, "amount"), answers.word(said, "currency"))


def _items(said: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return answers.parts(said, "items")


def _pages(path: str, query: Mapping[str, int]) -> Iterator[Mapping[str, Any]]:
    for page in range(MOST_PAGES):
        items = _items(_call("GET", f"{path}?" + urlencode({**query, "count": PAGE, "skip": page * PAGE})))
        yield from items
        if len(items) < PAGE:
            return
    raise Silent("the list does not end")


def _call(method: str, path: str, what: Mapping[str, Any] | None = None, *, key: str = "") -> Mapping[str, Any]:
    reply = exchange(
        method,
        settings.RAZORPAY_API_BASE + path,
        headers={"Content-Type": "application/json"} | ({"X-Refund-Idempotency": key} if key else {}),
        content=None if what is None else json.dumps(what).encode(),
        auth=(settings.RAZORPAY_KEY_ID, settings.RAZORPAY_KEY_SECRET),
    )
    try:
        said = answers.answer(loads(reply.body))
    except StrictJSONError as error:
        raise Silent("the answer is not JSON") from error
    trouble = said.get("error")
    if reply.status < 300 and trouble is None:
        return said
    if reply.status < 300 or not isinstance(trouble, dict) or not isinstance(trouble.get("code"), str):
        raise Silent("the answer contradicts itself")
    raise Refused(answers.text(trouble, "code", longest=60), answers.text(trouble, "description"))


def _in_path(reference: str) -> str:
    return quote(reference, safe="")


def _verified(body: bytes, signature: str) -> Mapping[str, Any]:
    try:
        require_razorpay_signature(body, signature, secrets=settings.RAZORPAY_WEBHOOK_SECRETS)
        said = loads(body)
    except (BadSignature, StrictJSONError) as error:
        raise ForgedWebhook from error
    if not isinstance(said, dict):
        raise ForgedWebhook
    return said


def _order_in(payload: Mapping[str, Any]) -> str:
    """The order that the news is about, wherever the kind of event has it; empty if it is about none."""
    for kind, name in (("order", "id"), ("payment", "order_id"), ("refund", "order_id")):
        entity = payload.get(kind)
        entity = entity.get("entity") if isinstance(entity, dict) else None
        found = entity.get(name) if isinstance(entity, dict) else None
        if isinstance(found, str) and 0 < len(found) <= answers.LONGEST_REFERENCE:
            return found
    return ""

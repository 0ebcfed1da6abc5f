"""Stripe: payment intents, confirmed in the browser by Stripe's own code, or here with a card that it keeps.

Who pays by a link is sent to a page of Stripe's (`stripe_checkout`), which is of an intent like all others.
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from common import clock
from common.money import Money
from common.strict_json import StrictJSONError, loads
from common.walltime import day_range
from payments.enums import PaymentStatus, RefundStatus
from payments.gateways import answers
from payments.gateways.base import Card, ForgedWebhook, Listed, News, Order, PayPage, Refused, Seen, SeenRefund, Silent
from payments.gateways.minor_units import STRIPE as COUNTING
from payments.gateways.stripe_calls import Declined, call, pages
from payments.gateways.stripe_checkout import expire_checkout, is_of_checkout, open_checkout, page_of
from payments.signatures import BadSignature, require_stripe_signature

logger = logging.getLogger(__name__)

# What of their books is a capture or a refund.
LISTED = {"charge", "payment", "refund", "payment_refund"}
# An intent is made soon after its payment's id, whose first bits are the time; later ones bear the same key.
SOON = timedelta(hours=24)
EARLY = timedelta(minutes=5)
EXPAND = ["latest_charge.balance_transaction", "payment_method"]
STATUSES = {
    "requires_payment_method": PaymentStatus.PENDING,
    "requires_confirmation": PaymentStatus.PENDING,
    "processing": PaymentStatus.PENDING,
    "requires_action": PaymentStatus.REQUIRES_ACTION,
    "requires_capture": PaymentStatus.AUTHORIZED,
    "succeeded": PaymentStatus.CAPTURED,
    "canceled": PaymentStatus.CANCELLED,
}
REFUNDS = {
    "pending": RefundStatus.PROCESSING,
    "requires_action": RefundStatus.PROCESSING,
    "succeeded": RefundStatus.SUCCEEDED,
    "failed": RefundStatus.FAILED,
    "canceled": RefundStatus.FAILED,
}
CHARGED = frozenset({PaymentStatus.AUTHORIZED, PaymentStatus.CAPTURED})
# The bank wants the customer, who is not there: nothing is lost, they are asked to come.
WANTS_CUSTOMER = "authentication_required"
SETTLED_DISPUTES = ("won", "warning_closed", "prevented")
NEWS = ("payment_intent.", "charge.", "refund.")


class StripeGateway:
    name: ClassVar[str] = "stripe"
    remembers: ClassVar[bool] = True
    captures_parts: ClassVar[bool] = True
    saves_cards: ClassVar[bool] = True

    def open(self, order: Order, *, key: str) -> Seen:
        if order.is_hosted:
            return self.fetch(open_checkout(order, key=key))
        what = _new_intent(order)
        if order.saves_card and not what.get("customer"):
            what["customer"] = _new_customer(order, key)
        try:
            said = call("post", "/v1/payment_intents", what, key=key)
        except Declined as declined:
            if not declined.intent:
                raise
            said = declined.intent
        seen = _seen(said)
        answers.same_money(seen.amount, order.amount)
        if seen.payment_id != str(order.payment_id):
            raise Silent("the answer is about another payment")
        return seen

    def fetch(self, reference: str) -> Seen:
        said = call("get", f"/v1/payment_intents/{reference}", {"expand": EXPAND})
        answers.same_reference(said, reference)
        seen = _seen(said, refunds=_refunds(said), disputed=_disputed(said))
        if seen.status is not PaymentStatus.PENDING or not is_of_checkout(said):
            return seen
        return replace(seen, client={**seen.client, "next_url": page_of(reference)})

    def find(self, payment_id: UUID) -> Seen | None:
        # The search of their API lags behind by up to a minute, the list does not.
        made = datetime.fromtimestamp((payment_id.int >> 80) / 1000, UTC)
        span = {"gte": int((made - EARLY).timestamp()), "lte": int((made + SOON).timestamp())}
        for said in pages("/v1/payment_intents", {"created": span}):
            if answers.part(said, "metadata").get("payment_id") == str(payment_id):
                return self.fetch(answers.reference(said))
        return None

    def capture(self, reference: str, amount: Money, *, key: str) -> Seen:
        what = {"amount_to_capture": COUNTING.theirs(amount)}
        answers.same_reference(call("post", f"/v1/payment_intents/{reference}/capture", what, key=key), reference)
        return self.fetch(reference)

    def cancel(self, reference: str, *, key: str) -> Seen:
        is_hosted = is_of_checkout(call("get", f"/v1/payment_intents/{reference}", {}))
        if not (is_hosted and expire_checkout(reference, key=key)):
            answers.same_reference(call("post", f"/v1/payment_intents/{reference}/cancel", {}, key=key), reference)
        return self.fetch(reference)

    def refund(self, reference: str, amount: Money, *, key: str) -> SeenRefund:
        what = {"payment_intent": reference, "amount": COUNTING.theirs(amount), "metadata": {"key": key}}
        said = call("post", "/v1/refunds", what, key=key)
        answers.same_reference(said, reference, "payment_intent")
        refund = _seen_refund(said)
        answers.same_money(refund.amount, amount)
        return refund

    def pay_page(self, client: Mapping[str, Any], *, title: str, back: str) -> PayPage | None:
        return PayPage(client["next_url"]) if client.get("next_url") else None

    def forget_card(self, card: Card) -> None:
        try:
            call("post", f"/v1/payment_methods/{card.method_ref}/detach", {})
        except Refused as refused:
            # That is what it says of one that belongs to nobody any more, and of one that it does not know.
            logger.info("a card was not there to be forgotten", extra={"code": refused.code})

    def confirms(self, reference: str, charge_ref: str, signature: str) -> bool:
        return False

    def read_webhook(self, body: bytes, headers: Mapping[str, str]) -> News:
        said = _verified(body, headers.get("stripe-signature", ""))
        event_id, type_, data = said.get("id"), said.get("type"), said.get("data")
        about = data.get("object") if isinstance(data, dict) else None
        if not isinstance(event_id, str) or not isinstance(type_, str) or not isinstance(about, dict):
            raise ForgedWebhook
        reference = _intent_in(about)
        # Test money is no money, and what happens on an account connected to ours happens there.
        ours = said.get("livemode") is _is_live() and not said.get("account")
        return News(
            event_id[:120], type_[:80], reference, is_relevant=ours and bool(reference) and type_.startswith(NEWS)
        )

    def list_day(self, day: date, zone: ZoneInfo) -> Iterator[Listed]:
        time = day_range(day, zone)
        span = {"gte": int(time.start.timestamp()), "lt": int(time.end.timestamp())}
        for line in pages("/v1/balance_transactions", {"created": span, "expand": ["data.source"]}):
            source = answers.part(line, "source")
            # What undoes a refund bears the refund as well, and is none.
            if line.get("type") in LISTED and source.get("payment_intent"):
                yield _listed(line, source, day)


def _new_intent(order: Order) -> dict[str, Any]:
    what: dict[str, Any] = {
        "amount": COUNTING.theirs(order.amount),
        "currency": order.amount.currency.lower(),
        "capture_method": "manual" if order.captures_later else "automatic",
        "metadata": {"payment_id": str(order.payment_id), "title": order.description[:250]},
        "expand": EXPAND,
    }
    customer = order.saved_card.customer_ref if order.saved_card else order.customer_ref
    method = order.saved_card.method_ref if order.saved_card else order.method_ref
    if customer:
        what["customer"] = customer
    if order.saves_card:
        what["setup_future_usage"] = "off_session"
    if method:
        # Cards alone: other methods would lead the customer away, and nobody is there to be led.
        what |= {"payment_method": method, "confirm": True, "payment_method_types": ["card"]}
    if order.saved_card:
        what["off_session"] = True
        what["metadata"]["unattended"] = "yes"
    return what


def _new_customer(order: Order, key: str) -> str:
    what = {"metadata": {"payment_id": str(order.payment_id)}}
    return answers.reference(call("post", "/v1/customers", what, key=f"{key}:customer"))


def _seen(said: Mapping[str, Any], *, refunds: list[SeenRefund] | None = None, disputed: int = 0) -> Seen:
    currency = answers.word(said, "currency").upper()
    charge, metadata = _expanded(said, "latest_charge"), answers.part(said, "metadata")
    trouble = answers.part(said, "last_payment_error")
    amount, status = COUNTING.ours(answers.whole(said, "amount"), currency), _status(said, trouble, metadata)
    nothing = Money.zero(currency)
    return Seen(
        reference=answers.reference(said),
        status=status,
        amount=amount,
        authorized=_part_of(said, "amount_capturable", amount) if status is PaymentStatus.AUTHORIZED else nothing,
        captured=_part_of(said, "amount_received", amount) if status is PaymentStatus.CAPTURED else nothing,
        charge_ref=answers.reference(charge) if charge and status in CHARGED else "",
        payment_id=answers.text(metadata, "payment_id"),
        refunds=refunds or (),
        disputed=COUNTING.ours(disputed, currency) if disputed else None,
        fee=_fee(charge, currency),
        card=_card(said),
        failure_code=answers.text(trouble, "decline_code", longest=60) or answers.text(trouble, "code", longest=60),
        failure_message=answers.text(trouble, "message"),
        client=_client(said),
    )


def _status(said: Mapping[str, Any], trouble: Mapping[str, Any], metadata: Mapping[str, Any]) -> PaymentStatus:
    status = STATUSES.get(answers.word(said, "status"))
    if status is None:
        raise Silent("the answer has a status that nobody knows")
    if not trouble or said["status"] != "requires_payment_method" or metadata.get("unattended") != "yes":
        return status
    return PaymentStatus.REQUIRES_ACTION if trouble.get("code") == WANTS_CUSTOMER else PaymentStatus.FAILED


def _part_of(said: Mapping[str, Any], name: str, amount: Money) -> Money:
    return COUNTING.ours(answers.whole(said, name), amount.currency)


def _fee(charge: Mapping[str, Any], currency: str) -> Money | None:
    """In the payment's currency; a fee that is settled in another one stands in the gateway's own books."""
    settled = _expanded(charge, "balance_transaction")
    if answers.text(settled, "currency").upper() != currency:
        return None
    return COUNTING.ours(answers.whole(settled, "fee"), currency)


def _card(said: Mapping[str, Any]) -> Card | None:
    """The card, where it may be charged again: only one that belongs to a customer of theirs can."""
    method = _expanded(said, "payment_method")
    details, customer = answers.part(method, "card"), said.get("customer")
    if not details or not isinstance(customer, str) or not method.get("customer"):
        return None
    return Card(
        customer_ref=customer,
        method_ref=answers.reference(method),
        brand=answers.text(details, "brand", longest=20),
        last4=answers.text(details, "last4", longest=4),
        expires_on=_end_of_month(details),
    )


def _end_of_month(details: Mapping[str, Any]) -> date | None:
    year, month = answers.whole(details, "exp_year", 0), answers.whole(details, "exp_month", 0)
    if not 2000 <= year <= 9000 or not 1 <= month <= 12:
        return None
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def _client(said: Mapping[str, Any]) -> dict[str, str]:
    redirect = answers.part(answers.part(said, "next_action"), "redirect_to_url")
    return {
        "client_secret": answers.text(said, "client_secret"),
        "publishable_key": settings.STRIPE_PUBLISHABLE_KEY,
        "next_url": answers.text(redirect, "url", longest=2_000),
    }


def _expanded(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object that was asked to be shown within; empty where only its id is."""
    value = said.get(name)
    return {} if isinstance(value, str) else answers.part(said, name)


def _refunds(intent: Mapping[str, Any]) -> list[SeenRefund]:
    if not answers.whole(_expanded(intent, "latest_charge"), "amount_refunded", 0):
        return []
    found = pages("/v1/refunds", {"payment_intent": answers.reference(intent)})
    return [_seen_refund(said) for said in found]


def _seen_refund(said: Mapping[str, Any]) -> SeenRefund:
    status = REFUNDS.get(answers.word(said, "status"))
    if status is None:
        raise Silent("the refund has a status that nobody knows")
    amount = COUNTING.ours(answers.whole(said, "amount"), answers.word(said, "currency").upper())
    return SeenRefund(answers.reference(said), amount, status, answers.text(answers.part(said, "metadata"), "key"))


def _disputed(intent: Mapping[str, Any]) -> int:
    if not _expanded(intent, "latest_charge").get("disputed"):
        return 0
    disputes = pages("/v1/disputes", {"payment_intent": answers.reference(intent)})
    return sum(answers.whole(each, "amount") for each in disputes if each.get("status") not in SETTLED_DISPUTES)


def _listed(line: Mapping[str, Any], source: Mapping[str, Any], day: date) -> Listed:
    # Their books are in the currency of our bank; what was charged and given back stands with its source.
    currency, is_refund = answers.word(source, "currency").upper(), source["object"] == "refund"
    minor = answers.whole(source, "amount" if is_refund else "amount_captured")
    amount = COUNTING.ours(minor, currency)
    settled = answers.word(line, "currency").upper()
    return Listed(
        reference=answers.reference(source, "payment_intent"),
        charge_ref=answers.reference(source, "charge" if is_refund else "id"),
        amount=-amount if is_refund else amount,
        fee=COUNTING.ours(answers.whole(line, "fee"), settled),
        day=day,
        refund_ref=answers.reference(source) if is_refund else "",
    )


def _verified(body: bytes, header: str) -> Mapping[str, Any]:
    try:
        require_stripe_signature(
            body, header, secrets=settings.STRIPE_WEBHOOK_SECRETS, now=int(clock.now().timestamp())
        )
        said = loads(body)
    except (BadSignature, StrictJSONError) as error:
        raise ForgedWebhook from error
    if not isinstance(said, dict):
        raise ForgedWebhook
    return said


def _is_live() -> bool:
    return "_live_" in settings.STRIPE_SECRET_KEY


def _intent_in(about: Mapping[str, Any]) -> str:
    """The intent that the news is about: itself, or that of a charge, refund or dispute; empty if there is none."""
    found = about.get("id") if about.get("object") == "payment_intent" else about.get("payment_intent")
    return found if isinstance(found, str) and 0 < len(found) <= answers.LONGEST_REFERENCE else ""

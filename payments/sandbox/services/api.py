"""The API of the sandbox, as functions that answer with what would be JSON. The same key again does nothing again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from common.ids import new_id
from common.money import Money
from payments.sandbox.enums import OrderStatus, Verb
from payments.sandbox.errors import SandboxRefused
from payments.sandbox.models import SandboxOrder, SandboxRefund
from payments.sandbox.services.bank import EXPIRES_ON, GONE, LAST4, card_of, charge, take
from payments.sandbox.services.events import emit
from payments.sandbox.services.faults import answers_for

Answer = Mapping[str, Any]
LONGEST_URL = 1_000


@answers_for(Verb.OPEN)
def open_order(
    *,
    key: str,
    payment_id: UUID,
    amount: Money,
    description: str,
    captures_later: bool,
    saves_card: bool,
    card: str,
    is_unattended: bool,
    customer: str,
    return_url: str,
) -> Answer:
    """Makes an order, and charges the card at once if one is given."""
    if len(return_url) > LONGEST_URL:
        raise SandboxRefused("return_url", "The address to return to is too long.")
    order, is_new = SandboxOrder.objects.get_or_create(
        open_key=key,
        defaults={
            "reference": f"sbo_{new_id().hex}",
            "payment_id": payment_id,
            "amount_minor": amount.minor,
            "currency": amount.currency,
            "description": description[:300],
            "captures_later": captures_later,
            "saves_card": saves_card,
            "is_unattended": is_unattended,
            "customer_ref": customer,
            "return_url": return_url,
        },
    )
    if (order.payment_id, order.amount_minor, order.currency) != (payment_id, amount.minor, amount.currency):
        raise SandboxRefused("key_reused", "This key was used for something else.")
    if is_new and card:
        charge(order, card)
    return _shown(order)


@answers_for(Verb.FETCH)
def fetch_order(reference: str) -> Answer:
    return _shown(_order(reference))


@answers_for(Verb.FETCH)
def find_order(payment_id: UUID) -> Answer | None:
    """The newest order of a payment; None if the sandbox never heard of it."""
    order = SandboxOrder.objects.filter(payment_id=payment_id).order_by("-id").first()
    return None if order is None else _shown(order)


@answers_for(Verb.CAPTURE)
def capture_order(reference: str, amount: Money, *, key: str) -> Answer:
    order = _locked(reference)
    if order.status == OrderStatus.PAID and (order.capture_key, order.paid_minor) == (key, amount.minor):
        return _shown(order)
    if order.status != OrderStatus.HELD:
        raise SandboxRefused("not_held", "There is nothing held to take.")
    if amount.currency != order.currency or not 1 <= amount.minor <= order.held_minor:
        raise SandboxRefused("amount", "No more can be taken than is held.")
    order.capture_key = key
    take(order, amount.minor)
    return _shown(order)


@answers_for(Verb.CANCEL)
def cancel_order(reference: str) -> Answer:
    order = _locked(reference)
    if order.status == OrderStatus.PAID:
        raise SandboxRefused("already_paid", "This was paid; it can be refunded.")
    if order.status != OrderStatus.CANCELLED:
        order.status, order.held_minor = OrderStatus.CANCELLED, 0
        order.save(update_fields=["status", "held_minor"])
        emit(order, "order.cancelled")
    return _shown(order)


@answers_for(Verb.REFUND)
def refund_order(reference: str, amount: Money, *, key: str) -> Answer:
    order = _locked(reference)
    there = SandboxRefund.objects.filter(key=key).first()
    if there is not None:
        if (there.order_id, there.amount_minor) != (order.pk, amount.minor):
            raise SandboxRefused("key_reused", "This key was used for something else.")
        return _shown_refund(there)
    left = order.paid_minor - sum(order.refunds.values_list("amount_minor", flat=True))
    if amount.currency != order.currency or not 1 <= amount.minor <= left:
        raise SandboxRefused("amount", "No more can be given back than is left.")
    refund = SandboxRefund.objects.create(
        order=order, reference=f"sbr_{new_id().hex}", amount_minor=amount.minor, key=key
    )
    emit(order, "order.refunded")
    return _shown_refund(refund)


@answers_for(Verb.FORGET)
def forget_card(method: str) -> Answer:
    """The card is charged no more; what was charged to it stays."""
    SandboxOrder.objects.filter(method_ref=method).update(method_ref=f"{GONE}{method}")
    return {"method": method}


@answers_for(Verb.LIST)
def list_lines(start: datetime, end: datetime) -> list[Answer]:
    """What was paid and given back from then until then, in the order in which it happened."""
    paid = SandboxOrder.objects.filter(paid_at__gte=start, paid_at__lt=end)
    refunds = SandboxRefund.objects.filter(created_at__gte=start, created_at__lt=end).select_related("order")
    lines = [(order.paid_at, _line(order, order.paid_minor, order.fee_minor)) for order in paid if order.paid_at]
    lines += [
        (refund.created_at, _line(refund.order, -refund.amount_minor, 0, refund=refund.reference)) for refund in refunds
    ]
    return [line for _, line in sorted(lines, key=lambda pair: pair[0])]


@transaction.atomic
def dispute_order(reference: str, amount_minor: int) -> None:
    """The customer's bank takes money back for now. Nobody calls this over the API: it is said by command."""
    order = _locked(reference)
    if order.paid_minor < amount_minor:
        raise SandboxRefused("amount", "No more can be disputed than was paid.")
    order.disputed_minor = amount_minor
    order.save(update_fields=["disputed_minor"])
    emit(order, "order.disputed")


def _order(reference: str) -> SandboxOrder:
    order = SandboxOrder.objects.filter(reference=reference).first()
    if order is None:
        raise SandboxRefused("not_found", "There is no such order.")
    return order


def _locked(reference: str) -> SandboxOrder:
    order = SandboxOrder.objects.select_for_update().filter(reference=reference).first()
    if order is None:
        raise SandboxRefused("not_found", "There is no such order.")
    return order


def _shown(order: SandboxOrder) -> Answer:
    return {
        "id": order.reference,
        "payment_id": str(order.payment_id),
        "status": str(order.status),
        "currency": order.currency,
        "amount": order.amount_minor,
        "held": order.held_minor,
        "paid": order.paid_minor,
        "fee": order.fee_minor,
        "disputed": order.disputed_minor,
        "charge": order.charge_ref,
        "unattended": order.is_unattended,
        "failure": {"code": order.failure_code, "message": order.failure_message},
        "card": _shown_card(order),
        "refunds": [_shown_refund(refund) for refund in order.refunds.order_by("id")],
    }


def _shown_card(order: SandboxOrder) -> Answer:
    """The card that the customer allowed to be charged again; empty while there is none."""
    card = card_of(order.method_ref)
    if card is None or not order.charge_ref:
        return {}
    return {
        "customer": order.customer_ref,
        "method": order.method_ref,
        "last4": LAST4[card],
        "expires_on": EXPIRES_ON.isoformat(),
    }


def _shown_refund(refund: SandboxRefund) -> Answer:
    return {
        "id": refund.reference,
        "order": refund.order.reference,
        "currency": refund.order.currency,
        "amount": refund.amount_minor,
        "key": refund.key,
        "status": "succeeded",
    }


def _line(order: SandboxOrder, amount: int, fee: int, *, refund: str = "") -> Answer:
    return {
        "order": order.reference,
        "charge": order.charge_ref,
        "currency": order.currency,
        "amount": amount,
        "fee": fee,
        "refund": refund,
    }

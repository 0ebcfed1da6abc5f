"""Refunds as the gateway has them: ours, told by their key, and those that were made in its own back office."""

from collections.abc import Iterable
from uuid import UUID

from payments.enums import RESERVING, RefundStatus
from payments.errors import Disagreement
from payments.gateways.base import SeenRefund
from payments.models import Payment, Refund
from payments.services.refund_ending import succeed
from payments.services.refunding import release, reserve

KEY = "refund"
# Promised, and the gateway has not heard of it: can be taken back.
UNSENT = (RefundStatus.AWAITING_APPROVAL, RefundStatus.PENDING)


def key_of(refund: Refund, attempt: int) -> str:
    """Goes along to the gateway, and comes back with what it tells of the refund."""
    return f"{KEY}:{refund.pk}:{attempt}"


def apply_refunds(payment: Payment, seen: Iterable[SeenRefund]) -> None:
    """The payment is locked. What was applied before changes nothing."""
    for each in seen:
        refund = _known(payment, each)
        if refund is None and each.status != RefundStatus.FAILED:
            refund = _made_elsewhere(payment, each)
        if refund is not None:
            refund.payment = payment
            _apply(refund, each)


def fail_refund(refund: Refund, message: str) -> None:
    """The gateway refuses: the money is here still, and may be promised anew. The payment is locked."""
    refund.status, refund.failure_message = RefundStatus.FAILED, message[:300]
    refund.save(update_fields=["status", "failure_message"])
    release(refund)


def _known(payment: Payment, seen: SeenRefund) -> Refund | None:
    refunds = Refund.objects.filter(payment=payment)
    kind, _, rest = seen.key.partition(":")
    if kind == KEY and (own := _uuid(rest.partition(":")[0])) is not None:
        return refunds.filter(pk=own).first()
    return refunds.filter(gateway_ref=seen.reference).first()


def _made_elsewhere(payment: Payment, seen: SeenRefund) -> Refund:
    """E177: the gateway gave money back by itself, or somebody did there."""
    _make_room(payment, seen.amount.minor)
    refund = Refund.objects.create(
        payment=payment,
        amount_minor=seen.amount.minor,
        status=RefundStatus.PROCESSING,
        reason="Given back at the gateway.",
        cause=f"gateway:{payment.gateway}:{seen.reference}"[:200],
        gateway_ref=seen.reference,
    )
    reserve(refund)
    return refund


def _make_room(payment: Payment, wanted: int) -> None:
    """What has gone already cannot be promised: promises that nobody has sent off yet give way."""
    now = Payment.objects.get(pk=payment.pk)
    free = now.captured_minor - now.refunded_minor - now.reserved_minor
    for unsent in Refund.objects.filter(payment=payment, status__in=UNSENT).order_by("-id"):
        if free >= wanted:
            return
        fail_refund(unsent, "It was given back at the gateway meanwhile.")
        free += unsent.amount_minor
    if free < wanted:
        raise Disagreement(f"{wanted} were given back of {payment.pk}, where {free} were left.")


def _apply(refund: Refund, seen: SeenRefund) -> None:
    if seen.amount != refund.amount:
        raise Disagreement(f"Refund {refund.pk} is of {refund.amount}, and at the gateway of {seen.amount}.")
    if refund.status == RefundStatus.SUCCEEDED:
        return
    if seen.status == RefundStatus.SUCCEEDED:
        _succeed(refund, seen)
    elif seen.status == RefundStatus.FAILED and refund.status in RESERVING:
        fail_refund(refund, "The gateway could not give it back.")
    elif refund.status in RESERVING:
        refund.status, refund.gateway_ref = RefundStatus.PROCESSING, seen.reference
        refund.save(update_fields=["status", "gateway_ref"])


def _succeed(refund: Refund, seen: SeenRefund) -> None:
    if refund.status not in RESERVING:
        # It was given up, and went through after all.
        _make_room(refund.payment, refund.amount_minor)
        reserve(refund)
    succeed(refund, reference=seen.reference)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

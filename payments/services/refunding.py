"""Promising money back, and deciding about it. What is promised is reserved before the gateway hears of it."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from accounts.models import User
from common.errors import PermissionDenied
from common.ids import new_id
from common.money import Money
from common.platform import platform_settings
from common.queue import enqueue
from payments.enums import Destination, RefundStatus
from payments.errors import CannotRefund, RefundIsSettled
from payments.models import Payment, PaymentId, Refund, RefundId
from payments.services.locking import locked_payment
from payments.services.refund_ending import succeed


@dataclass(frozen=True, slots=True)
class Wanted:
    """`by` is empty where the platform gives back what it owes."""

    amount: Money
    destination: Destination
    reason: str
    cause: str
    by: User | None = None


@transaction.atomic
def request_refund(
    payment: Payment,
    amount: Money,
    *,
    by: User,
    reason: str,
    cause: str = "",
    destination: Destination = Destination.GATEWAY,
) -> Refund:
    """Somebody gives money back. A large amount waits for a second person; the same cause is the same refund."""
    wanted = Wanted(amount, destination, reason, cause or f"asked:{new_id()}", by)
    return _promised(locked_payment(PaymentId(payment.pk)), wanted)


@transaction.atomic
def refund_now(
    payment: Payment, amount: Money, *, cause: str, reason: str, destination: Destination = Destination.GATEWAY
) -> Refund:
    """The platform gives back what is not its to keep."""
    return _promised(locked_payment(PaymentId(payment.pk)), Wanted(amount, destination, reason, cause))


@transaction.atomic
def approve_refund(refund: Refund, *, by: User) -> Refund:
    """A second person lets it pass: never the one who asked."""
    refund = _waiting(refund)
    if refund.requested_by_id == by.pk:
        raise PermissionDenied("Somebody else has to approve what you asked for.")
    refund.status, refund.approved_by = RefundStatus.PENDING, by
    refund.save(update_fields=["status", "approved_by"])
    _send_off(refund)
    return refund


@transaction.atomic
def reject_refund(refund: Refund, *, by: User, reason: str = "") -> Refund:
    """The money stays, and can be promised again."""
    refund = _waiting(refund)
    refund.status, refund.approved_by, refund.failure_message = RefundStatus.REJECTED, None, reason[:300]
    if refund.requested_by_id != by.pk:
        refund.approved_by = by
    refund.save(update_fields=["status", "approved_by", "failure_message"])
    release(refund)
    return refund


@transaction.atomic
def retry_refund(refund: Refund) -> Refund:
    """One that the gateway refused is tried again, as long as the money is still there."""
    payment = locked_payment(PaymentId(refund.payment_id))
    refund = _fresh(refund)
    if refund.status != RefundStatus.FAILED:
        raise RefundIsSettled
    _require_left(payment, refund.amount)
    refund.status, refund.failure_message = RefundStatus.PENDING, ""
    refund.save(update_fields=["status", "failure_message"])
    reserve(refund)
    _send_off(refund)
    return refund


def reserve(refund: Refund) -> None:
    """Nobody else promises this money."""
    Payment.objects.filter(pk=refund.payment_id).update(reserved_minor=F("reserved_minor") + refund.amount_minor)


def release(refund: Refund) -> None:
    """It may be promised anew."""
    Payment.objects.filter(pk=refund.payment_id).update(reserved_minor=F("reserved_minor") - refund.amount_minor)


def _promised(payment: Payment, wanted: Wanted) -> Refund:
    there: Refund | None = Refund.objects.select_related("payment").filter(cause=wanted.cause).first()
    if there is not None:
        return there
    _require_left(payment, wanted.amount)
    waits = wanted.by is not None and _needs_approval(wanted.amount)
    refund: Refund = Refund.objects.create(
        payment=payment,
        amount_minor=wanted.amount.minor,
        destination=wanted.destination,
        status=RefundStatus.AWAITING_APPROVAL if waits else RefundStatus.PENDING,
        reason=wanted.reason[:300],
        cause=wanted.cause,
        requested_by=wanted.by,
    )
    reserve(refund)
    if not waits:
        _send_off(refund)
    return refund


def _send_off(refund: Refund) -> None:
    """To the gateway a moment later; into the customer's credit here and now, because nobody else is asked for it."""
    if refund.destination == Destination.CREDIT:
        succeed(refund)
    else:
        enqueue("payments.run_refund", str(refund.pk))


def _require_left(payment: Payment, amount: Money) -> None:
    if amount.minor < 1:
        raise CannotRefund.of("amount", "Give back more than nothing.", "TOO_LITTLE")
    if payment.disputed_minor:
        raise CannotRefund.of("", "The customer's bank is looking into this payment.", "DISPUTED")
    if amount > payment.refundable:
        message = f"At most {payment.refundable} {payment.currency} can be given back."
        raise CannotRefund.of("amount", message, "TOO_MUCH")


def _needs_approval(amount: Money) -> bool:
    """The limit is in the platform's currency; what cannot be compared with it counts as large."""
    settings = platform_settings()
    return amount.currency != settings.default_currency or amount.minor > settings.refund_approval_minor


def _waiting(refund: Refund) -> Refund:
    locked_payment(PaymentId(refund.payment_id))
    refund = _fresh(refund)
    if refund.status != RefundStatus.AWAITING_APPROVAL:
        raise RefundIsSettled
    return refund


def _fresh(refund: Refund) -> Refund:
    found: Refund = Refund.objects.select_related("payment").get(pk=RefundId(refund.pk))
    return found

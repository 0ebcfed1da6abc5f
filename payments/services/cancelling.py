"""Letting go of what was ordered and is not wanted any more: here at once, at the gateway a moment later."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models.functions import Now

from common import clock
from common.queue import enqueue
from payments.enums import LIVE, CallVerb, PaymentStatus, Purpose
from payments.gateways.base import Refused, Silent, Unavailable
from payments.models import Payment, PaymentId
from payments.services.applying import apply_seen
from payments.services.calls import Wanted, make_call
from payments.services.syncing import sync_payment

UNPAID = LIVE - {PaymentStatus.CAPTURED}
AGAIN = timedelta(seconds=30)


def let_go(
    payable_type: str,
    payable_id: UUID,
    *,
    which: Collection[PaymentStatus] = UNPAID,
    purposes: Collection[Purpose] = frozenset(Purpose),
) -> int:
    """Calls off what is not paid, in the caller's transaction, which has locked the payable; returns how many."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("Orders are called off with what they were for.")
    unpaid = Payment.objects.of(payable_type, payable_id).filter(status__in=which, purpose__in=purposes)
    count = 0
    for payment in unpaid.select_for_update(no_key=True).order_by("pk"):
        payment.status, payment.due_at = PaymentStatus.CANCELLED, clock.now()
        payment.save(update_fields=["status", "due_at"])
        enqueue("payments.cancel", str(payment.pk))
        count += 1
    return count


def cancel_at_gateway(pk: PaymentId) -> None:
    """Tells the gateway. What was paid meanwhile is paid, and the payable decides what becomes of it."""
    payment = Payment.objects.filter(pk=pk, status=PaymentStatus.CANCELLED, due_at__isnull=False).first()
    if payment is None:
        return
    try:
        payment = payment if payment.gateway_ref else sync_payment(pk)
        if payment.gateway_ref is None:
            _leave_alone(payment)
            return
        _call_off(payment)
    except Refused:
        sync_payment(pk)
        _give_up(pk)
    except (Silent, Unavailable):
        Payment.objects.filter(pk=pk, due_at__isnull=False).update(due_at=Now() + AGAIN)


def _call_off(payment: Payment) -> None:
    pk, reference = PaymentId(payment.pk), str(payment.gateway_ref)
    make_call(
        Wanted(payment, CallVerb.CANCEL, f"cancel:{pk}"),
        lambda gateway, key: gateway.cancel(reference, key=key),
        record=lambda seen: apply_seen(pk, seen),
    )


def _leave_alone(payment: Payment) -> None:
    """The gateway never heard of it. While the order may be on its way there, this is asked again."""
    if payment.calls.filter(settled_at=None).exists():
        Payment.objects.filter(pk=payment.pk).update(due_at=Now() + AGAIN)
    else:
        _give_up(PaymentId(payment.pk))


def _give_up(pk: PaymentId) -> None:
    Payment.objects.filter(pk=pk, status=PaymentStatus.CANCELLED).update(due_at=None)

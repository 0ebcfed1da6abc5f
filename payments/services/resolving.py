"""The sweep: whatever is due is asked for, made again or given up, whether or not anybody told us of it.

Each step claims its row by a conditional update of its due time, so that any number of workers share the work and one
that dies leaves its row to the next. A row that cannot be done is logged and does not keep the others waiting.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from common import clock
from payments.enums import OPEN, CallState, CallVerb, PaymentStatus, Purpose, RefundStatus
from payments.gateways.base import Silent, Unavailable
from payments.models import GatewayCall, Payment, PaymentId, Refund, RefundId, SavedCard, WebhookEvent
from payments.services.calls import postpone, settle
from payments.services.cancelling import cancel_at_gateway, let_go
from payments.services.cards import forget_at_gateway
from payments.services.locking import locked_payment
from payments.services.refund_calls import UNDER_WAY, run_refund
from payments.services.syncing import sync_payment
from payments.services.webhooks import process_webhook

logger = logging.getLogger(__name__)

BATCH = 100
LEASE = timedelta(minutes=2)
# Nobody finishes an order that is so old; a new one can be made at any time.
LONGEST_OPEN = timedelta(hours=24)
# The task that was enqueued with the refund has had its time.
UNSENT_FOR = timedelta(seconds=30)
ASKED_AGAIN = timedelta(minutes=5)


def sweep() -> int:
    """Everything that is due; returns how many rows were worked on."""
    return sum((_calls(), _payments(), _refunds(), _webhooks(), _cards()))


def _calls() -> int:
    due = GatewayCall.objects.filter(settled_at=None, due_at__lte=Now()).order_by("due_at")
    return _each(due.values_list("pk", flat=True)[:BATCH], resolve_call)


def _payments() -> int:
    due = Payment.objects.filter(due_at__lte=Now()).order_by("due_at")
    return _each(due.values_list("pk", flat=True)[:BATCH], look_at_payment)


def _refunds() -> int:
    """A refund is in the gateway's hands until it says how it went."""
    unsent = Q(status=RefundStatus.PENDING, updated_at__lte=Now() - UNSENT_FOR)
    due = Refund.objects.filter(unsent | Q(status=RefundStatus.PROCESSING, updated_at__lte=Now() - ASKED_AGAIN))
    return _each(due.order_by("updated_at").values_list("pk", flat=True)[:BATCH], _look_at_refund)


def _webhooks() -> int:
    due = WebhookEvent.objects.due().filter(due_at__lte=Now()).order_by("due_at")
    return _each(due.values_list("pk", flat=True)[:BATCH], process_webhook)


def _cards() -> int:
    here = SavedCard.objects.filter(gateway__in=settings.PAYMENT_GATEWAYS, forgotten_at__isnull=False)
    due = here.filter(updated_at__lte=Now() - ASKED_AGAIN).order_by("updated_at")
    return _each(due.values_list("pk", flat=True)[:BATCH], forget_at_gateway)


def resolve_call(pk: UUID) -> None:
    """A call of which nobody knows how it went is made again under its key, or its payment asked about."""
    if not GatewayCall.objects.filter(pk=pk, settled_at=None, due_at__lte=Now()).update(due_at=Now() + LEASE):
        return
    call = GatewayCall.objects.select_related("payment").get(pk=pk)
    if call.refund_id is not None:
        # So that the refund itself may make it: it is in nobody's hands now.
        postpone(call)
        run_refund(RefundId(call.refund_id))
        if Refund.objects.filter(pk=call.refund_id).exclude(status__in=UNDER_WAY, gateway_ref=None).exists():
            settle(call, CallState.DONE)
        return
    try:
        payment = sync_payment(PaymentId(call.payment_id))
    except (Silent, Unavailable):
        postpone(call)
        return
    settle(call, CallState.DONE if _has_happened(CallVerb(call.verb), payment) else CallState.REFUSED)


def _has_happened(verb: CallVerb, payment: Payment) -> bool:
    if verb is CallVerb.OPEN:
        return payment.gateway_ref is not None
    if verb is CallVerb.CAPTURE:
        return payment.status == PaymentStatus.CAPTURED
    return payment.status == PaymentStatus.CANCELLED


def look_at_payment(pk: PaymentId) -> None:
    """Asks the gateway about one that is open; calls off at the gateway what was called off here."""
    if not Payment.objects.filter(pk=pk, due_at__lte=Now()).update(due_at=Now() + LEASE):
        return
    if Payment.objects.filter(pk=pk, status=PaymentStatus.CANCELLED).exists():
        cancel_at_gateway(pk)
        return
    payment = sync_payment(pk)
    is_unheard_of = payment.gateway_ref is None and not payment.calls.filter(settled_at=None).exists()
    if payment.status in OPEN and (is_unheard_of or payment.created_at < clock.now() - LONGEST_OPEN):
        _close(pk)


@transaction.atomic
def _close(pk: PaymentId) -> None:
    """Nobody goes on with it: the way is free for another attempt."""
    payment = locked_payment(pk)
    if payment.status in OPEN:
        let_go(payment.payable_type, payment.payable_id, which=OPEN, purposes={Purpose(payment.purpose)})


def _look_at_refund(pk: UUID) -> None:
    Refund.objects.filter(pk=pk).update(updated_at=Now())
    run_refund(RefundId(pk))


def _each(due: Iterable[Any], work: Callable[[Any], None]) -> int:
    count = 0
    for pk in due:
        count += 1
        try:
            work(pk)
        except Exception:
            if not connection.is_usable():
                raise
            logger.exception("what was due in payments was not done", extra={"row": str(pk)})
    return count

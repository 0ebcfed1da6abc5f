"""Giving back at the gateway what was promised."""

from django.db import transaction

from payments.enums import CallState, CallVerb, Destination, RefundStatus
from payments.errors import UnderWay
from payments.gateways.base import Refused, Silent, Unavailable
from payments.models import PaymentId, Refund, RefundId
from payments.services.calls import Wanted, make_call
from payments.services.locking import locked_payment
from payments.services.refund_news import apply_refunds, fail_refund, key_of
from payments.services.syncing import sync_payment

UNDER_WAY = (RefundStatus.PENDING, RefundStatus.PROCESSING)


def run_refund(pk: RefundId) -> None:
    """Asks the gateway to give it back, or how far it has come. May run at any time, twice and at once."""
    sent = Refund.objects.filter(pk=pk, destination=Destination.GATEWAY)
    # From here on it is in the gateway's hands, and nobody here takes the promise back.
    sent.filter(status=RefundStatus.PENDING).update(status=RefundStatus.PROCESSING)
    refund = sent.select_related("payment").filter(status__in=UNDER_WAY).first()
    if refund is None:
        return
    if refund.gateway_ref:
        sync_payment(PaymentId(refund.payment_id))
        return
    try:
        _send(refund)
    except (UnderWay, Unavailable, Silent):
        # The sweep comes by again, with the same key.
        return
    except Refused as refusal:
        _fail(refund, refusal.message)


def _send(refund: Refund) -> None:
    payment = refund.payment
    reference = str(payment.gateway_ref)
    # A refusal is an answer, which a gateway gives again for the same key; whoever tries on needs another one.
    attempt = refund.calls.filter(state=CallState.REFUSED, answer__has_key="code").count()
    make_call(
        Wanted(payment, CallVerb.REFUND, key_of(refund, attempt), refund),
        lambda gateway, key: gateway.refund(reference, refund.amount, key=key),
        record=lambda seen: apply_refunds(locked_payment(PaymentId(payment.pk)), [seen]),
    )


@transaction.atomic
def _fail(refund: Refund, message: str) -> None:
    locked_payment(PaymentId(refund.payment_id))
    fresh = Refund.objects.get(pk=refund.pk)
    if fresh.status == RefundStatus.PROCESSING:
        fail_refund(fresh, message)

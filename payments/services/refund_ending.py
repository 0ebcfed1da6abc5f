"""How a refund ends well: at the gateway when it says so, in the customer's credit at once."""

from django.db.models import F

from common import clock
from payments.enums import RefundStatus
from payments.models import Payment, Refund
from payments.payables import payable_of
from payments.services.announcing import announce
from payments.services.posting import post_refund


def succeed(refund: Refund, *, reference: str | None = None) -> None:
    """Row, payment, ledger, event and the payable's own step are one transaction.

    The amount is reserved and the payment locked. `reference` is the gateway's name of it, where a gateway has one.
    """
    refund.status, refund.gateway_ref = RefundStatus.SUCCEEDED, reference
    refund.succeeded_at, refund.failure_message = clock.now(), ""
    refund.save(update_fields=["status", "gateway_ref", "succeeded_at", "failure_message"])
    Payment.objects.filter(pk=refund.payment_id).update(
        refunded_minor=F("refunded_minor") + refund.amount_minor,
        reserved_minor=F("reserved_minor") - refund.amount_minor,
    )
    post_refund(refund)
    announce(
        "payment.refunded",
        refund.payment,
        cause=str(refund.pk),
        refund_id=refund.pk,
        refunded_minor=refund.amount_minor,
        destination=refund.destination,
    )
    payable_of(refund.payment.payable_type).on_refunded(refund)

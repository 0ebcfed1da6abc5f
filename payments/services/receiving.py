"""Money that is handed over in person: whoever took it says so, and that is the truth."""

from accounts.models import User
from common import audit
from payments.enums import CallVerb, PaymentStatus
from payments.errors import NothingDue
from payments.gateways.base import Seen
from payments.models import Payment, PaymentId
from payments.services.applying import apply_seen
from payments.services.calls import Wanted, make_call


def receive_payment(pk: PaymentId, *, by: User, reason: str = "") -> Payment:
    """All that was asked for is here; said again, it changes nothing. The audit log keeps who said it first."""
    payment = Payment.objects.get(pk=pk)
    if payment.status == PaymentStatus.CAPTURED:
        return payment
    if payment.status != PaymentStatus.PENDING:
        raise NothingDue
    reference = str(payment.gateway_ref)

    def keep(seen: Seen) -> None:
        apply_seen(pk, seen)
        told = {"payable": str(payment.payable_id), "amount": str(payment.amount), "currency": payment.currency}
        audit.record("cash received", payment, actor=by, reason=reason, data=told)

    make_call(
        Wanted(payment, CallVerb.CAPTURE, f"capture:{pk}:{payment.amount_minor}"),
        lambda gateway, key: gateway.capture(reference, payment.amount, key=key),
        record=keep,
    )
    return Payment.objects.get(pk=pk)

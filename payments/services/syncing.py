"""Asking the gateway for the truth: whatever a browser, a webhook or a sweep claims ends here."""

from payments.gateways.base import Seen
from payments.gateways.registry import gateway_of
from payments.models import Payment, PaymentId
from payments.services.applying import apply_seen
from payments.services.calls import outside_of_transactions


def sync_payment(pk: PaymentId) -> Payment:
    """The payment as the gateway has it now; as it was where the gateway never heard of it. Harmless at any time."""
    payment = Payment.objects.get(pk=pk)
    seen = seen_at_gateway(payment)
    return payment if seen is None else apply_seen(pk, seen)


def seen_at_gateway(payment: Payment) -> Seen | None:
    """Under our own id as long as it is not known what the gateway calls it."""
    gateway = outside_of_transactions(gateway_of(payment.gateway))
    if payment.gateway_ref:
        return gateway.fetch(payment.gateway_ref)
    return gateway.find(payment.pk)

"""Rows of money are locked parents first: the payable, then its payment. Whoever keeps to it waits in no circle."""

from django.db import connection, transaction

from payments.models import Payment, PaymentId
from payments.payables import payable_of


def locked_payment(pk: PaymentId) -> Payment:
    """The payment as it is now; it and its payable stay until the transaction ends."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A payment is locked within a transaction.")
    # Of what never changes.
    payment = Payment.objects.only("payable_type", "payable_id").get(pk=pk)
    payable_of(payment.payable_type).lock(payment.payable_id)
    found: Payment = (
        Payment.objects.select_for_update(of=("self",), no_key=True).select_related("payer").get(pk=payment.pk)
    )
    return found

"""What a customer does on the sandbox's page. Pressing a button twice does once what it says."""

from django.db import transaction

from payments.sandbox.enums import PAYABLE, OrderStatus
from payments.sandbox.models import SandboxOrder
from payments.sandbox.services.bank import charge, fail, succeed


@transaction.atomic
def pay_with(reference: str, card: str) -> SandboxOrder:
    order = SandboxOrder.objects.select_for_update().get(reference=reference)
    if order.status in PAYABLE:
        charge(order, card)
    return order


@transaction.atomic
def answer_bank(reference: str, *, confirms: bool) -> SandboxOrder:
    """The answer to the bank's question whether it is really the customer."""
    order = SandboxOrder.objects.select_for_update().get(reference=reference)
    if order.status != OrderStatus.NEEDS_AUTHENTICATION:
        return order
    # Now the customer is here, and may try again.
    order.is_unattended = False
    if confirms:
        succeed(order)
    else:
        fail(order, "authentication_failed", "The bank's question was not answered.")
    return order

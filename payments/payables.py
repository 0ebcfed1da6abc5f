"""What can be paid for. Upper floors say so in the setting `PAYABLES`; payments never hear of bookings.

    PAYABLES = {"booking": "bookings.payables.BookingPayable"}

The calls that tell a payable what became of its money run in the transaction that changes the payment, after the
payable's own row was locked: parents before children, so two who work on the same thing queue instead of waiting for
one another in a circle.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from common.money import Money
from payments.enums import Purpose
from payments.models import Payment, Refund
from payments.receipts import Bill


@dataclass(frozen=True, slots=True)
class PayableFacts:
    """What is due for each purpose just now; a purpose that is missing cannot be paid.

    `chosen` are those of which the payer says how much, and the most that it may be.
    """

    payer_id: UUID
    title: str
    due: Mapping[Purpose, Money]
    chosen: Mapping[Purpose, Money] = field(default_factory=dict)


class Payable(Protocol):
    def facts(self, payable_id: UUID) -> PayableFacts | None:
        """Who pays how much for what; None if there is no such thing."""

    def lock(self, payable_id: UUID) -> None:
        """Locks the payable's row until the transaction ends."""

    def receipt(self, payable_id: UUID) -> Bill | None:
        """What was bought and what is due for it, as receipts show it; None if there is no such thing."""

    def on_authorized(self, payment: Payment) -> None:
        """The amount is held."""

    def on_paid(self, payment: Payment) -> None:
        """The money is here. What cannot be given for it any more is refunded by the payable, in this transaction."""

    def on_failed(self, payment: Payment) -> None:
        """The attempt failed; another may follow."""

    def on_refunded(self, refund: Refund) -> None:
        """The money went back."""


def payable_of(payable_type: str) -> Payable:
    payable: Payable = import_string(settings.PAYABLES[payable_type])()
    return payable

"""Something of the tests that can be paid for, and that money does nothing to."""

from uuid import UUID

from payments.models import Payment, Refund
from payments.payables import PayableFacts
from payments.receipts import Bill

PATH = "payments.tests.fake_payable.FakePayable"


class FakePayable:
    def facts(self, payable_id: UUID) -> PayableFacts | None:
        return None

    def lock(self, payable_id: UUID) -> None:
        """It has no row."""

    def receipt(self, payable_id: UUID) -> Bill | None:
        return None

    def on_authorized(self, payment: Payment) -> None:
        """Nothing."""

    def on_paid(self, payment: Payment) -> None:
        """Nothing."""

    def on_failed(self, payment: Payment) -> None:
        """Nothing."""

    def on_refunded(self, refund: Refund) -> None:
        """Nothing."""

"""Bookings as payments know them: who pays what for them, and what money does to them."""

from uuid import UUID

from bookings.models import Booking
from bookings.selectors.paying import due_for, paid_for
from bookings.services.holding import note_hold
from bookings.services.paying import note_failure, settle_booking, take_money
from common.errors import NotFound
from payments.models import Payment, Refund
from payments.payables import PayableFacts


class BookingPayable:
    """Implements `payments.payables.Payable`."""

    def facts(self, payable_id: UUID) -> PayableFacts | None:
        booking = Booking.objects.filter(pk=payable_id).first()
        if booking is None:
            return None
        return PayableFacts(booking.customer_id, booking.number, due_for(booking, paid_for(booking.pk)))

    def lock(self, payable_id: UUID) -> None:
        rows = Booking.objects.select_for_update(no_key=True).filter(pk=payable_id)
        if rows.values_list("pk").first() is None:
            raise NotFound

    def on_authorized(self, payment: Payment) -> None:
        note_hold(payment.payable_id, payment)

    def on_paid(self, payment: Payment) -> None:
        take_money(payment.payable_id, payment)

    def on_failed(self, payment: Payment) -> None:
        note_failure(payment.payable_id)

    def on_refunded(self, refund: Refund) -> None:
        settle_booking(refund.payment.payable_id)

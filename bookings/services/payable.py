"""Bookings as payments know them: who pays what for them, and what money does to them."""

from uuid import UUID

from bookings.models import Booking
from bookings.selectors.paying import due_for, paid_for
from bookings.selectors.receipts import bill_of
from bookings.selectors.tipping import most_tipped
from bookings.services.holding import note_hold
from bookings.services.paying import note_failure, settle_booking, take_money
from bookings.services.tipping import settle_tips
from common import clock
from common.errors import NotFound
from payments.enums import BESIDES, Purpose
from payments.models import Payment, Refund
from payments.payables import PayableFacts
from payments.receipts import Bill


class BookingPayable:
    """Implements `payments.payables.Payable`."""

    def facts(self, payable_id: UUID) -> PayableFacts | None:
        booking = Booking.objects.filter(pk=payable_id).first()
        if booking is None:
            return None
        due = due_for(booking, paid_for(booking.pk))
        most = most_tipped(booking, clock.now())
        return PayableFacts(booking.customer_id, booking.number, due, {} if most is None else {Purpose.TIP: most})

    def lock(self, payable_id: UUID) -> None:
        rows = Booking.objects.select_for_update(no_key=True).filter(pk=payable_id)
        if rows.values_list("pk").first() is None:
            raise NotFound

    def receipt(self, payable_id: UUID) -> Bill | None:
        return bill_of(payable_id)

    def on_authorized(self, payment: Payment) -> None:
        note_hold(payment.payable_id, payment)

    def on_paid(self, payment: Payment) -> None:
        if payment.purpose in BESIDES:
            settle_tips(payment.payable_id)
        else:
            take_money(payment.payable_id, payment)

    def on_failed(self, payment: Payment) -> None:
        if payment.purpose not in BESIDES:
            note_failure(payment.payable_id)

    def on_refunded(self, refund: Refund) -> None:
        settle = settle_tips if refund.payment.purpose in BESIDES else settle_booking
        settle(refund.payment.payable_id)

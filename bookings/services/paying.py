"""What follows for a booking from its money, and for its money from what becomes of the booking.

All of it runs under the booking's lock: what is due, paid and promised back is counted anew each time, so it does not
matter in which order news of money and of the booking come.
"""

import logging
from uuid import UUID

from django.db import transaction

from bookings.enums import OVER, Action, BookingKind, BookingStatus, PaymentStatus
from bookings.models import Booking
from bookings.selectors.paying import PAYABLE, asked_in_money, kept_of, owed_of, paid_for, payment_status_of
from bookings.services.booking import claim_time
from bookings.services.earning import post_earnings
from bookings.transitions import SYSTEM, locked, move
from catalog.errors import DayIsFull, SlotTaken
from common import clock
from common.money import Money
from payments.enums import FOR_THE_PRICE, OPEN
from payments.models import Payment
from payments.selectors import SURPLUS, Figures
from payments.services.cancelling import UNPAID, let_go
from payments.services.refunding import refund_now

logger = logging.getLogger(__name__)


@transaction.atomic
def take_money(booking_id: UUID, payment: Payment) -> None:
    """The money is here: the booking goes on, comes back, or the money goes back, in this very transaction."""
    booking = locked(booking_id)
    figures = paid_for(booking.pk)
    if booking.status == BookingStatus.PENDING_PAYMENT and figures.left >= booking.deposit_minor:
        _proceed(booking, Action.PAY)
    elif booking.status == BookingStatus.EXPIRED and figures.left >= booking.deposit_minor:
        _revive(booking)
    _return_surplus(booking, payment, figures)
    _settle(booking)


@transaction.atomic
def note_failure(booking_id: UUID) -> None:
    """An attempt failed. A booking that is paid in part stays so."""
    booking = locked(booking_id)
    if booking.payment_status == PaymentStatus.UNPAID:
        _save_payment_status(booking, PaymentStatus.FAILED)


@transaction.atomic
def settle_booking(booking_id: UUID) -> None:
    """Calls off orders for what is over, gives back what is not kept, posts what is earned. Again, it does nothing."""
    _settle(locked(booking_id))


def _settle(booking: Booking) -> None:
    if booking.status in OVER - {BookingStatus.COMPLETED}:
        # What a hold has to give yet is taken from it a moment later, and what is beyond that let go then.
        let_go(PAYABLE, booking.pk, which=OPEN if owed_of(booking, paid_for(booking.pk)) else UNPAID)
    if booking.status in {BookingStatus.CANCELLED, BookingStatus.EXPIRED}:
        _give_back(booking)
    figures = paid_for(booking.pk)
    post_earnings(booking, figures)
    _save_payment_status(booking, payment_status_of(booking, figures))


def _proceed(booking: Booking, action: Action) -> None:
    """As if it had been booked just now: who is booked at once needs not be asked."""
    move(booking, action, actor=SYSTEM)
    specialist = booking.specialist
    if booking.kind == BookingKind.RESERVATION or (specialist is not None and specialist.instant_booking):
        move(booking, Action.CONFIRM, actor=SYSTEM)


def _revive(booking: Booking) -> None:
    """Its time is claimed again, if it has not begun and nobody has it (U25); else it stays expired."""
    if booking.starts_at <= clock.now():
        return
    try:
        with transaction.atomic():
            claim_time(booking)
    except (SlotTaken, DayIsFull):
        logger.info("late money found the time taken", extra={"booking": str(booking.pk)})
        return
    _proceed(booking, Action.REVIVE)


def _return_surplus(booking: Booking, payment: Payment, figures: Figures) -> None:
    """Nobody pays more than it costs, by whatever two ways at once."""
    fresh = Payment.objects.get(pk=payment.pk)
    surplus = Money(max(0, figures.left - asked_in_money(booking).minor), booking.currency)
    amount = min(surplus, fresh.refundable)
    if amount:
        refund_now(payment, amount, cause=f"{SURPLUS}{payment.pk}", reason="More was paid than it costs.")


def _give_back(booking: Booking) -> None:
    """All but what is kept, from the latest payment on. What a bank disputes is the bank's to decide."""
    figures = paid_for(booking.pk)
    left = figures.left - kept_of(booking, figures).minor
    payments = Payment.objects.of(PAYABLE, booking.pk).filter(captured_minor__gt=0, purpose__in=FOR_THE_PRICE)
    for payment in payments.order_by("-id"):
        amount = Money(min(max(left, 0), payment.refundable.minor), booking.currency)
        if amount:
            nth = payment.refunds.count() + 1
            cause = f"{booking.status}:{booking.pk}:{payment.pk}:{nth}"
            refund_now(payment, amount, cause=cause, reason=f"{booking.get_status_display()}: {booking.number}")
            left -= amount.minor


def _save_payment_status(booking: Booking, status: PaymentStatus) -> None:
    if booking.payment_status != status:
        booking.payment_status = status
        booking.save(update_fields=["payment_status"])

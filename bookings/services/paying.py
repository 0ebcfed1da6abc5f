"""What follows for a booking from its money, and for its money from what becomes of the booking.

All of it runs under the booking's lock: what is due, paid and promised back is counted anew each time, so it does not
matter in which order news of money and of the booking come.
"""

import logging
from uuid import UUID

from django.db import transaction

from bookings.enums import OVER, Action, BookingStatus, PaymentStatus
from bookings.models import Booking
from bookings.selectors.means import deposit_asked_before
from bookings.selectors.paying import (
    CAME_TO_NOTHING,
    PAYABLE,
    asked_in_money,
    deposit_asked,
    kept_of,
    owed_of,
    paid_for,
    payment_status_of,
)
from bookings.services.booking import claim_time
from bookings.services.earning import post_earnings
from bookings.services.means import release_means, take_again
from bookings.services.proceeding import keep_promo, proceed, save_payment_status
from bookings.services.rewarding import reward
from bookings.transitions import locked
from catalog.errors import DayIsFull, SlotTaken
from common import clock
from common.money import Money
from payments.enums import FOR_THE_PRICE, OPEN
from payments.models import Payment
from payments.selectors import SURPLUS, Figures
from payments.services.cancelling import UNPAID, let_go
from payments.services.refunding import refund_now

logger = logging.getLogger(__name__)

DONE = frozenset({BookingStatus.COMPLETED, BookingStatus.NO_SHOW})


@transaction.atomic
def take_money(booking_id: UUID, payment: Payment) -> None:
    """The money is here: the booking goes on, comes back, or the money goes back, in this very transaction."""
    booking = locked(booking_id)
    figures = paid_for(booking.pk)
    if booking.status == BookingStatus.PENDING_PAYMENT and figures.left >= deposit_asked(booking).minor:
        proceed(booking, Action.PAY)
    elif booking.status == BookingStatus.EXPIRED and figures.left >= deposit_asked_before(booking).minor:
        _revive(booking)
    _return_surplus(booking, payment, figures)
    _settle(booking)


@transaction.atomic
def note_failure(booking_id: UUID) -> None:
    """An attempt failed. A booking that is paid in part stays so."""
    booking = locked(booking_id)
    if booking.payment_status == PaymentStatus.UNPAID:
        save_payment_status(booking, PaymentStatus.FAILED)


@transaction.atomic
def settle_booking(booking_id: UUID) -> None:
    """Calls off orders for what is over, gives back what is not kept, posts what is earned. Again, it does nothing."""
    _settle(locked(booking_id))


def _settle(booking: Booking) -> None:
    if booking.status in OVER - {BookingStatus.COMPLETED}:
        # What a hold has to give yet is taken from it a moment later, and what is beyond that let go then.
        let_go(PAYABLE, booking.pk, which=OPEN if owed_of(booking, paid_for(booking.pk)) else UNPAID)
    if booking.status in CAME_TO_NOTHING:
        release_means(booking)
        _give_back(booking)
    figures = paid_for(booking.pk)
    post_earnings(booking, figures)
    if booking.status in DONE:
        keep_promo(booking)
    if booking.status == BookingStatus.COMPLETED:
        reward(booking, figures)
    save_payment_status(booking, payment_status_of(booking, figures))


def _revive(booking: Booking) -> None:
    """Its time is claimed again, if it has not begun and nobody has it (U25); else it stays expired.

    Points and credit that are not there any more are asked for in money: who has paid in time what was asked is not
    sent away for what they did with the rest.
    """
    if booking.starts_at <= clock.now():
        return
    try:
        with transaction.atomic():
            claim_time(booking)
    except (SlotTaken, DayIsFull):
        logger.info("late money found the time taken", extra={"booking": str(booking.pk)})
        return
    proceed(booking, Action.REVIVE, data=take_again(booking))


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

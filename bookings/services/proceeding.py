"""How a booking goes on that is paid, or of which nothing is left to pay."""

from collections.abc import Mapping
from typing import Any

from bookings.enums import Action, BookingKind, BookingStatus, PaymentStatus
from bookings.models import Booking
from bookings.selectors.paying import PAID_FOR, PAYABLE, paid_for, payment_status_of, still_due
from bookings.transitions import SYSTEM, move
from loyalty.services import use_promo
from payments.enums import FOR_THE_PRICE
from payments.services.cancelling import let_go


def proceed(booking: Booking, action: Action, *, data: Mapping[str, Any] | None = None) -> None:
    """As if it had been booked just now: who is booked at once needs not be asked. Its promo code is used for good."""
    move(booking, action, actor=SYSTEM, data=data)
    specialist = booking.specialist
    if booking.kind == BookingKind.RESERVATION or (specialist is not None and specialist.instant_booking):
        move(booking, Action.CONFIRM, actor=SYSTEM)
    keep_promo(booking)


def proceed_if_covered(booking: Booking) -> bool:
    """Whether nothing is left to pay, so that no gateway is asked: such a booking is paid, and goes on at once.

    The booking is locked. What is open or held for it at a gateway is called off.
    """
    figures = paid_for(booking.pk)
    if booking.status not in PAID_FOR or still_due(booking, figures):
        return False
    if booking.payment_status != PaymentStatus.PAID:
        let_go(PAYABLE, booking.pk, purposes=FOR_THE_PRICE)
    if booking.status == BookingStatus.PENDING_PAYMENT:
        proceed(booking, Action.PAY)
    keep_promo(booking)
    is_by_money = figures.captured > figures.surplus
    save_payment_status(booking, payment_status_of(booking, figures) if is_by_money else PaymentStatus.PAID)
    return True


def keep_promo(booking: Booking) -> None:
    """The code's use is final once its booking is paid or confirmed. Most bookings have no code."""
    if booking.discount_minor:
        use_promo(booking.pk)


def save_payment_status(booking: Booking, status: PaymentStatus) -> None:
    if booking.payment_status != status:
        booking.payment_status = status
        booking.save(update_fields=["payment_status"])

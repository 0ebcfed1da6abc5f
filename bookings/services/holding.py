"""Holding the rest of a price on the customer's card, so that it is there when the booking is done."""

from uuid import UUID

from django.db import transaction

from bookings.enums import OVER, Action, BookingStatus
from bookings.models import Booking
from bookings.selectors.paying import PAYABLE, holds_of
from bookings.services.charging import Outcome, charge_rest
from bookings.transitions import SYSTEM, amend, locked
from common import clock
from common.queue import enqueue
from payments.enums import PaymentStatus
from payments.models import Payment, PaymentId
from payments.services.cancelling import let_go
from payments.services.syncing import sync_payment


def hold_rest(booking: Booking) -> Outcome:
    """Held already, it stays so; a hold that has gone meanwhile is made anew."""
    held = holds_of(booking.pk).first()
    if held is not None and sync_payment(PaymentId(held.pk)).status != PaymentStatus.CANCELLED:
        return Outcome.DONE
    return charge_rest(booking, captures_later=True)


@transaction.atomic
def note_hold(booking_id: UUID, payment: Payment) -> None:
    """The timeline tells of it. What is done already takes it at once; for what came to nothing it is let go."""
    booking = locked(booking_id)
    if booking.status in OVER - {BookingStatus.COMPLETED}:
        let_go(PAYABLE, booking.pk)
    elif booking.status == BookingStatus.COMPLETED:
        Booking.objects.filter(pk=booking.pk).update(rest_due_at=clock.now(), rest_tries=0)
        enqueue("bookings.deal_with_rest", str(booking.pk))
    else:
        told = {"amount": str(payment.amount), "currency": payment.currency, "gateway": payment.gateway}
        amend(booking, Action.HOLD, actor=SYSTEM, changes={}, data=told)


@transaction.atomic
def loosen_hold(booking_id: UUID) -> None:
    """Lets go of what is held for a booking that was moved far ahead."""
    if not holds_of(booking_id).exists():
        return
    booking = locked(booking_id)
    if booking.rest_due_at is not None and booking.rest_due_at > clock.now():
        let_go(PAYABLE, booking.pk, which={PaymentStatus.AUTHORIZED})

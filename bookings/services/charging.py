"""Charging the rest of a price to the card that the customer saved, without the customer being there."""

from datetime import timedelta
from enum import Enum, auto

from django.db.models.functions import Now

from bookings.models import Booking
from bookings.selectors.paying import PAYABLE, rest_of
from bookings.services.asking import ask_to_pay
from bookings.services.messages import TO_CONFIRM_PAYMENT, TO_PAY
from payments.enums import OPEN, PaymentStatus, Purpose
from payments.errors import Declined, NothingDue
from payments.gateways.base import Card
from payments.models import Payment, PaymentId
from payments.selectors import card_to_charge
from payments.services.opening import Asked, open_payment
from payments.services.syncing import sync_payment

# So long an order that the customer has opened is theirs to finish.
THEIR_TIME = timedelta(hours=1)


class Outcome(Enum):
    """What is left to do. `SOON`: nobody can tell yet, it is looked at again in some minutes."""

    DONE = auto()
    ASKED = auto()
    SOON = auto()


def charge_rest(booking: Booking, *, captures_later: bool) -> Outcome:
    """Held or taken; where that cannot be, the customer is asked to pay or to confirm it (E169).

    An order that the customer has just opened is left to them, and so is one that waits for their confirmation.
    """
    rest = rest_of(booking)
    if rest is None:
        return Outcome.DONE
    purpose, _ = rest
    there = Payment.objects.live().of(PAYABLE, booking.pk).filter(purpose=purpose, status__in=OPEN).first()
    standing = _standing(booking, there) if there is not None and there.gateway_ref else None
    return standing or _charge(booking, purpose, captures_later=captures_later)


def _standing(booking: Booking, there: Payment) -> Outcome | None:
    """What an order that is there leaves to do; None if it is in nobody's hands any more."""
    payment = sync_payment(PaymentId(there.pk))
    if payment.status == PaymentStatus.REQUIRES_ACTION:
        ask_to_pay(booking, TO_CONFIRM_PAYMENT)
        return Outcome.ASKED
    if payment.status not in OPEN:
        return Outcome.SOON
    is_young = Payment.objects.filter(pk=payment.pk, created_at__gt=Now() - THEIR_TIME).exists()
    return Outcome.SOON if is_young else None


def _charge(booking: Booking, purpose: Purpose, *, captures_later: bool) -> Outcome:
    card = card_to_charge(booking.customer)
    if card is None:
        ask_to_pay(booking, TO_PAY)
        return Outcome.ASKED
    known = Card(card.customer_ref, card.method_ref)
    asked = Asked(PAYABLE, booking.pk, purpose, card.gateway, captures_later=captures_later, card=known)
    try:
        payment = open_payment(asked, payer=booking.customer)
    except NothingDue:
        return Outcome.DONE
    except Declined:
        ask_to_pay(booking, TO_PAY)
        return Outcome.ASKED
    if payment.status == PaymentStatus.REQUIRES_ACTION:
        ask_to_pay(booking, TO_CONFIRM_PAYMENT)
        return Outcome.ASKED
    return Outcome.SOON if payment.status in OPEN else Outcome.DONE

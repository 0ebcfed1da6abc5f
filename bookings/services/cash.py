"""Cash: whoever was given it for a booking says so, once (A104)."""

from accounts.models import User
from bookings.enums import PaymentMethod
from bookings.errors import CannotBook
from bookings.models import Booking
from bookings.selectors.paying import PAYABLE, rest_of
from common.money import Money
from payments.enums import Purpose
from payments.errors import NothingDue
from payments.models import Payment, PaymentId
from payments.services.opening import Asked, open_payment
from payments.services.receiving import receive_payment

CASH = "cash"


def record_cash(booking: Booking, *, by: User, amount: Money | None = None, reason: str = "") -> Payment:
    """All that is left to pay was handed over. The amount is the booking's: another one that is named is refused.

    Said twice, it is the same payment. Who may say it is decided by whoever calls.
    """
    if booking.payment_method != PaymentMethod.CASH:
        raise CannotBook.of("booking_id", "This is not paid in cash.", "NOT_CASH")
    taken = Payment.objects.live().of(PAYABLE, booking.pk).filter(gateway=CASH, captured_minor__gt=0)
    there = taken.order_by("pk").first()
    if there is not None:
        _require_same(amount, there.amount)
        return there
    rest = rest_of(booking)
    if rest is None:
        raise NothingDue
    purpose, due = rest
    _require_same(amount, due)
    return _received(booking, purpose, by, reason)


def _received(booking: Booking, purpose: Purpose, by: User, reason: str) -> Payment:
    payment = open_payment(Asked(PAYABLE, booking.pk, purpose, CASH), payer=booking.customer)
    if payment.gateway != CASH:
        # It was paid, or is held, by another way meanwhile.
        raise NothingDue
    return receive_payment(PaymentId(payment.pk), by=by, reason=reason)


def _require_same(named: Money | None, due: Money) -> None:
    if named is not None and named != due:
        raise CannotBook.of("amount", f"What is due is {due} {due.currency}.", "AMOUNT_MISMATCH")

"""Tips: given by the customer besides the price, and owed to whoever did it. No revenue, no tax, no points."""

from uuid import UUID

from django.db import transaction

from bookings.errors import AlreadyDone, CannotBook, NotNow
from bookings.models import Booking
from bookings.selectors.paying import PAYABLE
from bookings.selectors.tipping import most_tipped, tips_until
from bookings.transitions import locked
from common import clock
from common.errors import Detail
from common.money import Money
from payments.enums import BESIDES
from payments.ledger import Entry, post
from payments.models import Journal, Payment
from payments.selectors import figures_of, posted_of
from payments.services.posting import HELD

OWED = "payable:specialist:"


def require_tip(booking: Booking, amount: Money) -> None:
    """Raises what is against a tip of this amount now."""
    if tips_until(booking) is None:
        raise _not_now("A tip is given when a specialist has done what was booked.", "NOTHING_DONE")
    most = most_tipped(booking, clock.now())
    if most is None:
        raise _not_now("It is too late to give a tip.", "TOO_LATE")
    if amount.minor < 1:
        raise CannotBook.of("amount", "Give more than nothing.", "TOO_LITTLE")
    if amount > most:
        raise CannotBook.of("amount", f"A tip is at most {most} {most.currency}.", "TOO_MUCH")


def require_same_tip(payment: Payment, amount: Money) -> None:
    """There is one tip for a booking: another amount is another one."""
    if payment.amount != amount:
        raise AlreadyDone(f"You have given a tip of {payment.amount} {payment.currency}. Thank you.")


@transaction.atomic
def settle_tips(booking_id: UUID) -> None:
    """Brings what the specialist is owed to what is here of the customer's tips. Again, it does nothing."""
    booking = locked(booking_id)
    account = f"{OWED}{booking.specialist_id}"
    here = Money(figures_of(PAYABLE, booking.pk, purposes=BESIDES).kept, booking.currency)
    owed = -posted_of(PAYABLE, booking.pk).get((account, booking.currency), Money.zero(booking.currency))
    more = here - owed
    if not more:
        return
    nth = Journal.objects.filter(payable_type=PAYABLE, payable_id=booking.pk, kind="tip").count() + 1
    post(
        "tip",
        key=f"tip:{booking.pk}:{nth}",
        moves=[Entry(HELD, more), Entry(account, -more)],
        payable=(PAYABLE, booking.pk),
    )


def _not_now(message: str, code: str) -> NotNow:
    return NotNow(message, details=[Detail("", message, code)])

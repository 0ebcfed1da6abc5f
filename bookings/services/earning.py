"""What the platform has earned by a booking, as the ledger has it.

Money, and what points and credit pay like it, is held for the customer until the booking is done, or over with
something kept of it. Then as much as is kept moves on to revenue and tax. The target is computed from the whole, and
what differs from the books is posted: so shares of tax never drift, however many payments and refunds a booking sees
(1000.00 back of 2124.00: 152.54 of tax).
"""

from fractions import Fraction

from bookings.enums import BookingStatus
from bookings.models import Booking
from bookings.selectors.paying import PAYABLE, earned_of
from common.money import Money
from payments.ledger import Entry, post
from payments.models import Journal
from payments.selectors import Figures, posted_of
from payments.services.posting import HELD

REVENUE, CANCELLATIONS, TAX = "revenue", "revenue:cancellation", "tax"
EARNED = frozenset({BookingStatus.COMPLETED, BookingStatus.NO_SHOW, BookingStatus.CANCELLED})


def post_earnings(booking: Booking, figures: Figures) -> None:
    """Brings the books to what is earned now; nothing where they say so already. The booking is locked."""
    posted = posted_of(PAYABLE, booking.pk)
    moves = [
        Entry(account, wanted - posted.get((account, booking.currency), Money.zero(booking.currency)))
        for account, wanted in _wanted(booking, figures).items()
    ]
    moves = [each for each in moves if each.amount]
    if not moves:
        return
    held = -sum((each.amount for each in moves), start=Money.zero(booking.currency))
    nth = Journal.objects.filter(payable_type=PAYABLE, payable_id=booking.pk, kind="earning").count() + 1
    post(
        "earning",
        key=f"earning:{booking.pk}:{nth}",
        moves=[*moves, Entry(HELD, held)],
        payable=(PAYABLE, booking.pk),
    )


def _wanted(booking: Booking, figures: Figures) -> dict[str, Money]:
    """What stands on each account, debit positive: what is earned is credited."""
    zero = Money.zero(booking.currency)
    earned = earned_of(booking, figures) if booking.status in EARNED else zero
    tax = earned.times(Fraction(booking.tax_minor, booking.total_minor)) if booking.total_minor else zero
    is_fee = booking.status == BookingStatus.CANCELLED
    net = tax - earned
    return {REVENUE: zero if is_fee else net, CANCELLATIONS: net if is_fee else zero, TAX: -tax}

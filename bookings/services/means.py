"""What pays for a booking besides money: a promo code, then points, then credit. It lives and dies with the booking.

    use_points(booking, 50)           takes points off what is still to be paid, and says what they are worth
    use_credit(booking, amount)       the same with what the platform owes the customer
    proceed_if_covered(booking)       where nothing is left to pay: paid, with no gateway called
    release_means(booking)            when it is cancelled or expires
    take_again(booking)               when its money arrives after that

Everything here runs in the caller's transaction, which has locked the booking or has just begun it, and keeps the
caller's object as the row is. `points_minor` and `credit_minor` are what pays for the booking now, and what the ledger
holds for it because of them. Rows are locked in one order: the booking, its promo code, the account of points, the
account of credit.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import User
from bookings.enums import BookingStatus
from bookings.errors import CannotBook
from bookings.models import Booking
from bookings.pricing import Tax
from bookings.selectors.means import PAYING, given_back, points_asked_by_paying, points_may_pay, room_for_points
from bookings.selectors.paying import CAME_TO_NOTHING, PAYABLE, paid_for, still_due
from bookings.services.proceeding import proceed_if_covered
from bookings.transitions import locked
from common.errors import DomainError, NotFound
from common.money import Money
from loyalty.errors import CannotRedeem
from loyalty.models import LoyaltyEntry
from loyalty.services import hold_promo_again, redeem_on, release_promo, restore_points
from loyalty.services.redeeming import LEDGER_ACCOUNT
from payments.enums import FOR_THE_PRICE, OPEN
from payments.errors import Overdrawn
from payments.ledger import Credit, Debit, Entry, post, reverse
from payments.models import Journal, Payment
from payments.selectors import credit_account
from payments.services.cancelling import let_go
from payments.services.posting import HELD

__all__ = [
    "cover_with_points",
    "note_points",
    "pay_with_points",
    "proceed_if_covered",
    "release_means",
    "require_room_for_points",
    "take_again",
    "use_credit",
    "use_points",
]

logger = logging.getLogger(__name__)


def use_points(booking: Booking, points: int, *, cause: str = "discount") -> Money:
    """Refuses more than there is of points, or of what is still to be paid, and takes nothing then."""
    return _take_points(booking, points, require_room_for_points(booking), cause)


def pay_with_points(booking: Booking, points: int) -> Money:
    """As many points as are asked for along with a payment; those that were taken by asking before count.

    So whoever asks again, with the same idempotency key or another, pays no points twice.
    """
    missing = points - points_asked_by_paying(booking)
    if missing < 1:
        return Money.zero(booking.currency)
    return use_points(booking, missing, cause=PAYING)


@transaction.atomic
def cover_with_points(booking_id: UUID, points: int, *, payer: User) -> bool:
    """Before money is asked for: takes the points that go along with it, and says whether nothing is left to pay."""
    booking = locked(booking_id)
    if booking.customer_id != payer.pk:
        raise NotFound
    if points:
        pay_with_points(booking, points)
    return proceed_if_covered(booking)


def use_credit(booking: Booking, amount: Money) -> Money:
    """Refuses more than there is of credit, or of what is still to be paid."""
    due = still_due(booking, paid_for(booking.pk))
    if amount.minor < 1 or amount.currency != due.currency or amount > due:
        raise CannotBook.of("credit", f"At most {due} {due.currency} can be paid by credit.", "CREDIT_EXCEEDS_DUE")
    try:
        _post(booking, "credit_used", Debit(credit_account(booking.customer_id), amount), Credit(HELD, amount))
    except Overdrawn as error:
        raise CannotBook.of("credit", "You have less credit than that.", "NOT_ENOUGH_CREDIT") from error
    booking.credit_minor += amount.minor
    booking.save(update_fields=["credit_minor"])
    _call_off_larger_orders(booking)
    return amount


def require_room_for_points(booking: Booking) -> Money:
    """What points may pay of it now; refuses what is over or paid, and what has nothing but tax left for them."""
    room = room_for_points(booking, paid_for(booking.pk))
    if not room:
        raise CannotRedeem.of("booking_id", "Nothing is left of this booking that points could pay.", "NOTHING_DUE")
    return room


def note_points(booking: Booking, redeemed: LoyaltyEntry) -> Money:
    """Points that were taken for the booking pay for it: it asks for less money, and the ledger holds their worth."""
    worth = Money(redeemed.value_minor or 0, redeemed.currency)
    moves = [Debit(LEDGER_ACCOUNT, worth), Credit(HELD, worth)]
    post("points_used", key=_key_of(redeemed), moves=moves, payable=(PAYABLE, booking.pk))
    booking.points_minor += worth.minor
    booking.save(update_fields=["points_minor"])
    _call_off_larger_orders(booking)
    return worth


def release_means(booking: Booking) -> None:
    """Gives back what a cancelled or expired booking was paid by, once. Of any other booking it gives back nothing.

    A fee is kept of money first, then of credit, and never of points. It is looked at anew each time, so money that
    comes after the cancellation sets credit free that was kept for the fee.
    """
    if booking.status not in CAME_TO_NOTHING:
        return
    release_promo(booking.pk)
    if booking.points_minor:
        _return_points(booking)
    if booking.credit_minor:
        _return_credit(booking)


def take_again(booking: Booking) -> Mapping[str, Any]:
    """An expired booking comes back with late money: what was given back is taken once more, if it is still there.

    Points and credit are each taken whole or not at all. Without its code the booking costs what it costs without.
    What is not paid in any of these ways is asked for in money. Answers what the timeline is to tell of it.
    """
    before = given_back(booking)
    told: dict[str, Any] = {}
    if booking.discount_minor and not hold_promo_again(booking.pk):
        told["discount_lost"] = str(Money(booking.discount_minor, booking.currency))
        _price_without_code(booking)
    if before.points:
        room = points_may_pay(booking, paid_for(booking.pk))
        told["points_taken_again"] = _taken(lambda: _take_points(booking, before.points, room, "again"))
    if before.credit:
        told["credit_taken_again"] = _taken(lambda: use_credit(booking, before.credit))
    return told


def _take_points(booking: Booking, points: int, room: Money, cause: str) -> Money:
    entry = redeem_on(booking.customer, points, due=room, subject_id=booking.pk, cause=cause)
    return note_points(booking, entry)


def _return_points(booking: Booking) -> None:
    """The journal of each redemption is moved back, so points that are worth more today return as what they were."""
    reason = f"{booking.get_status_display()}: {booking.number}"
    for restored in restore_points(booking.customer, subject_id=booking.pk, reason=reason):
        redeemed = restored.reverses
        if redeemed is not None:
            reverse(Journal.objects.get(key=_key_of(redeemed)), key=f"{_key_of(redeemed)}:restored")
    booking.points_minor = 0
    booking.save(update_fields=["points_minor"])


def _return_credit(booking: Booking) -> None:
    money = max(0, paid_for(booking.pk).left)
    is_for_a_fee = booking.status == BookingStatus.CANCELLED
    keeps = max(0, booking.cancellation_fee_minor - money) if is_for_a_fee else 0
    back = Money(max(0, booking.credit_minor - keeps), booking.currency)
    if not back:
        return
    _post(booking, "credit_returned", Debit(HELD, back), Credit(credit_account(booking.customer_id), back))
    booking.credit_minor -= back.minor
    booking.save(update_fields=["credit_minor"])


def _price_without_code(booking: Booking) -> None:
    subtotal = Money(booking.subtotal_minor, booking.currency)
    tax = Tax(booking.tax_basis_points, booking.prices_include_tax).of(subtotal)
    total = subtotal if booking.prices_include_tax else subtotal + tax
    booking.discount_minor, booking.tax_minor, booking.total_minor = 0, tax.minor, total.minor
    booking.save(update_fields=["discount_minor", "tax_minor", "total_minor"])


def _taken(take: Callable[[], Money]) -> bool:
    """Whether it was there still: it may have been spent on something else since it was given back."""
    try:
        with transaction.atomic():
            take()
    except DomainError as refusal:
        logger.info("what paid for an expired booking is gone: %s", refusal.message)
        return False
    return True


def _call_off_larger_orders(booking: Booking) -> None:
    """Whoever paid an order for more than is still to be paid would pay too much; a new one is made when it is asked
    for."""
    due = still_due(booking, paid_for(booking.pk))
    ordered = Payment.objects.of(PAYABLE, booking.pk).filter(status__in=OPEN, purpose__in=FOR_THE_PRICE)
    if ordered.filter(amount_minor__gt=due.minor).exists():
        let_go(PAYABLE, booking.pk, which=OPEN, purposes=FOR_THE_PRICE)


def _post(booking: Booking, kind: str, *moves: Entry) -> None:
    nth = Journal.objects.filter(payable_type=PAYABLE, payable_id=booking.pk, kind=kind).count() + 1
    post(kind, key=f"{kind}:{booking.pk}:{nth}", moves=moves, payable=(PAYABLE, booking.pk))


def _key_of(redeemed: LoyaltyEntry) -> str:
    return f"points:{redeemed.pk}"

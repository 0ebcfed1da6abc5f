"""What of a booking is paid, and what is due for it now."""

from collections.abc import Mapping
from uuid import UUID

from django.db.models import QuerySet

from bookings.enums import OCCUPYING, BookingStatus, PaymentStatus
from bookings.models import Booking
from common.money import Money
from payments.enums import BESIDES, Purpose
from payments.enums import PaymentStatus as Progress
from payments.models import Payment
from payments.selectors import Figures, figures_of

PAYABLE = "booking"
# The customer may pay for these; what is over in any other way is owed nothing.
PAID_FOR = OCCUPYING | {BookingStatus.COMPLETED}
# What they were paid by goes back, less a fee.
CAME_TO_NOTHING = frozenset({BookingStatus.CANCELLED, BookingStatus.EXPIRED})
WAS_PAID = frozenset({PaymentStatus.PAID, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED})


def paid_for(booking_id: UUID) -> Figures:
    return figures_of(PAYABLE, booking_id)


def asked_in_money(booking: Booking) -> Money:
    """The total, less what points and credit pay of it."""
    return booking.total - Money(booking.points_minor + booking.credit_minor, booking.currency)


def still_due(booking: Booking, figures: Figures) -> Money:
    """What money or other means may still pay of it. What was given back out of kindness is not asked for again."""
    paid = figures.captured - figures.surplus
    return Money(max(0, asked_in_money(booking).minor - paid), booking.currency)


def deposit_asked(booking: Booking) -> Money:
    """Points and credit pay the rest first: the deposit is asked for in money, as far as so much is left at all."""
    return min(booking.deposit, asked_in_money(booking))


def due_for(booking: Booking, figures: Figures) -> Mapping[Purpose, Money]:
    """A deposit while it holds the booking back; all of it, or the rest, at any time until it is paid."""
    paid = figures.captured - figures.surplus
    left = still_due(booking, figures)
    if booking.status not in PAID_FOR or not left:
        return {}
    due = {Purpose.REST if paid > 0 else Purpose.FULL: left}
    deposit = deposit_asked(booking).minor - paid
    if booking.status == BookingStatus.PENDING_PAYMENT and deposit > 0:
        due[Purpose.DEPOSIT] = Money(deposit, booking.currency)
    return due


def rest_of(booking: Booking) -> tuple[Purpose, Money] | None:
    """All that is left to pay for the booking, and under which name; None where nothing is."""
    due = due_for(booking, paid_for(booking.pk))
    return next(((purpose, due[purpose]) for purpose in (Purpose.REST, Purpose.FULL) if purpose in due), None)


def wanted_of(booking: Booking) -> tuple[Purpose, Money] | None:
    """As `rest_of`, where the customer has to see to it: what is held is taken without them."""
    return None if holds_of(booking.pk).exists() else rest_of(booking)


def holds_of(booking_id: UUID) -> QuerySet[Payment]:
    """What is held for the price of a booking, the first of it first."""
    held = Payment.objects.of(PAYABLE, booking_id).filter(status=Progress.AUTHORIZED)
    return held.exclude(purpose__in=BESIDES).order_by("pk")


def kept_of(booking: Booking, figures: Figures) -> Money:
    """The money that stays: of a cancelled booking its fee, less what credit pays of it; of an expired one nothing."""
    return Money(min(figures.kept, _most(booking)), booking.currency)


def owed_of(booking: Booking, figures: Figures) -> Money:
    """What may still be taken of what is held: as much as would stay here."""
    paid = figures.captured - figures.surplus
    return Money(max(0, _most(booking) - paid), booking.currency)


def _most(booking: Booking) -> int:
    return {
        BookingStatus.CANCELLED: max(0, booking.cancellation_fee_minor - booking.credit_minor),
        BookingStatus.EXPIRED: 0,
    }.get(BookingStatus(booking.status), asked_in_money(booking).minor)


def earned_of(booking: Booking, figures: Figures) -> Money:
    """What stays in all, by money, points and credit: those that came to nothing have been given back by now."""
    return kept_of(booking, figures) + Money(booking.points_minor + booking.credit_minor, booking.currency)


def payment_status_of(booking: Booking, figures: Figures) -> PaymentStatus:
    """What was paid twice and went back tells nothing; an attempt that failed tells only while nothing is paid."""
    given_back = figures.refunded - figures.surplus
    if figures.captured == figures.surplus:
        return _without_money(booking)
    if given_back > 0:
        return PaymentStatus.PARTIALLY_REFUNDED if figures.kept > 0 else PaymentStatus.REFUNDED
    # Points that are back already have it ask for more money than it did when it was paid.
    was_paid = booking.status in CAME_TO_NOTHING and booking.payment_status == PaymentStatus.PAID
    is_paid = was_paid or figures.kept >= asked_in_money(booking).minor
    return PaymentStatus.PAID if is_paid else PaymentStatus.DEPOSIT_PAID


def _without_money(booking: Booking) -> PaymentStatus:
    """A price of which a code, points and credit leave nothing is paid; of means that went back that is told, too.

    What costs nothing from the start is not paid either, unless somebody has settled that it goes on as paid.
    """
    before = PaymentStatus(booking.payment_status)
    if booking.status in CAME_TO_NOTHING:
        if before not in WAS_PAID or not booking.total_minor:
            return before
        return PaymentStatus.PARTIALLY_REFUNDED if booking.credit_minor else PaymentStatus.REFUNDED
    if not asked_in_money(booking) and (booking.subtotal_minor or before == PaymentStatus.PAID):
        return PaymentStatus.PAID
    return PaymentStatus.FAILED if before == PaymentStatus.FAILED else PaymentStatus.UNPAID

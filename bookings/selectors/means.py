"""What pays for a booking besides money, as far as it is asked about."""

from dataclasses import dataclass

from django.db.models import Sum

from bookings.models import Booking
from bookings.selectors.paying import PAID_FOR, PAYABLE, still_due
from common.money import Money
from common.platform import platform_settings
from loyalty.models import LoyaltyEntry
from payments.models import Posting
from payments.selectors import Figures, credit_account

# Begins the source keys of points that were asked for along with a payment.
PAYING = "pay"


@dataclass(frozen=True, slots=True)
class Means:
    """So many points, what they were worth, and credit."""

    points: int
    worth: Money
    credit: Money


def room_for_points(booking: Booking, figures: Figures) -> Money:
    """What points may pay of it now: nothing of what is over or paid."""
    return points_may_pay(booking, figures) if booking.status in PAID_FOR else Money.zero(booking.currency)


def points_may_pay(booking: Booking, figures: Figures) -> Money:
    """In whatever state the booking is; of its tax only where the settings say so."""
    due = still_due(booking, figures)
    if platform_settings().points_pay_tax:
        return due
    net = booking.total_minor - booking.tax_minor - booking.points_minor
    return min(due, Money(max(0, net), booking.currency))


def points_asked_by_paying(booking: Booking) -> int:
    """How many points pay for it that were asked for along with a payment."""
    used = LoyaltyEntry.objects.redemptions_for(booking.pk).filter(reversed_by=None)
    asked = used.filter(source_key__startswith=f"{PAYING}:").aggregate(total=Sum("points"))
    return -int(asked["total"] or 0)


def given_back(booking: Booking) -> Means:
    """What an expired booking was paid by besides money and a code, in two queries."""
    restored = LoyaltyEntry.objects.redemptions_for(booking.pk).filter(reversed_by__isnull=False)
    sums = restored.aggregate(points=Sum("points"), worth=Sum("value_minor"))
    returned = Posting.objects.filter(
        journal__payable_type=PAYABLE,
        journal__payable_id=booking.pk,
        journal__kind="credit_returned",
        account__code=credit_account(booking.customer_id),
    ).aggregate(total=Sum("amount_minor"))
    worth, credit = int(sums["worth"] or 0), -int(returned["total"] or 0)
    return Means(-int(sums["points"] or 0), Money(worth, booking.currency), Money(credit, booking.currency))


def deposit_asked_before(booking: Booking) -> Money:
    """What an expired booking waited for in money, when points and credit paid for it as well."""
    before = given_back(booking)
    return min(booking.deposit, max(Money.zero(booking.currency), booking.total - before.worth - before.credit))

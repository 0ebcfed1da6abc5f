"""What pays besides money in the demo world: points that completed bookings earned, and a booking that some pay."""

from collections.abc import Sequence

from accounts.models import User
from bookings.enums import BookingStatus
from bookings.models import Booking
from bookings.selectors.paying import paid_for
from bookings.services.means import use_credit, use_points
from bookings.services.rewarding import reward
from bookings.transitions import locked
from common import clock
from common.money import Money
from loyalty.services import redeem_for_credit

CUSTOMERS = 4
POINTS, INTO_CREDIT = 50, 40
CREDIT_USED = 200


def seed_means(customers: Sequence[User]) -> None:
    """The first customers have earned points; the first of all pays with some of them, and with credit, too."""
    done = Booking.objects.filter(customer__in=customers[:CUSTOMERS], status=BookingStatus.COMPLETED)
    for pk in done.exclude(total_minor=0).order_by("created_at", "pk").values_list("pk", flat=True):
        booking = locked(pk)
        reward(booking, paid_for(booking.pk))
    upcoming = Booking.objects.filter(
        customer=customers[0], status=BookingStatus.CONFIRMED, starts_at__gt=clock.now(), total_minor__gt=10_000
    )
    first = upcoming.order_by("starts_at", "pk").values_list("pk", flat=True).first()
    if first is None:
        return
    booking = locked(first)
    redeem_for_credit(booking.customer, INTO_CREDIT)
    use_points(booking, POINTS)
    use_credit(booking, Money(CREDIT_USED, booking.currency))

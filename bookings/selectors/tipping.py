"""Tips: who is given them, when, and how much at most."""

from datetime import datetime, timedelta

from bookings.enums import BookingStatus
from bookings.models import Booking
from common.money import Money
from common.platform import platform_settings


def tips_until(booking: Booking) -> datetime | None:
    """Till when; None for what is not done, and where there is nobody to be given one."""
    if booking.status != BookingStatus.COMPLETED or booking.specialist_id is None or booking.completed_at is None:
        return None
    return booking.completed_at + timedelta(days=platform_settings().tip_days)


def most_tipped(booking: Booking, now: datetime) -> Money | None:
    """None where no tip is taken now. The limit is in the platform's currency: in another it is the booking's price."""
    until = tips_until(booking)
    if until is None or now >= until:
        return None
    settings = platform_settings()
    is_ours = booking.currency == settings.default_currency
    return Money(settings.tip_limit_minor, booking.currency) if is_ours else booking.total

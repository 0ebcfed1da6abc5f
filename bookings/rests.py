"""When something is next done about what is left to pay online.

1. While a booking is confirmed, some hours before its start, or at once where that has passed: then it is held.
2. At once when it is done, when nobody came, and when it was cancelled for a fee: then it is taken.
3. Never in all other states. A booking that is under way keeps what was due before.
"""

from datetime import datetime, timedelta

from bookings.enums import BookingStatus


def rest_due(status: BookingStatus, starts_at: datetime, *, hours_before: int, now: datetime) -> datetime | None:
    """The time for a booking of which something is left to pay, as `status` begins."""
    if status is BookingStatus.CONFIRMED:
        return starts_at - timedelta(hours=hours_before)
    return now if status in {BookingStatus.COMPLETED, BookingStatus.NO_SHOW, BookingStatus.CANCELLED} else None

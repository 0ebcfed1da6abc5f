from bookings.models.booking import Booking, BookingId
from bookings.models.feed import CalendarFeed
from bookings.models.line import BookingLine
from bookings.models.series import Series, SeriesException, SeriesId
from bookings.models.timeline import TimelineEntry

__all__ = [
    "Booking",
    "BookingId",
    "BookingLine",
    "CalendarFeed",
    "Series",
    "SeriesException",
    "SeriesId",
    "TimelineEntry",
]

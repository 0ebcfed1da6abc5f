from bookings.models.booking import Booking, BookingId
from bookings.models.feed import CalendarFeed
from bookings.models.line import BookingLine
from bookings.models.preview import CheckoutPreview
from bookings.models.series import Series, SeriesException, SeriesId
from bookings.models.timeline import TimelineEntry

__all__ = [
    "Booking",
    "BookingId",
    "BookingLine",
    "CalendarFeed",
    "CheckoutPreview",
    "Series",
    "SeriesException",
    "SeriesId",
    "TimelineEntry",
]

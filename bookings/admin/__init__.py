"""Pages of the desk: bookings and their series, and the board of a day."""

from bookings.admin import bookings, series

__all__ = ["bookings", "series"]

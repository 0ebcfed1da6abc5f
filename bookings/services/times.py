"""Which times a booking may take, apart from what is taken."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from zoneinfo import ZoneInfo

from bookings.enums import BookingKind, Role
from bookings.models import Booking
from bookings.selectors.visit_times import visit_hours, visit_window
from bookings.transitions import Actor
from catalog.errors import NotBookable
from catalog.policies import require_bookable
from catalog.selectors.availability import booking_window
from common import clock
from common.errors import Detail, ValidationFailed
from common.timeranges import TimeRange
from common.walltime import instant_of

SHORTEST = timedelta(minutes=1)
LONGEST = timedelta(days=31)
# Notice, horizon and hours are there for those who book, and for staff who book for them. Whoever gives the time may
# give more of it.
BOUND_BY_HOURS = frozenset({Role.CUSTOMER, Role.STAFF})


@dataclass(frozen=True, slots=True)
class When:
    """A start as somebody names it: an instant, or a day and what a clock shows where it takes place."""

    instant: datetime | None = None
    day: date | None = None
    time: time_of_day | None = None

    def start(self, zone: ZoneInfo) -> datetime | None:
        """None if no start is named, though a day may be."""
        if self.instant is not None or self.day is None or self.time is None:
            return self.instant
        return start_of(self.day, self.time, zone)


NO_TIME = When()


def time_between(start: datetime, end: datetime) -> TimeRange:
    if end <= start:
        raise ValidationFailed.of("end_time", "This must be after start_time.", "RANGE")
    return TimeRange(start, end)


def start_of(day: date, time: time_of_day, zone: ZoneInfo) -> datetime:
    """The instant at which clocks in `zone` show this; a time that they skip or show twice is refused."""
    return instant_of(datetime.combine(day, time), zone, field="booking_time")


def require_time(booking: Booking, time: TimeRange, *, actor: Actor, field: str = "start_time") -> None:
    """Refuses a time that has passed or, to those who are bound by them, one that the calendar's rules leave out.

    For a visit the platform's hours count, whoever is sent.
    """
    if not SHORTEST <= time.duration <= LONGEST:
        raise _refused("end_time", f"A booking lasts from a minute to {LONGEST.days} days.", "DURATION")
    if actor.overrules or actor.role not in BOUND_BY_HOURS:
        if time.start < clock.now():
            raise _refused(field, "This time has passed.", "PAST")
        return
    if booking.kind == BookingKind.VISIT or booking.calendar is None:
        require_bookable(time, visit_hours(), visit_window(), field=field)
        return
    # A room that is booked along has hours of its own.
    rooms = [booking.resource.calendar] if booking.resource is not None else []
    for calendar in dict.fromkeys([booking.calendar, *rooms]):
        require_bookable(time, calendar.hours, booking_window(calendar), field=field)


def _refused(field: str, message: str, code: str) -> NotBookable:
    return NotBookable(message, details=[Detail(field, message, code)])

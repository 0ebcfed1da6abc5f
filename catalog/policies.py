"""May this time be booked at all, whoever else wants it? Rules on values, the same for slots, checks and bookings.

1. A start that has passed is past, be it by a second.
2. The minimum notice is elapsed time from now.
3. The horizon is counted in the calendar's own days: with 30, the thirtieth day after today is the last.
4. The calendar must be open from start to end.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from catalog.enums import Reason
from catalog.errors import NotBookable
from catalog.opening import OpeningHours, is_open
from common.errors import Detail
from common.timeranges import TimeRange
from common.walltime import opening_instant

SENTENCES = {
    Reason.PAST: "This time has passed.",
    Reason.TOO_SOON: "This is too soon: it is booked with more notice.",
    Reason.TOO_FAR: "This is too far ahead to be booked yet.",
    Reason.CLOSED: "This is outside of the opening hours.",
}


@dataclass(frozen=True, slots=True)
class BookingWindow:
    """Starts are taken from `earliest` on and before `until`."""

    now: datetime
    earliest: datetime
    until: datetime

    @classmethod
    def at(cls, now: datetime, zone: ZoneInfo, *, notice: timedelta, horizon_days: int) -> "BookingWindow":
        first_day_after = now.astimezone(zone).date() + timedelta(days=horizon_days + 1)
        return cls(now, now + notice, opening_instant(datetime.combine(first_day_after, time.min), zone))

    def of(self, asked: TimeRange) -> TimeRange | None:
        """The part of the asked time in which bookable starts can lie."""
        start, end = max(self.earliest, asked.start), min(self.until, asked.end)
        return TimeRange(start, end) if start < end else None


def reason_against(time: TimeRange, hours: OpeningHours, window: BookingWindow) -> Reason | None:
    """The first rule that the time breaks; what is taken is not looked at."""
    if time.start < window.now:
        return Reason.PAST
    if time.start < window.earliest:
        return Reason.TOO_SOON
    if time.start >= window.until:
        return Reason.TOO_FAR
    return None if is_open(hours, time) else Reason.CLOSED


def require_bookable(time: TimeRange, hours: OpeningHours, window: BookingWindow, *, field: str = "start_time") -> None:
    """Raises `NotBookable` with the rule's code, such as BEYOND_HORIZON."""
    reason = reason_against(time, hours, window)
    if reason is not None:
        sentence = SENTENCES[reason]
        raise NotBookable(sentence, details=[Detail(field, sentence, reason.upper())])

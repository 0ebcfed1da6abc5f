"""The day board as a picture: a row for each calendar, a block for each booking, hours from left to right."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from bookings.enums import UPCOMING, BookingStatus
from bookings.models import Booking
from bookings.selectors.day_board import Row
from common.timeranges import TimeRange

GUTTER, HEAD, LANE, GAP = 190, 26, 44, 10
# The hours share this width; many of them get a little more, and are shrunk to the page.
WIDTH, NARROWEST_HOUR = 1_080, 50
ONE_HOUR = timedelta(hours=1)
LETTER = 7
FILLS: Mapping[str, str] = {
    BookingStatus.PENDING_PAYMENT: "#b45309",
    BookingStatus.PENDING: "#a16207",
    BookingStatus.PARTNER_ASSIGNED: "#7c3aed",
    BookingStatus.CONFIRMED: "#1d4ed8",
    BookingStatus.IN_PROGRESS: "#0f766e",
    BookingStatus.COMPLETED: "#4b5563",
    BookingStatus.NO_SHOW: "#b91c1c",
}


@dataclass(frozen=True, slots=True)
class Scale:
    """Where on the picture a moment is."""

    shown: TimeRange
    hours: int
    hour: float

    @classmethod
    def of(cls, shown: TimeRange) -> "Scale":
        hours = round(shown.duration / ONE_HOUR)
        return cls(shown, hours, max(WIDTH / hours, NARROWEST_HOUR))

    def x(self, moment: datetime) -> float:
        return round(GUTTER + (moment - self.shown.start) / ONE_HOUR * self.hour, 2)


@dataclass(frozen=True, slots=True)
class Block:
    """A booking's rectangle; `name` is what fits into it, `spoken` all there is to say."""

    booking: Booking
    x: float
    y: int
    width: float
    fill: str
    name: str
    spoken: str
    is_movable: bool


def day_picture(rows: Sequence[Row], within: TimeRange, zone: ZoneInfo, *, day: date, may_move: bool) -> SafeString:
    """An SVG of the hours in which anything is open or booked, by elapsed time; its labels tell of clock changes."""
    scale = Scale.of(_shown_hours(rows, within))
    drawn, y = [], HEAD
    for row in rows:
        height = max(len(row.lanes), 1) * LANE
        drawn.append(_row(row, scale, zone, y, height))
        y += height + GAP
    starts = [scale.shown.start + n * ONE_HOUR for n in range(scale.hours)]
    page = {
        "title": f"{day:%A %d %B %Y}, {zone.key}",
        "width": round(GUTTER + scale.hours * scale.hour),
        "height": y + 24,
        "gutter": GUTTER,
        "bottom": y,
        "hours": [(scale.x(start), f"{start.astimezone(zone):%H:%M}") for start in starts],
        "rows": drawn,
        "may_move": may_move,
        "day_asked": day.isoformat(),
        "legend": list(_legend()),
    }
    return render_to_string("admin/day_picture.html", page)


def _legend() -> Iterator[tuple[int, str, str]]:
    """Each word where the one before it ends."""
    x = GUTTER
    for status, fill in FILLS.items():
        label = str(BookingStatus(status).label)
        yield x, label, fill
        x += 34 + len(label) * LETTER


def _row(row: Row, scale: Scale, zone: ZoneInfo, y: int, height: int) -> dict[str, Any]:
    return {
        "calendar": row.calendar,
        "name": _cut(owner_of(row.calendar), 26),
        "whole_name": owner_of(row.calendar),
        "y": y,
        "height": height,
        "open": list(_bars(row.is_open, scale)),
        "closed": list(_bars(row.closed, scale)),
        "blocks": [
            _block(booking, scale, zone, y + lane * LANE) for lane, each in enumerate(row.lanes) for booking in each
        ],
    }


def owner_of(calendar: Any) -> str:
    for name in ("specialist", "resource"):
        if hasattr(calendar, name):
            return str(getattr(calendar, name))
    return str(calendar)


def _block(booking: Booking, scale: Scale, zone: ZoneInfo, y: int) -> Block:
    [(x, width)] = _bars([booking.time], scale)
    start, end = booking.starts_at.astimezone(zone), booking.ends_at.astimezone(zone)
    label = BookingStatus(booking.status).label
    what = str(booking.service or booking.title or "Reserved")
    return Block(
        booking,
        x,
        y,
        width,
        FILLS[booking.status],
        _cut(str(booking.customer), max(int(width / LETTER) - 1, 1)),
        f"{start:%H:%M}–{end:%H:%M} {booking.customer}: {what}, {label.lower()} ({booking.number})",
        booking.status in UPCOMING,
    )


def _bars(times: Iterable[TimeRange], scale: Scale) -> Iterable[tuple[float, float]]:
    """Left edge and width of what of the times is shown."""
    for time in times:
        part = time.intersect(scale.shown)
        if part is not None:
            left = scale.x(part.start)
            yield left, max(round(scale.x(part.end) - left, 2), 3.0)


def _shown_hours(rows: Sequence[Row], day: TimeRange) -> TimeRange:
    """From the first to the last thing on the board in whole hours, and never less than an ordinary day at work."""
    times = [part for row in rows for time in _times_of(row) if (part := time.intersect(day)) is not None]
    usual = TimeRange(day.start + 9 * ONE_HOUR, day.start + 17 * ONE_HOUR)
    first = min([usual.start, *(each.start for each in times)])
    last = max([usual.end, *(each.end for each in times)])
    before = (first - day.start) // ONE_HOUR
    after = -((day.start - last) // ONE_HOUR)
    return TimeRange(day.start + before * ONE_HOUR, min(day.start + after * ONE_HOUR, day.end))


def _times_of(row: Row) -> list[TimeRange]:
    return [*row.is_open, *(booking.time for lane in row.lanes for booking in lane)]


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"

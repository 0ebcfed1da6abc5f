"""The day board as a picture: a row for each calendar, a block for each booking, hours from left to right."""

from collections.abc import Iterable, Mapping, Sequence
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

GUTTER, HOUR, HEAD, LANE, GAP = 190, 76, 26, 44, 10
ONE_HOUR = timedelta(hours=1)
# About how many characters fit into an hour's width.
LETTERS_PER_HOUR = 11
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
    """An SVG of the hours in which anything is open or booked; the hour that clocks skip or repeat is drawn as it is."""
    shown = _shown_hours(rows, within)
    drawn, y = [], HEAD
    for row in rows:
        height = max(len(row.lanes), 1) * LANE
        drawn.append(_row(row, shown, zone, y, height))
        y += height + GAP
    hours = round(shown.duration / ONE_HOUR)
    page = {
        "title": f"{day:%A %d %B %Y}, {zone.key}",
        "width": GUTTER + hours * HOUR,
        "height": y + 24,
        "gutter": GUTTER,
        "bottom": y,
        "hours": [(GUTTER + n * HOUR, f"{(shown.start + n * ONE_HOUR).astimezone(zone):%H:%M}") for n in range(hours)],
        "rows": drawn,
        "may_move": may_move,
        "day_asked": day.isoformat(),
        "legend": [
            (GUTTER + n * 160, BookingStatus(status).label, fill) for n, (status, fill) in enumerate(FILLS.items())
        ],
    }
    return render_to_string("admin/day_picture.html", page)


def _row(row: Row, shown: TimeRange, zone: ZoneInfo, y: int, height: int) -> dict[str, Any]:
    return {
        "calendar": row.calendar,
        "name": _cut(owner_of(row.calendar), 26),
        "whole_name": owner_of(row.calendar),
        "y": y,
        "height": height,
        "open": list(_bars(row.is_open, shown)),
        "closed": list(_bars(row.closed, shown)),
        "blocks": [
            _block(booking, shown, zone, y + lane * LANE) for lane, each in enumerate(row.lanes) for booking in each
        ],
    }


def owner_of(calendar: Any) -> str:
    for name in ("specialist", "resource"):
        if hasattr(calendar, name):
            return str(getattr(calendar, name))
    return str(calendar)


def _block(booking: Booking, shown: TimeRange, zone: ZoneInfo, y: int) -> Block:
    [(x, width)] = _bars([booking.time], shown)
    start, end = booking.starts_at.astimezone(zone), booking.ends_at.astimezone(zone)
    label = BookingStatus(booking.status).label
    what = str(booking.service or booking.title or "Reserved")
    return Block(
        booking,
        x,
        y,
        width,
        FILLS[booking.status],
        _cut(str(booking.customer), max(int(width / HOUR * LETTERS_PER_HOUR) - 2, 1)),
        f"{start:%H:%M}–{end:%H:%M} {booking.customer}: {what}, {label.lower()} ({booking.number})",
        booking.status in UPCOMING,
    )


def _bars(times: Iterable[TimeRange], shown: TimeRange) -> Iterable[tuple[float, float]]:
    """Left edge and width of what of the times is shown."""
    for time in times:
        part = time.intersect(shown)
        if part is not None:
            yield GUTTER + _width(shown.start, part.start), max(_width(part.start, part.end), 3.0)


def _width(start: datetime, end: datetime) -> float:
    return round((end - start) / ONE_HOUR * HOUR, 2)


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

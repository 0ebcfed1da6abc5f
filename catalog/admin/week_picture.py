"""A week of a calendar as a picture: what is open, what is taken, by the calendar's own clock."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from catalog.models import Calendar
from catalog.opening import ONE_DAY, open_ranges
from catalog.selectors.busy import busy
from common import clock
from common.timeranges import TimeRange
from common.walltime import day_range

GUTTER, COLUMN, HEAD, HOUR, FOOT = 48, 132, 28, 20, 28
OPEN_FILL = "#10b981"
FILLS = {"booking": "#2563eb", "hold": "#d97706", "closure": "#6b7280"}


@dataclass(frozen=True, slots=True)
class Box:
    x: int
    y: float
    width: int
    height: float
    fill: str
    label: str


def week_picture(calendar: Calendar, monday: date) -> SafeString:
    """An SVG of the seven days from `monday` on, with one query."""
    zone = calendar.zone
    days = [monday + n * ONE_DAY for n in range(7)]
    week = TimeRange(day_range(days[0], zone).start, day_range(days[-1], zone).end)
    is_open = open_ranges(calendar.hours, within=week)
    taken = busy([calendar], week)[calendar.number]
    boxes = [*_boxes(days, calendar, ((each, OPEN_FILL, "Open") for each in is_open), inset=0)]
    for each in taken:
        name = each.kind.value
        label = f"{name.capitalize()}, lane {each.first_lane + 1}" if calendar.capacity > 1 else name.capitalize()
        boxes += _boxes(days, calendar, [(each.time, FILLS[name], label)], inset=6)
    return render_to_string("admin/calendar_week.html", _page(calendar, days, boxes))


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def this_monday(calendar: Calendar) -> date:
    return monday_of(clock.today(calendar.zone))


def _boxes(
    days: list[date], calendar: Calendar, times: Iterable[tuple[TimeRange, str, str]], *, inset: int
) -> Iterator[Box]:
    for time, fill, label in times:
        for position, day in enumerate(days):
            whole = day_range(day, calendar.zone)
            part = time.intersect(whole)
            if part is None:
                continue
            top = _hours(part.start, calendar)
            bottom = 24.0 if part.end == whole.end else _hours(part.end, calendar)
            spoken = f"{label} {part.start.astimezone(calendar.zone):%H:%M}–{part.end.astimezone(calendar.zone):%H:%M}"
            x = GUTTER + position * COLUMN + inset
            yield Box(x, HEAD + top * HOUR, COLUMN - 4 - 2 * inset, max((bottom - top) * HOUR, 1.0), fill, spoken)


def _hours(moment: datetime, calendar: Calendar) -> float:
    local = moment.astimezone(calendar.zone)
    return local.hour + local.minute / 60


def _page(calendar: Calendar, days: list[date], boxes: list[Box]) -> dict[str, Any]:
    kinds = [("Open", OPEN_FILL), *((name.capitalize(), fill) for name, fill in FILLS.items())]
    return {
        "title": f"Week of {days[0]:%d %B %Y}, {calendar.timezone}",
        "width": GUTTER + 7 * COLUMN,
        "height": HEAD + 24 * HOUR + FOOT,
        "foot": HEAD + 24 * HOUR + 12,
        "days": [(GUTTER + n * COLUMN, day.strftime("%a %d %b")) for n, day in enumerate(days)],
        "hours": [(HEAD + hour * HOUR, f"{hour:02}:00") for hour in range(0, 25, 3)],
        "right": GUTTER + 7 * COLUMN - 4,
        "gutter": GUTTER,
        "boxes": boxes,
        "legend": [(GUTTER + n * 90, name, fill) for n, (name, fill) in enumerate(kinds)],
    }

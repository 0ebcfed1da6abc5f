"""Opening hours as people write them: the API's JSON, the seeds' shorter forms, and lines of text in the back office.

    {"monday": [{"start": "09:00", "end": "13:00"}, {"start": "14:00", "end": "18:00"}]}    the form that is stored
    {"monday": {"start": "09:00", "end": "17:00"}}                                          one range a day
    {"start": "08:00", "end": "20:00", "days": [1, 2, 3]}                                   some days alike, 1 = Monday
    {"start": "09:00", "end": "18:00"}                                                      every day alike

A day that is not named is closed. An `end` at or before `start` runs past midnight.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from itertools import pairwise
from typing import Any

from catalog.opening import WallRange
from common.errors import Detail, ValidationFailed
from common.walltime import time_of_day

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MOST_RANGES_A_DAY = 12
MOST_OVERRIDES = 400

Week = dict[int, tuple[WallRange, ...]]
Overrides = dict[date, tuple[WallRange, ...]]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MINUTES_A_DAY = 24 * 60


def read_week(data: Any, field: str = "working_hours") -> Week:
    """The weekly hours in any of the accepted forms; what cannot be read is refused by its path."""
    if not isinstance(data, Mapping):
        raise _refused(field, "Expected an object of weekdays.", "NOT_A_MAP")
    if "start" in data or "end" in data:
        return _read_same_hours(data, field)
    week: Week = {}
    for name, ranges in data.items():
        if not isinstance(name, str) or name.lower() not in DAYS:
            raise _refused(f"{field}.{str(name)[:20]}", "This is not the English name of a weekday.", "UNKNOWN_FIELD")
        day = DAYS.index(name.lower())
        if day in week:
            raise _refused(f"{field}.{name}", "This day is given twice.", "AMBIGUOUS")
        week[day] = read_ranges(ranges, f"{field}.{name}")
    return {day: ranges for day, ranges in sorted(week.items()) if ranges}


def read_ranges(data: Any, field: str) -> tuple[WallRange, ...]:
    """One day: a list of ranges, a single one, or null for a day that is closed."""
    items = [] if data is None else [data] if isinstance(data, Mapping) else data
    if not isinstance(items, list):
        raise _refused(field, "Expected a list of ranges.", "NOT_A_LIST")
    if len(items) > MOST_RANGES_A_DAY:
        raise _refused(field, f"A day has at most {MOST_RANGES_A_DAY} ranges.", "MAX_LENGTH")
    ranges = tuple(_read_range(item, f"{field}.{position}") for position, item in enumerate(items))
    return in_order(ranges, field)


def read_overrides(data: Any, field: str = "overrides") -> Overrides:
    """`[{"date": "2026-12-25", "ranges": []}]`: on these dates the week does not count."""
    if not isinstance(data, list):
        raise _refused(field, "Expected a list of dates with their ranges.", "NOT_A_LIST")
    if len(data) > MOST_OVERRIDES:
        raise _refused(field, f"At most {MOST_OVERRIDES} dates can be set apart.", "MAX_LENGTH")
    overrides: Overrides = {}
    for position, item in enumerate(data):
        path = f"{field}.{position}"
        if not isinstance(item, Mapping) or set(item) - {"date", "ranges"} or "date" not in item:
            raise _refused(path, "Expected an object of date and ranges.", "INVALID")
        day = read_date(item["date"], f"{path}.date")
        if day in overrides:
            raise _refused(f"{path}.date", "This date is given twice.", "AMBIGUOUS")
        overrides[day] = read_ranges(item.get("ranges", []), f"{path}.ranges")
    return dict(sorted(overrides.items()))


def read_time(data: Any, field: str) -> time:
    """`10:00`, `10:00:00` or `10:00 AM`, to the minute."""
    try:
        found = time_of_day(data) if isinstance(data, str) else None
    except ValueError:
        found = None
    if found is None:
        raise _refused(field, "Write a time of day as 10:00, 10:00:00 or 10:00 AM.", "INVALID")
    if found.second:
        raise _refused(field, "Hours begin and end in whole minutes.", "INVALID")
    return found


def read_date(data: Any, field: str) -> date:
    if not isinstance(data, str) or not _DATE.fullmatch(data):
        raise _refused(field, "Write a date as 2026-01-20.", "INVALID")
    try:
        return date.fromisoformat(data)
    except ValueError as error:
        raise _refused(field, "There is no such date.", "INVALID") from error


def in_order(ranges: Sequence[WallRange], field: str) -> tuple[WallRange, ...]:
    """The ranges by their start; refuses two that overlap, since one of them must be a mistake."""
    ordered = tuple(sorted(ranges, key=lambda each: each.start))
    for one, other in pairwise(ordered):
        if _end_minute(one) > _minute(other.start):
            raise _refused(field, f"{written_range(one)} and {written_range(other)} overlap.", "OVERLAPPING_RANGES")
    return ordered


def written_week(week: Mapping[int, Sequence[WallRange]]) -> dict[str, list[dict[str, str]]]:
    """Every day by name, closed ones with an empty list."""
    return {name: written_ranges(week.get(day, ())) for day, name in enumerate(DAYS)}


def written_overrides(overrides: Mapping[date, Sequence[WallRange]]) -> list[dict[str, Any]]:
    return [{"date": day.isoformat(), "ranges": written_ranges(ranges)} for day, ranges in sorted(overrides.items())]


def written_ranges(ranges: Sequence[WallRange]) -> list[dict[str, str]]:
    return [{"start": each.start.isoformat("minutes"), "end": each.end.isoformat("minutes")} for each in ranges]


def read_line(line: str, field: str) -> tuple[WallRange, ...]:
    """`09:00-13:00, 14:00-18:00`, as a person writes one day; empty or `closed` for none."""
    text = line.strip().replace("–", "-")
    if text.lower() in {"", "closed"}:
        return ()
    return read_ranges([_split(part, field) for part in text.split(",")], field)


def written_line(ranges: Sequence[WallRange]) -> str:
    return ", ".join(written_range(each) for each in ranges)


def written_range(each: WallRange) -> str:
    return f"{each.start:%H:%M}-{each.end:%H:%M}"


def read_override_lines(text: str, field: str) -> Overrides:
    """`2026-12-25: closed` and `2026-12-31: 09:00-13:00`, a date a line."""
    overrides: Overrides = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        day_text, _, ranges = line.partition(":")
        day = read_date(day_text.strip(), field)
        if day in overrides:
            raise _refused(field, f"{day} is given twice.", "AMBIGUOUS")
        overrides[day] = read_line(ranges, field)
    if len(overrides) > MOST_OVERRIDES:
        raise _refused(field, f"At most {MOST_OVERRIDES} dates can be set apart.", "MAX_LENGTH")
    return dict(sorted(overrides.items()))


def written_override_lines(overrides: Mapping[date, Sequence[WallRange]]) -> str:
    return "\n".join(f"{day}: {written_line(ranges) or 'closed'}" for day, ranges in sorted(overrides.items()))


def _read_same_hours(data: Mapping[Any, Any], field: str) -> Week:
    if set(data) - {"start", "end", "days"}:
        raise _refused(field, "Expected start, end and days.", "UNKNOWN_FIELD")
    ranges = (_read_range({name: data[name] for name in data if name != "days"}, field),)
    days = data.get("days", [1, 2, 3, 4, 5, 6, 7])
    if not isinstance(days, list) or not all(type(day) is int and 1 <= day <= 7 for day in days):
        raise _refused(f"{field}.days", "Days are numbers from 1 (Monday) to 7.", "INVALID")
    return {day - 1: ranges for day in sorted(set(days))}


def _read_range(data: Any, field: str) -> WallRange:
    if not isinstance(data, Mapping) or set(data) != {"start", "end"}:
        raise _refused(field, "Expected an object of start and end.", "INVALID")
    return WallRange(read_time(data["start"], f"{field}.start"), read_time(data["end"], f"{field}.end"))


def _split(part: str, field: str) -> dict[str, str]:
    start, dash, end = part.partition("-")
    if not dash:
        raise _refused(field, "Write ranges as 09:00-13:00, 14:00-18:00.", "INVALID")
    return {"start": start.strip(), "end": end.strip()}


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _end_minute(each: WallRange) -> int:
    end = _minute(each.end)
    return end if end > _minute(each.start) else end + _MINUTES_A_DAY


def _refused(field: str, message: str, code: str) -> ValidationFailed:
    return ValidationFailed(message, details=[Detail(field, message, code)])


def stored_ranges(items: Sequence[Mapping[str, str]]) -> tuple[WallRange, ...]:
    """What `written_ranges` wrote, read without asking whether it is sound."""
    return tuple(_stored(items))


def _stored(items: Sequence[Mapping[str, str]]) -> Iterator[WallRange]:
    for item in items:
        yield WallRange(time.fromisoformat(item["start"]), time.fromisoformat(item["end"]))

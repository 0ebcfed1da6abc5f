"""What clocks on walls show, turned into instants: zones, gaps, repeated hours and the length of days.

A zone's clocks jump forward (local times that never exist) and back (local times that exist twice). Neither is ever
guessed: a caller gets the instant or an error that says what the person may have meant.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from common.errors import BusinessRuleViolation, Detail, ValidationFailed
from common.timeranges import TimeRange

_TIME_OF_DAY = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?: ?([AaPp][Mm]))?", re.ASCII)
_ONE_DAY = timedelta(days=1)
_INSTANT = datetime.resolution
# The database links these to another country's town whose clocks agree at present. They keep a name of their own.
_OWN_NAMES = {
    "Africa/Asmera": "Africa/Asmara",
    "Africa/Timbuktu": "Africa/Bamako",
    "America/Coral_Harbour": "America/Atikokan",
    "America/Virgin": "America/St_Thomas",
    "Antarctica/South_Pole": "Antarctica/McMurdo",
    "Atlantic/Jan_Mayen": "Arctic/Longyearbyen",
    "Iceland": "Atlantic/Reykjavik",
    "Pacific/Ponape": "Pacific/Pohnpei",
    "Pacific/Truk": "Pacific/Chuuk",
    "Pacific/Yap": "Pacific/Chuuk",
} | dict.fromkeys(["Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "UCT", "Universal", "UTC", "Zulu"], "UTC")


class NonexistentLocalTime(BusinessRuleViolation):
    """Clocks skip this local time; `error.suggestion` is the same moment by the clock that is right afterwards."""


class AmbiguousLocalTime(BusinessRuleViolation):
    """Clocks show this local time twice; `error.candidates` are both instants."""


def zone_named(name: str, *, field: str = "timezone") -> ZoneInfo:
    """The zone under its present name: `Asia/Calcutta` is answered with Asia/Kolkata, junk with an error."""
    if name not in _zone_names():
        raise ValidationFailed.of(field, f"{name[:64]!r} is not the name of a time zone.", "UNKNOWN_TIMEZONE")
    return ZoneInfo(_present_names().get(name, name))


def time_of_day(text: str) -> time:
    """Reads `10:00`, `10:00:00` and `10:00 AM`; a ValueError for what no clock shows, such as `13:00 PM` and `9:00`."""
    match = _TIME_OF_DAY.fullmatch(text)
    if match is None:
        raise ValueError("This is not a time of day.")
    hour, minute, second, half = int(match[1]), int(match[2]), int(match[3] or 0), match[4]
    if half is None:
        if len(match[1]) != 2:
            raise ValueError("The hours of a day are written with two digits.")
        return time(hour, minute, second)
    if not 1 <= hour <= 12:
        raise ValueError("A twelve-hour clock shows 1 to 12.")
    return time(hour % 12 + (12 if half.upper() == "PM" else 0), minute, second)


def instant_of(wall: datetime, zone: ZoneInfo, *, field: str = "") -> datetime:
    """The instant, in UTC, at which clocks in `zone` show `wall`; refuses a time they skip or show twice."""
    first, second = candidates_for(wall, zone)
    if first == second:
        return first
    if second < first:
        # Clocks jumped over it. Read by the clock before the jump, it is the next valid time: 02:30 becomes 03:30.
        suggestion = first.astimezone(zone)
        message = (
            f"Clocks in {zone.key} skip {wall:%H:%M} on {wall:%Y-%m-%d}. The next valid time is {suggestion:%H:%M}."
        )
        detail = Detail(field, message, "NONEXISTENT_LOCAL_TIME")
        raise NonexistentLocalTime(message, [detail], {"suggestion": suggestion.isoformat()})
    message = (
        f"Clocks in {zone.key} show {wall:%H:%M} twice on {wall:%Y-%m-%d}: at {first:%H:%M}Z and at {second:%H:%M}Z. "
        "Send the time with an offset."
    )
    both = [_iso(first), _iso(second)]
    raise AmbiguousLocalTime(message, [Detail(field, message, "AMBIGUOUS_LOCAL_TIME")], {"candidates": both})


def candidates_for(wall: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """`wall` read by the clock before and by the clock after a change; equal for all but a few hours of a year.

    The second is earlier where clocks skip the time, and later where they show it twice.
    """
    if wall.tzinfo is not None:
        raise ValueError("A wall clock shows no offset.")
    local = wall.replace(tzinfo=zone)
    return local.replace(fold=0).astimezone(UTC), local.replace(fold=1).astimezone(UTC)


def opening_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first instant at which clocks show `wall` or later, for boundaries such as opening hours and midnight.

    Of a time shown twice it is the first; of a skipped one the moment of the jump.
    """
    before, after = candidates_for(wall, zone)
    return before if before <= after else _jump_between(after, before, wall, zone)


def wall_range(day: date, opens: time, closes: time, zone: ZoneInfo) -> TimeRange | None:
    """What a clock's `opens`–`closes` on `day` comes to; `closes` at or before `opens` means on the next day.

    None where clocks skip all of it.
    """
    closing_day = day if closes > opens else day + _ONE_DAY
    start = opening_instant(datetime.combine(day, opens), zone)
    end = _closing_instant(datetime.combine(closing_day, closes), zone)
    return TimeRange(start, end) if start < end else None


def day_range(day: date, zone: ZoneInfo) -> TimeRange:
    """A calendar day from its first midnight to the next day's: 23 to 25 hours around clock changes.

    The days of a zone follow one another without gap or overlap. A day that a zone left out altogether (Samoa's
    2011-12-30) is a NonexistentLocalTime.
    """
    start = opening_instant(datetime.combine(day, time.min), zone)
    end = opening_instant(datetime.combine(day + _ONE_DAY, time.min), zone)
    if start == end:
        message = f"{day} is not a day in {zone.key}."
        detail = Detail("", message, "NONEXISTENT_LOCAL_TIME")
        raise NonexistentLocalTime(message, [detail], {"suggestion": start.astimezone(zone).isoformat()})
    return TimeRange(start, end)


def wall_days_before(instant: datetime, days: int, zone: ZoneInfo) -> datetime:
    """The same time of day some days earlier, as policies in days (not in hours) mean it."""
    return opening_instant(instant.astimezone(zone).replace(tzinfo=None) - days * _ONE_DAY, zone)


def _closing_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The end of the last stretch in which clocks show less than `wall`: a repeated hour is worked both times."""
    before, after = candidates_for(wall - _INSTANT, zone)
    return after + _INSTANT if before <= after else _jump_between(after, before, wall, zone)


def _jump_between(earliest: datetime, latest: datetime, wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant within a skipped stretch at which the clocks jump past `wall`, to the second."""
    while latest - earliest > timedelta(seconds=1):
        middle = earliest + timedelta(seconds=(latest - earliest) // timedelta(seconds=2))
        if middle.astimezone(zone).replace(tzinfo=None) < wall:
            earliest = middle
        else:
            latest = middle
    return latest.replace(microsecond=0)


def _iso(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


@cache
def _zone_names() -> frozenset[str]:
    """Names as the tz database spells them; `Factory` is its placeholder for "not set"."""
    return frozenset(files("tzdata").joinpath("zones").read_text().split()) - {"Factory"}


@cache
def _present_names() -> dict[str, str]:
    """Former names with their present ones.

    The database's links also join towns whose clocks have agreed since 1970 (Amsterdam and Brussels). A name that the
    table of countries lists is one that its people look for, so it stays.
    """
    folder = files("tzdata").joinpath("zoneinfo")
    listed = {row.split("\t")[2] for row in folder.joinpath("zone.tab").read_text().splitlines() if row[:1] != "#"}
    links = [row.split()[1:] for row in folder.joinpath("tzdata.zi").read_text().splitlines() if row[:2] == "L "]
    return {old: new for new, old in links if old not in listed} | _OWN_NAMES

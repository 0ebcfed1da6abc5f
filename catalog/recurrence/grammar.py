"""The text of a rule, read strictly: a part of RFC 5545's RRULE, and nothing that could ask for much work.

    FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;UNTIL=20260601T000000Z;EXDATE=20260302

Read are FREQ (daily and slower), INTERVAL, COUNT, UNTIL, BYMONTH, BYMONTHDAY, BYDAY (with ordinals), BYSETPOS and WKST;
EXDATE too, which in a calendar file is a line of its own. Lower case, an `RRULE:` in front, blanks around signs and
folded lines are put right. Everything else is refused by name. The work is one walk over a text of bounded length.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from catalog.recurrence.rule import WEEKDAYS, Frequency, Moment, NthWeekday, Rule, refused

Ordered = TypeVar("Ordered", int, NthWeekday)

MOST_CHARACTERS = 2_000
MOST_OCCURRENCES = 750
MOST_INTERVAL = 999
# What lies outside is a slip of the pen, and some arithmetic on it would leave the calendar's end.
FIRST_YEAR, LAST_YEAR = 1970, 2199

_FOLD = re.compile(r"\r?\n[ \t]")
_NUMBER = re.compile(r"[0-9]{1,4}", re.ASCII)
_SIGNED = re.compile(r"[+-]?[0-9]{1,3}", re.ASCII)
_WEEKDAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_MOMENT = re.compile(r"[0-9]{8}(T[0-9]{6}Z?)?", re.ASCII)


def parse_rule(text: str) -> Rule:
    """The rule that `text` writes; a ValidationFailed on `recurrence_rule` for whatever else it may be."""
    values: dict[str, Any] = {}
    for part in _parts(text):
        name, equals, value = (each.strip() for each in part.partition("="))
        if name not in _READERS:
            raise refused(f"{name[:20]!r} is not a part of a rule that can be used here.", "UNSUPPORTED_PART")
        if not equals or not value:
            raise refused(f"{name} needs a value.", "INVALID")
        member, read = _READERS[name]
        if member in values:
            raise refused(f"{name} is given twice.", "AMBIGUOUS")
        values[member] = read(name, value)
    if "frequency" not in values:
        raise refused("A rule needs FREQ: DAILY, WEEKLY, MONTHLY or YEARLY.", "INVALID")
    rule = Rule(**values)
    _require_sense(rule)
    return rule


def _parts(text: str) -> list[str]:
    if len(text) > MOST_CHARACTERS:
        raise refused(f"A rule has at most {MOST_CHARACTERS} characters.", "MAX_LENGTH")
    if not text.isascii():
        raise refused("A rule is written in plain ASCII letters, digits and signs.", "INVALID")
    line = _FOLD.sub("", text).strip().upper()
    if "\n" in line or "\r" in line:
        raise refused("A rule is one line. Excluded dates go into it as EXDATE=….", "MULTIPLE_LINES")
    head, colon, rest = line.partition(":")
    if colon and head.strip() == "RRULE":
        line = rest
    return line.removesuffix(";").split(";")


def _require_sense(rule: Rule) -> None:
    """Refuses parts that RFC 5545 does not allow beside one another."""
    if rule.count is not None and rule.until is not None:
        raise refused("A rule ends by COUNT or by UNTIL, not by both.", "COUNT_AND_UNTIL")
    if rule.by_month_day and rule.frequency == Frequency.WEEKLY:
        raise refused("BYMONTHDAY does not go with FREQ=WEEKLY.", "UNSUPPORTED_COMBINATION")
    if rule.by_set_position and not (rule.by_day or rule.by_month_day or rule.by_month):
        raise refused("BYSETPOS chooses among days; name them by BYDAY or BYMONTHDAY.", "UNSUPPORTED_COMBINATION")
    if any(each.nth for each in rule.by_day) and rule.frequency in {Frequency.DAILY, Frequency.WEEKLY}:
        raise refused(f"Numbered weekdays do not go with FREQ={rule.frequency}.", "UNSUPPORTED_COMBINATION")
    goes_by_months = rule.frequency == Frequency.MONTHLY or rule.by_month
    if goes_by_months and any(abs(each.nth) > 5 for each in rule.by_day):
        raise refused("BYDAY: a month has at most 5 of a weekday.", "UNSUPPORTED_COMBINATION")


def _frequency(name: str, value: str) -> Frequency:
    if value not in set(Frequency):
        message = f"{name} is DAILY, WEEKLY, MONTHLY or YEARLY; {value[:20]} cannot be booked."
        raise refused(message, "UNSUPPORTED_FREQUENCY")
    return Frequency(value)


def _interval(name: str, value: str) -> int:
    return _number(name, value, range(1, MOST_INTERVAL + 1))


def _count(name: str, value: str) -> int:
    if value.isdigit() and int(value) > MOST_OCCURRENCES:
        raise refused(f"A series has at most {MOST_OCCURRENCES} occurrences.", "TOO_MANY_OCCURRENCES")
    return _number(name, value, range(1, MOST_OCCURRENCES + 1))


def _months(name: str, value: str) -> tuple[int, ...]:
    return _in_order(_number(name, each, range(1, 13)) for each in _list(value))


def _month_days(name: str, value: str) -> tuple[int, ...]:
    return _in_order(_signed(name, each, 31) for each in _list(value))


def _set_positions(name: str, value: str) -> tuple[int, ...]:
    return _in_order(_signed(name, each, 366) for each in _list(value))


def _weekdays(name: str, value: str) -> tuple[NthWeekday, ...]:
    return _in_order(_nth_weekday(name, each) for each in _list(value))


def _nth_weekday(name: str, value: str) -> NthWeekday:
    match = _WEEKDAY.fullmatch(value)
    if match is None:
        raise refused(f"{name}: {value[:20]!r} is not a weekday such as MO, 2TU or -1FR.", "INVALID")
    nth = 0 if match[1] is None else _signed(name, match[1], 53)
    return NthWeekday(nth, WEEKDAYS.index(match[2]))


def _week_start(name: str, value: str) -> int:
    if value not in WEEKDAYS:
        raise refused(f"{name} is one of {', '.join(WEEKDAYS)}.", "INVALID")
    return WEEKDAYS.index(value)


def _moments(name: str, value: str) -> tuple[Moment, ...]:
    return tuple(sorted({_moment(name, each) for each in _list(value)}, key=str))


def _moment(name: str, value: str) -> Moment:
    message = f"{name}: write {value[:20]!r} as 20260131, 20260131T090000 (local) or 20260131T090000Z."
    if not _MOMENT.fullmatch(value) or not FIRST_YEAR <= int(value[:4]) <= LAST_YEAR:
        raise refused(message, "INVALID")
    try:
        # The pattern leaves only the basic form to these readers, which know many more.
        return date.fromisoformat(value) if len(value) == 8 else _in_utc(datetime.fromisoformat(value))
    except ValueError as error:
        raise refused(message, "INVALID") from error


def _in_utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo is None else moment.astimezone(UTC)


def _signed(name: str, value: str, most: int) -> int:
    if not _SIGNED.fullmatch(value) or not 1 <= abs(int(value)) <= most:
        raise refused(f"{name} counts from 1 to {most}, or backwards from -1 to -{most}.", "INVALID")
    return int(value)


def _number(name: str, value: str, allowed: range) -> int:
    # The pattern bounds the length first: Python would read a number of any.
    if not _NUMBER.fullmatch(value) or int(value) not in allowed:
        raise refused(f"{name} is a number from {allowed[0]} to {allowed[-1]}.", "INVALID")
    return int(value)


def _list(value: str) -> list[str]:
    return [each.strip() for each in value.split(",")]


def _in_order(values: Iterable[Ordered]) -> tuple[Ordered, ...]:
    return tuple(sorted(set(values)))


_READERS: dict[str, tuple[str, Callable[[str, str], Any]]] = {
    "FREQ": ("frequency", _frequency),
    "INTERVAL": ("interval", _interval),
    "COUNT": ("count", _count),
    "UNTIL": ("until", _moment),
    "BYMONTH": ("by_month", _months),
    "BYMONTHDAY": ("by_month_day", _month_days),
    "BYDAY": ("by_day", _weekdays),
    "BYSETPOS": ("by_set_position", _set_positions),
    "WKST": ("week_start", _week_start),
    "EXDATE": ("excluded", _moments),
}

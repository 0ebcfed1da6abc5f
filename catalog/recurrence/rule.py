"""A rule by which something repeats, as a value."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from common.errors import DomainError, ValidationFailed
from common.walltime import candidates_for, opening_instant

FIELD = "recurrence_rule"
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

_SECOND = timedelta(seconds=1)

# A local day (all of it), what a clock on the wall shows, or an instant in UTC.
Moment = date | datetime


class Frequency(StrEnum):
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


class NthWeekday(NamedTuple):
    """`2TU` is (2, 1), the last Friday (-1, 4), every Monday (0, 0)."""

    nth: int
    weekday: int

    def __str__(self) -> str:
        return f"{self.nth or ''}{WEEKDAYS[self.weekday]}"


@dataclass(frozen=True, slots=True)
class Rule:
    """One RRULE with its EXDATEs. Two that mean the same by their text are equal: lists are sorted, without doubles."""

    frequency: Frequency
    interval: int = 1
    count: int | None = None
    until: Moment | None = None
    by_month: tuple[int, ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_day: tuple[NthWeekday, ...] = ()
    by_set_position: tuple[int, ...] = ()
    week_start: int = 0
    excluded: tuple[Moment, ...] = ()

    @property
    def is_open_ended(self) -> bool:
        return self.count is None and self.until is None

    @property
    def canonical(self) -> str:
        """The one text of this rule; `parse_rule` reads it back."""
        parts = {
            "FREQ": self.frequency.value,
            "INTERVAL": "" if self.interval == 1 else str(self.interval),
            "COUNT": "" if self.count is None else str(self.count),
            "UNTIL": "" if self.until is None else written_moment(self.until),
            "BYMONTH": _joined(self.by_month),
            "BYMONTHDAY": _joined(self.by_month_day),
            "BYDAY": _joined(self.by_day),
            "BYSETPOS": _joined(self.by_set_position),
            "WKST": WEEKDAYS[self.week_start] if self.week_start else "",
            "EXDATE": ",".join(written_moment(each) for each in self.excluded),
        }
        return ";".join(f"{name}={value}" for name, value in parts.items() if value)

    def settled(self, zone: ZoneInfo) -> "Rule":
        """The rule with its UNTIL as an instant: what is stored, so that a later change of zone moves no end."""
        return self if self.until is None else replace(self, until=until_instant(self.until, zone))


def until_instant(until: Moment, zone: ZoneInfo) -> datetime:
    """The last instant that still belongs: of a day its last second, of a time shown twice the later one."""
    if not isinstance(until, datetime):
        return opening_instant(datetime.combine(until + timedelta(days=1), time.min), zone) - _SECOND
    return until if until.tzinfo is not None else max(candidates_for(until, zone))


def written_moment(moment: Moment) -> str:
    if not isinstance(moment, datetime):
        return f"{moment:%Y%m%d}"
    return f"{moment:%Y%m%dT%H%M%S}" + ("" if moment.tzinfo is None else "Z")


def refused(message: str, code: str) -> DomainError:
    return ValidationFailed.of(FIELD, message, code)


def _joined(values: tuple[object, ...]) -> str:
    return ",".join(map(str, values))

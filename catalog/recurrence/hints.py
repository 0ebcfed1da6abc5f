"""What a person may have meant who repeats something on a day that not every month has."""

from dataclasses import replace
from datetime import date

from catalog.recurrence.rule import Frequency, Rule

_SHORTEST_MONTH = 28


def last_day_instead(rule: Rule, first: date) -> Rule | None:
    """The rule that skips no month: on the last day where the month is shorter. None if no month is skipped anyway.

    Monthly on the 31st has seven dates a year; BYMONTHDAY=-1 has twelve. On the 30th it is the last of 28, 29 and 30.
    """
    if rule.by_day or rule.by_set_position or rule.frequency not in {Frequency.MONTHLY, Frequency.YEARLY}:
        return None
    [day] = rule.by_month_day if len(rule.by_month_day) == 1 else [first.day] if not rule.by_month_day else [0]
    if day <= _SHORTEST_MONTH:
        return None
    if rule.frequency == Frequency.YEARLY and not rule.by_month_day and not rule.by_month:
        return _last_of_february(rule) if (first.month, first.day) == (2, 29) else None
    if day == 31:
        return replace(rule, by_month_day=(-1,))
    return replace(rule, by_month_day=tuple(range(_SHORTEST_MONTH, day + 1)), by_set_position=(-1,))


def _last_of_february(rule: Rule) -> Rule:
    return replace(rule, by_month=(2,), by_month_day=(-1,))

"""The days on which a rule recurs.

1. What the rule leaves open is as the first day has it: FREQ=MONTHLY that starts on the 31st means BYMONTHDAY=31.
2. Every `interval`-th day, week, month or year is a period; periods are counted from the one the first day lies in.
3. The days of a period that fit all BY parts are its set. BYSETPOS chooses from the whole set.
4. Of these, the days from the first one on recur. A period without any is passed over, as RFC 5545 has it: no 31 June.

The walk looks at each day between `since` and `last` at most once, and at what the periods at both ends have besides:
a rule that matches nothing ends as soon as one that matches every day.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from catalog.recurrence.rule import Frequency, NthWeekday, Rule

_DAY = timedelta(days=1)


def recurring_days(rule: Rule, first: date, *, last: date, since: date | None = None) -> Iterator[date]:
    """The days from `since` (`first` unless told) to `last` on which a series recurs that began on `first`, in order.

    COUNT, UNTIL and EXDATE are not looked at.
    """
    since = max(first, since or first)
    rule = _filled(rule, first)
    for days in candidate_days(rule, first, since=since, last=last):
        chosen = _at_positions([day for day in days if _fits(rule, day)], rule.by_set_position)
        yield from (day for day in chosen if since <= day <= last)


def candidate_days(rule: Rule, first: date, *, since: date, last: date) -> Iterator[list[date]]:
    """The days of each period that has any from `since` to `last`: all the work there is."""
    number = max(0, _period_of(rule, first, since))
    while True:
        start, end = _period(rule, first, number)
        if start > last:
            return
        yield [date.fromordinal(number) for number in range(start.toordinal(), end.toordinal())]
        number += 1


def _filled(rule: Rule, first: date) -> Rule:
    if rule.frequency == Frequency.DAILY or rule.by_month_day or rule.by_day:
        return rule
    if rule.frequency == Frequency.WEEKLY:
        return replace(rule, by_day=(NthWeekday(0, first.weekday()),))
    months = (first.month,) if rule.frequency == Frequency.YEARLY and not rule.by_month else rule.by_month
    return replace(rule, by_month=months, by_month_day=(first.day,))


def _period_of(rule: Rule, first: date, day: date) -> int:
    """The number of the last period that starts on or before `day`."""
    match rule.frequency:
        case Frequency.DAILY:
            passed = (day - first).days
        case Frequency.WEEKLY:
            passed = (day - _week_of(rule, first)).days // 7
        case Frequency.MONTHLY:
            passed = _month_number(day) - _month_number(first)
        case Frequency.YEARLY:
            passed = day.year - first.year
    return passed // rule.interval


def _period(rule: Rule, first: date, number: int) -> tuple[date, date]:
    """The first day of a period, and the first after it."""
    passed = number * rule.interval
    match rule.frequency:
        case Frequency.DAILY:
            start = first + passed * _DAY
            return start, start + _DAY
        case Frequency.WEEKLY:
            start = _week_of(rule, first) + 7 * passed * _DAY
            return start, start + 7 * _DAY
        case Frequency.MONTHLY:
            month = _month_number(first) + passed
            return _first_of(month), _first_of(month + 1)
        case Frequency.YEARLY:
            return date(first.year + passed, 1, 1), date(first.year + passed + 1, 1, 1)


def _week_of(rule: Rule, day: date) -> date:
    return day - (day.weekday() - rule.week_start) % 7 * _DAY


def _month_number(day: date) -> int:
    return day.year * 12 + day.month - 1


def _first_of(month_number: int) -> date:
    return date(month_number // 12, month_number % 12 + 1, 1)


def _fits(rule: Rule, day: date) -> bool:
    if rule.by_month and day.month not in rule.by_month:
        return False
    if rule.by_month_day and not _is_month_day(rule, day):
        return False
    return not rule.by_day or _is_weekday(rule, day)


def _is_month_day(rule: Rule, day: date) -> bool:
    from_the_end = day.day - monthrange(day.year, day.month)[1] - 1
    return day.day in rule.by_month_day or from_the_end in rule.by_month_day


def _is_weekday(rule: Rule, day: date) -> bool:
    weekday = day.weekday()
    ordinals = {each.nth for each in rule.by_day if each.weekday == weekday}
    if not ordinals or 0 in ordinals:
        return bool(ordinals)
    start, end = _ordinals_count_in(rule, day)
    from_the_front = (day - start).days // 7 + 1
    from_the_back = -((end - _DAY - day).days // 7) - 1
    return from_the_front in ordinals or from_the_back in ordinals


def _ordinals_count_in(rule: Rule, day: date) -> tuple[date, date]:
    """The year, where the rule goes by years without naming months, else the month."""
    if rule.frequency == Frequency.YEARLY and not rule.by_month:
        return date(day.year, 1, 1), date(day.year + 1, 1, 1)
    return _first_of(_month_number(day)), _first_of(_month_number(day) + 1)


def _at_positions(days: list[date], positions: tuple[int, ...]) -> list[date]:
    if not positions:
        return days
    indices = {position - 1 if position > 0 else len(days) + position for position in positions}
    return [day for index, day in enumerate(days) if index in indices]

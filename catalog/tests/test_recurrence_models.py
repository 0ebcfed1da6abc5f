"""The days of a rule, held against dateutil and against a walker that asks of each day whether it belongs."""

from calendar import monthrange
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from catalog.recurrence import Frequency, Rule, first_match, parse_rule, series, split
from catalog.recurrence.days import recurring_days
from catalog.recurrence.rule import NthWeekday
from common.errors import DomainError

DAY = timedelta(days=1)
# dateutil looks for a day that does not come until the year 9999. This near to it, that takes milliseconds.
LATE = date(9990, 1, 1)

MONTH_DAYS = st.sampled_from([1, 2, 13, 15, 28, 29, 30, 31, -1, -2, -28, -31])
ZONES = st.sampled_from(
    ["America/New_York", "Asia/Kolkata", "Europe/London", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia"]
).map(ZoneInfo)


def some(values: Any, most: int = 3) -> Any:
    return st.lists(values, max_size=most, unique=True).map(lambda found: tuple(sorted(found)))


@st.composite
def rules(draw: st.DrawFn, *, mixes_ordinals: bool = True) -> Rule:
    frequency = draw(st.sampled_from(Frequency))
    by_month = draw(some(st.integers(1, 12)))
    by_month_day = () if frequency == Frequency.WEEKLY else draw(some(MONTH_DAYS))
    by_day = draw(some(st.builds(NthWeekday, st.just(0), st.integers(0, 6)), 4))
    if frequency in {Frequency.MONTHLY, Frequency.YEARLY}:
        most = 53 if frequency == Frequency.YEARLY and not by_month else 5
        nth = st.integers(-most, most).filter(bool)
        numbered = draw(some(st.builds(NthWeekday, nth, st.integers(0, 6))))
        by_day = tuple(sorted(by_day + numbered)) if mixes_ordinals else numbered or by_day
    positions = draw(some(st.sampled_from([1, 2, 3, -1, -2]))) if by_month or by_month_day or by_day else ()
    return Rule(
        frequency,
        interval=draw(st.sampled_from([1, 1, 2, 3, 4])),
        by_month=by_month,
        by_month_day=by_month_day,
        by_day=by_day,
        by_set_position=positions,
        week_start=draw(st.integers(0, 6)),
    )


def walked(rule: Rule, first: date, last: date) -> list[date]:
    """Asks of each day by itself whether it belongs: its period's number, its own parts, its place among the others."""
    days = [first + n * DAY for n in range((last - first).days + 1)]
    return [day for day in days if _belongs(rule, first, day)]


def _belongs(rule: Rule, first: date, day: date) -> bool:
    period = _period(rule, day)
    if not _matches(rule, first, day) or (_number(rule, day) - _number(rule, first)) % rule.interval:
        return False
    if not rule.by_set_position:
        return True
    others = [each for each in period if _matches(rule, first, each)]
    place = others.index(day)
    return place + 1 in rule.by_set_position or place - len(others) in rule.by_set_position


def _matches(rule: Rule, first: date, day: date) -> bool:
    names_days = rule.by_month_day or rule.by_day
    if rule.frequency == Frequency.WEEKLY and not rule.by_day and day.weekday() != first.weekday():
        return False
    if rule.frequency in {Frequency.MONTHLY, Frequency.YEARLY} and not names_days and day.day != first.day:
        return False
    if rule.frequency == Frequency.YEARLY and not names_days and not rule.by_month and day.month != first.month:
        return False
    length = monthrange(day.year, day.month)[1]
    return (
        (not rule.by_month or day.month in rule.by_month)
        and (not rule.by_month_day or bool({day.day, day.day - length - 1} & set(rule.by_month_day)))
        and (not rule.by_day or bool(_names(rule, day) & set(rule.by_day)))
    )


def _names(rule: Rule, day: date) -> set[NthWeekday]:
    """`MO`, `2MO` and `-3MO` are the names of the second Monday of a month with four."""
    in_year = rule.frequency == Frequency.YEARLY and not rule.by_month
    whole = _days(date(day.year, 1, 1), date(day.year + 1, 1, 1)) if in_year else _month(day)
    alike = [each for each in whole if each.weekday() == day.weekday()]
    place = alike.index(day)
    return {NthWeekday(nth, day.weekday()) for nth in (0, place + 1, place - len(alike))}


def _period(rule: Rule, day: date) -> list[date]:
    match rule.frequency:
        case Frequency.DAILY:
            return [day]
        case Frequency.WEEKLY:
            start = next(day - n * DAY for n in range(7) if (day - n * DAY).weekday() == rule.week_start)
            return _days(start, start + 7 * DAY)
        case Frequency.MONTHLY:
            return _month(day)
        case Frequency.YEARLY:
            return _days(date(day.year, 1, 1), date(day.year + 1, 1, 1))


def _number(rule: Rule, day: date) -> int:
    match rule.frequency:
        case Frequency.DAILY:
            return day.toordinal()
        case Frequency.WEEKLY:
            return _period(rule, day)[0].toordinal() // 7
        case Frequency.MONTHLY:
            return day.year * 12 + day.month
        case Frequency.YEARLY:
            return day.year


def _month(day: date) -> list[date]:
    return [day.replace(day=number) for number in range(1, monthrange(day.year, day.month)[1] + 1)]


def _days(start: date, end: date) -> list[date]:
    return [start + n * DAY for n in range((end - start).days)]


def check_against_the_walker(rule: Rule, first: date, length: int, skipped: int) -> None:
    last = first + length * DAY

    found = list(recurring_days(rule, first, last=last))

    expected = walked(rule, first, last)
    assert found == expected
    since = first + skipped * DAY
    assert list(recurring_days(rule, first, last=last, since=since)) == [day for day in expected if day >= since]


def check_against_dateutil(rule: Rule, first: date, length: int) -> None:
    """It counts BYSETPOS in the first week from the start on, where RFC 5545 has the whole week: left out here."""
    assume(not (rule.by_set_position and rule.frequency == Frequency.WEEKLY and first.weekday() != rule.week_start))
    last = first + length * DAY

    found = list(recurring_days(rule, first, last=last))

    assert found == named_by_dateutil(rule, first, last)


def named_by_dateutil(rule: Rule, first: date, last: date) -> list[date]:
    named: list[date] = []
    # Where it finds nothing more it may walk off the calendar's end.
    with suppress(ValueError):
        for each in rrulestr(rule.canonical, dtstart=datetime.combine(first, time(9))):
            if each.date() > last:
                break
            named.append(each.date())
    return named


def check_a_split(rule: Rule, start: datetime, zone: ZoneInfo, count: int, place: int) -> None:
    rule = parse_rule(f"{rule.canonical};COUNT={count}")
    try:
        start = first_match(rule, start)
        whole = series(rule, start, zone)
    except DomainError:
        return
    if not 0 < place < len(whole):
        return

    before, after = split(rule, start, zone, whole[place])

    assert series(before, start, zone) == whole[:place]
    assert series(after, whole[place].local, zone) == whole[place:]


DATES = st.dates(date(2024, 1, 1), date(2029, 12, 31))
LATE_DATES = st.integers(0, 900).map(lambda days: LATE + days * DAY)
STARTS = st.datetimes(datetime(2024, 1, 1), datetime(2029, 1, 1)).map(  # noqa: DTZ001
    lambda start: start.replace(minute=start.minute // 30 * 30, second=0, microsecond=0)
)


@given(rule=rules(), first=DATES, length=st.integers(0, 120), skipped=st.integers(0, 100))
@settings(max_examples=40, deadline=None)
def test_the_days_are_those_that_each_belong(rule: Rule, first: date, length: int, skipped: int) -> None:
    check_against_the_walker(rule, first, length, skipped)


@given(rule=rules(mixes_ordinals=False), first=LATE_DATES, length=st.integers(0, 750))
@settings(max_examples=50, deadline=None)
def test_dateutil_names_the_same_days(rule: Rule, first: date, length: int) -> None:
    check_against_dateutil(rule, first, length)


@given(rule=rules(), start=STARTS, zone=ZONES, count=st.integers(2, 20), place=st.integers(1, 19))
@settings(max_examples=40, deadline=None)
def test_both_parts_of_a_series_are_the_whole(
    rule: Rule, start: datetime, zone: ZoneInfo, count: int, place: int
) -> None:
    check_a_split(rule, start, zone, count, place)


@given(rule=rules(), start=STARTS, zone=ZONES, count=st.integers(1, 40))
@settings(max_examples=40, deadline=None)
def test_occurrences_are_in_order_and_show_their_local_time(
    rule: Rule, start: datetime, zone: ZoneInfo, count: int
) -> None:
    rule = parse_rule(f"{rule.canonical};COUNT={count}")
    try:
        found = series(rule, first_match(rule, start), zone)
    except DomainError:
        return

    assert len(found) == count
    assert all(one.start < other.start for one, other in pairwise(found))
    for each in found:
        shown = each.start.astimezone(zone).replace(tzinfo=None, fold=0)
        assert (shown > each.local) if each.is_shifted else (shown == each.local)
        assert each.start.tzinfo is UTC


@pytest.mark.deep
@pytest.mark.timeout(400)
@given(rule=rules(), first=DATES, length=st.integers(0, 500), skipped=st.integers(0, 500))
@settings(max_examples=300, deadline=None)
def test_at_length_the_days_are_those_that_each_belong(rule: Rule, first: date, length: int, skipped: int) -> None:
    check_against_the_walker(rule, first, length, skipped)


@pytest.mark.deep
@pytest.mark.timeout(400)
@given(rule=rules(mixes_ordinals=False), first=LATE_DATES, length=st.integers(0, 750))
@settings(max_examples=800, deadline=None)
def test_at_length_dateutil_names_the_same_days(rule: Rule, first: date, length: int) -> None:
    check_against_dateutil(rule, first, length)


@pytest.mark.deep
@pytest.mark.timeout(400)
@given(rule=rules(), start=STARTS, zone=ZONES, count=st.integers(2, 60), place=st.integers(1, 59))
@settings(max_examples=800, deadline=None)
def test_at_length_both_parts_of_a_series_are_the_whole(
    rule: Rule, start: datetime, zone: ZoneInfo, count: int, place: int
) -> None:
    check_a_split(rule, start, zone, count, place)

"""The first free start of many services at once, in a constant number of queries.

1. What a start depends on is the calendar, as its version has it, and the lengths of the service. Services with the
   same of both are one need.
2. What is known of a need from before is taken from `kept_starts`; the calendars of the others are read.
3. Most people are free within two days. So one look takes in what is taken until then, and a second one goes on from
   there to the end of what is looked at, for those who had nothing.
4. Slots are worked out by `catalog.slots`, as everywhere.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from catalog.models import Calendar, Service
from catalog.opening import openings
from catalog.selectors.availability import booking_window, full_days, slot_rules, what_matters
from catalog.selectors.busy import Busy, busy
from catalog.selectors.kept_starts import LONGEST, KeptStart, keep, recall
from catalog.selectors.listings import DAYS_AHEAD
from catalog.slots import SlotRules, slots
from common import clock
from common.platform import platform_settings
from common.timeranges import TimeRange
from common.walltime import day_range

NEAR = timedelta(days=2)


class Need(NamedTuple):
    """Minutes; empty buffers are the calendar's."""

    calendar_id: UUID
    version: int
    duration: int
    buffer_before: int | None
    buffer_after: int | None


Asked = Callable[[Calendar], TimeRange | None]
Pick = Callable[[Iterable[datetime]], datetime | None]


def first_free(needs: Collection[Need]) -> dict[Need, datetime]:
    """The first start that can be booked within the days ahead; needs without one are left out."""
    return _known_or_found(needs, None, _first_ahead)


def free_on(day: date, needs: Collection[Need]) -> set[Need]:
    """Those with a free start on this day, as the clocks of their calendars show it."""
    # The last start of the day is kept: as long as it can be booked, the day has something free.
    return set(_known_or_found(needs, day, lambda calendars: _last_on(day, calendars)))


_Wanted = Mapping[Calendar, Mapping[Need, SlotRules]]


def _known_or_found(
    needs: Collection[Need], day: date | None, find: Callable[[_Wanted], dict[Need, datetime]]
) -> dict[Need, datetime]:
    now, settings = clock.now(), platform_settings()
    about = (day, settings.booking_notice_minutes, settings.booking_horizon_days)
    known = {need: found for need in needs if (found := recall((need, about), now))}
    starts = {need: found.start for need, found in known.items() if found.start}
    missing = [need for need in needs if need not in known]
    if missing:
        wanted = _wanted(missing)
        fresh = find(wanted)
        _keep(wanted, fresh, about)
        starts |= fresh
    return starts


def _wanted(needs: Iterable[Need]) -> _Wanted:
    by_calendar: defaultdict[UUID, list[Need]] = defaultdict(list)
    for need in needs:
        by_calendar[need.calendar_id].append(need)
    calendars = Calendar.objects.in_bulk(by_calendar.keys())
    return {
        calendars[pk]: {need: _rules(calendars[pk], need) for need in its_needs}
        for pk, its_needs in by_calendar.items()
        if pk in calendars
    }


def _rules(calendar: Calendar, need: Need) -> SlotRules:
    lengths = Service(
        duration_minutes=need.duration,
        buffer_before_minutes=need.buffer_before,
        buffer_after_minutes=need.buffer_after,
    )
    return slot_rules(calendar, lengths)


def _keep(wanted: _Wanted, found: Mapping[Need, datetime], about: Hashable) -> None:
    fresh: dict[Hashable, KeptStart] = {}
    for calendar, needs in wanted.items():
        window = booking_window(calendar)
        until = min(day_range(clock.today(calendar.zone), calendar.zone).end, window.now + LONGEST)
        for need in needs:
            fresh[(need, about)] = KeptStart(found.get(need), window.earliest - window.now, until)
    keep(fresh)


def _first_ahead(wanted: _Wanted) -> dict[Need, datetime]:
    whole = {calendar: _days_ahead(calendar) for calendar in wanted}
    near_end = clock.now() + NEAR
    found = _look(wanted, lambda calendar: _part(whole[calendar], until=near_end), _first)
    left = {
        calendar: rest
        for calendar, needs in wanted.items()
        if (rest := {need: rules for need, rules in needs.items() if need not in found})
    }
    return found | _look(left, lambda calendar: _part(whole[calendar], since=near_end), _first)


def _last_on(day: date, wanted: _Wanted) -> dict[Need, datetime]:
    return _look(wanted, lambda calendar: day_range(day, calendar.zone), _last)


def _look(wanted: _Wanted, asked: Asked, pick: Pick) -> dict[Need, datetime]:
    """Among the free starts in the asked time the one to pick, for those that have any. One query."""
    starting: dict[Calendar, TimeRange] = {}
    for calendar in wanted:
        time = asked(calendar)
        bookable = booking_window(calendar).of(time) if time else None
        if bookable is not None:
            starting[calendar] = bookable
    taken = busy(starting.keys(), _span(wanted, starting))
    found: dict[Need, datetime] = {}
    for calendar, time in starting.items():
        found |= _picked(calendar, wanted[calendar], time, taken[calendar.number], pick)
    return found


def _picked(
    calendar: Calendar, needs: Mapping[Need, SlotRules], starting: TimeRange, taken: Sequence[Busy], pick: Pick
) -> dict[Need, datetime]:
    longest = max(rules.duration for rules in needs.values())
    is_open = openings(calendar.hours, within=starting.widen(after=longest))
    blocks, full = [each.as_block() for each in taken], full_days(calendar, taken)
    found: dict[Need, datetime] = {}
    for need, rules in needs.items():
        offered = slots(is_open, blocks, rules, starting=starting, full_days=full)
        picked = pick(slot.start for slot in offered if slot.reason is None)
        if picked is not None:
            found[need] = picked
    return found


def _first(starts: Iterable[datetime]) -> datetime | None:
    return next(iter(starts), None)


def _last(starts: Iterable[datetime]) -> datetime | None:
    return max(starts, default=None)


def _span(wanted: _Wanted, starting: Mapping[Calendar, TimeRange]) -> list[TimeRange]:
    """One stretch that holds what matters to any of them: a query for it is simpler than for each one's own."""
    matter = [
        what_matters(calendar, rules, time)
        for calendar, time in starting.items()
        for rules in wanted[calendar].values()
    ]
    if not matter:
        return []
    return [TimeRange(min(each.start for each in matter), max(each.end for each in matter))]


def _days_ahead(calendar: Calendar) -> TimeRange:
    today = clock.today(calendar.zone)
    return TimeRange(clock.now(), day_range(today + timedelta(days=DAYS_AHEAD - 1), calendar.zone).end)


def _part(time: TimeRange, *, since: datetime | None = None, until: datetime | None = None) -> TimeRange | None:
    start, end = max(time.start, since or time.start), min(time.end, until or time.end)
    return TimeRange(start, end) if start < end else None

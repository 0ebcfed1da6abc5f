"""The first free start of many services at once, in a constant number of queries.

1. What a start depends on is the calendar, as its version has it, the lengths of the service and, if it takes a room,
   that one's calendar. Services that share all of them are one need.
2. What is known of a need from before is taken from `kept_starts`; the calendars of the others are read.
3. Most people are free within two days. So one look takes in what is taken until then, and a second one goes on from
   there to the end of what is looked at, for those who had nothing.
4. Slots are worked out by `catalog.slots`, as everywhere; what the room does not let through is passed over.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from catalog.models import Calendar, Service
from catalog.opening import openings
from catalog.selectors.availability import Inspector, booking_window, full_days, slot_rules, what_matters
from catalog.selectors.busy import Busy, busy
from catalog.selectors.kept_starts import LONGEST, KeptStart, keep, recall
from catalog.selectors.listings import DAYS_AHEAD
from catalog.slots import Slot, SlotRules, slots
from common import clock
from common.platform import platform_settings
from common.timeranges import TimeRange
from common.walltime import day_range

NEAR = timedelta(days=2)


class Need(NamedTuple):
    """Minutes; empty buffers are the calendar's. The room is that of the service, if it takes one along."""

    calendar_id: UUID
    version: int
    duration: int
    buffer_before: int | None
    buffer_after: int | None
    room_calendar_id: UUID | None = None
    room_version: int | None = None


class Way(NamedTuple):
    """How a need is met: by which slots of its calendar, and in which room besides."""

    rules: SlotRules
    room: Calendar | None


Asked = Callable[[Calendar], TimeRange | None]
Pick = Callable[[Iterable[datetime]], datetime | None]


def first_free(needs: Collection[Need]) -> dict[Need, datetime]:
    """The first start that can be booked within the days ahead; needs without one are left out."""
    return _known_or_found(needs, None, _first_ahead)


def free_on(day: date, needs: Collection[Need]) -> set[Need]:
    """Those with a free start on this day, as the clocks of their calendars show it."""
    # The last start of the day is kept: as long as it can be booked, the day has something free.
    return set(_known_or_found(needs, day, lambda calendars: _last_on(day, calendars)))


_Wanted = Mapping[Calendar, Mapping[Need, Way]]


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
    """The needs by their calendars, rooms among them; those whose calendars are gone are left out."""
    by_calendar: defaultdict[UUID, list[Need]] = defaultdict(list)
    for need in needs:
        by_calendar[need.calendar_id].append(need)
    rooms = {need.room_calendar_id for need in needs if need.room_calendar_id is not None}
    calendars = Calendar.objects.in_bulk([*by_calendar, *rooms])
    return {
        calendars[pk]: {
            need: Way(_rules(calendars[pk], need), calendars.get(need.room_calendar_id))
            for need in its_needs
            if need.room_calendar_id is None or need.room_calendar_id in calendars
        }
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
        for need, way in needs.items():
            windows = [booking_window(each) for each in (calendar, way.room) if each is not None]
            midnights = (day_range(clock.today(each.zone), each.zone).end for each in (calendar, way.room) if each)
            until = min(*midnights, windows[0].now + LONGEST)
            notice = max(window.earliest - window.now for window in windows)
            fresh[(need, about)] = KeptStart(found.get(need), notice, until)
    keep(fresh)


def _first_ahead(wanted: _Wanted) -> dict[Need, datetime]:
    whole = {calendar: _days_ahead(calendar) for calendar in wanted}
    near_end = clock.now() + NEAR
    found = _look(wanted, lambda calendar: _part(whole[calendar], until=near_end), _first)
    left = {
        calendar: rest
        for calendar, needs in wanted.items()
        if (rest := {need: way for need, way in needs.items() if need not in found})
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
    rooms = {way.room for calendar in starting for way in wanted[calendar].values() if way.room is not None}
    taken = busy({*starting, *rooms}, _span(wanted, starting))
    inspectors = {room: Inspector(room, taken[room.number]) for room in rooms}
    found: dict[Need, datetime] = {}
    for calendar, time in starting.items():
        found |= _picked(calendar, wanted[calendar], time, taken[calendar.number], inspectors, pick)
    return found


def _picked(
    calendar: Calendar,
    needs: Mapping[Need, Way],
    starting: TimeRange,
    taken: Sequence[Busy],
    inspectors: Mapping[Calendar, Inspector],
    pick: Pick,
) -> dict[Need, datetime]:
    longest = max(way.rules.duration for way in needs.values())
    is_open = openings(calendar.hours, within=starting.widen(after=longest))
    blocks, full = [each.as_block() for each in taken], full_days(calendar, taken)
    found: dict[Need, datetime] = {}
    for need, way in needs.items():
        offered = slots(is_open, blocks, way.rules, starting=starting, full_days=full)
        free: Iterable[Slot] = (slot for slot in offered if slot.reason is None)
        if way.room is not None:
            free = _with_room(free, inspectors[way.room])
        picked = pick(slot.start for slot in free)
        if picked is not None:
            found[need] = picked
    return found


def _with_room(free: Iterable[Slot], room: Inspector) -> Iterator[Slot]:
    return (slot for slot in free if room.check(TimeRange(slot.start, slot.end)).reason is None)


def _first(starts: Iterable[datetime]) -> datetime | None:
    return next(iter(starts), None)


def _last(starts: Iterable[datetime]) -> datetime | None:
    return max(starts, default=None)


def _span(wanted: _Wanted, starting: Mapping[Calendar, TimeRange]) -> list[TimeRange]:
    """One stretch that holds what matters to any of them: a query for it is simpler than for each one's own."""
    matter = [
        what_matters(each, replace(way.rules, buffers=each.buffers) if each is way.room else way.rules, time)
        for calendar, time in starting.items()
        for way in wanted[calendar].values()
        for each in (calendar, way.room)
        if each is not None
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

"""When somebody can be had: slots of a calendar, and whether given times are free."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from catalog.enums import Reason
from catalog.lanes import LaneBoard, Timeline
from catalog.models import Calendar, Service
from catalog.opening import ONE_DAY, open_ranges, openings
from catalog.policies import BookingWindow, reason_against
from catalog.selectors.busy import Busy, busy, claims
from catalog.slots import Slot, SlotRules, slots
from common import clock
from common.platform import platform_settings
from common.timeranges import TimeRange
from common.walltime import day_range, opening_instant

# Cells of a calendar without a step of its own, where no service says how long it takes.
DEFAULT_CELL = timedelta(hours=1)
# Nothing is booked farther ahead than series may go.
FARTHEST = timedelta(days=800)


@dataclass(frozen=True, slots=True)
class Checked:
    """A time somebody asked for, what is against it, and what it clashes with."""

    time: TimeRange
    reason: Reason | None
    conflicts: Sequence[TimeRange] = ()


class Inspector:
    """Says of times whether they can be had on a calendar; `taken` must hold all that can be in their way."""

    def __init__(self, calendar: Calendar, taken: Sequence[Busy]) -> None:
        self._hours, self._window, self._buffers = calendar.hours, booking_window(calendar), calendar.buffers
        self._taken = taken
        self._board = LaneBoard(calendar.capacity, [each.as_block() for each in taken])
        self._full = full_days(calendar, taken)

    def check(self, asked: TimeRange) -> Checked:
        rule = reason_against(asked, self._hours, self._window)
        if rule is not None:
            return Checked(asked, rule)
        padded = self._buffers.around(asked)
        if not self._board.has_room(padded.start, padded.end):
            return _clash(asked, padded, self._taken)
        is_full = any(day.contains(asked.start) for day in self._full)
        return Checked(asked, Reason.DAY_FULL if is_full else None)


def booking_window(calendar: Calendar) -> BookingWindow:
    """From when until when the calendar takes bookings, by its own rules or the platform's."""
    settings = platform_settings()
    notice, horizon = calendar.minimum_notice_minutes, calendar.horizon_days
    return BookingWindow.at(
        clock.now(),
        calendar.zone,
        notice=timedelta(minutes=settings.booking_notice_minutes if notice is None else notice),
        horizon_days=settings.booking_horizon_days if horizon is None else horizon,
    )


def slot_rules(calendar: Calendar, service: Service | None) -> SlotRules:
    """A service's slots begin at each step of the calendar; without one the steps themselves are shown."""
    step = timedelta(minutes=calendar.step_minutes) if calendar.step_minutes else None
    if service is None:
        cell = step or DEFAULT_CELL
        return SlotRules(cell, cell, calendar.buffers, calendar.capacity)
    buffers = service.buffers_on(calendar)
    step = step or buffers.before + service.duration + buffers.after
    return SlotRules(service.duration, step, buffers, calendar.capacity)


def slots_by_day(
    calendar: Calendar, service: Service | None, *, first: date, last: date, zone: ZoneInfo
) -> dict[date, list[Slot]]:
    """The slots that start on the days from `first` to `last`, as a clock in `zone` shows them.

    One query, and two more if the service takes a room.
    """
    days: dict[date, list[Slot]] = {first + n * ONE_DAY: [] for n in range((last - first).days + 1)}
    asked = TimeRange(_midnight(first, zone), _midnight(last + ONE_DAY, zone))
    starting = booking_window(calendar).of(asked)
    if starting is None:
        return days
    rules = slot_rules(calendar, service)
    taken = busy([calendar], what_matters(calendar, rules, starting))[calendar.number]
    found = slots(
        openings(calendar.hours, within=starting.widen(after=rules.duration)),
        [each.as_block() for each in taken],
        rules,
        starting=starting,
        closures=[each.time for each in taken if each.is_closure],
        full_days=full_days(calendar, taken),
    )
    for slot in found if service is None or service.room_id is None else _in_room(service.room_id, list(found)):
        days[slot.start.astimezone(zone).date()].append(slot)
    return days


def _in_room(room_id: UUID, found: Sequence[Slot]) -> list[Slot]:
    """The slots, each with what is against it in the room that is booked along."""
    room = Calendar.objects.get(resource=room_id)
    answers = iter(checked(room, [TimeRange(each.start, each.end) for each in found if each.reason is None]))
    return [each if each.reason is not None else replace(each, reason=next(answers).reason) for each in found]


def what_matters(calendar: Calendar, rules: SlotRules, starting: TimeRange) -> TimeRange:
    """The time in which something taken can be in the way of a slot that starts within `starting`."""
    margin = ONE_DAY if calendar.daily_limit is not None else timedelta(0)
    after = rules.duration + rules.buffers.after + margin
    return starting.widen(before=rules.buffers.before + margin, after=after)


def checked(calendar: Calendar, times: Sequence[TimeRange]) -> list[Checked]:
    """Whether each of the times can be had, in the order they are given. One query, however many."""
    buffers = calendar.buffers
    days = [_day_of(calendar, each) for each in times] if calendar.daily_limit is not None else []
    taken = busy([calendar], [buffers.around(each) for each in (*times, *days)])[calendar.number]
    inspector = Inspector(calendar, taken)
    return [inspector.check(each) for each in times]


def conflicts_with(calendar: Calendar, times: Sequence[TimeRange]) -> list[TimeRange]:
    """What is in the way of any of the times, whatever rules they break besides. One query."""
    wanted = [calendar.buffers.around(each) for each in times]
    taken = busy([calendar], wanted)[calendar.number]
    board = LaneBoard(calendar.capacity, [each.as_block() for each in taken])
    blocked = Timeline(each for each in wanted if not board.has_room(each.start, each.end))
    return [each.time for each in taken if blocked.meets(each.time.start, each.time.end)]


def claims_outside_hours(calendar: Calendar) -> list[TimeRange]:
    """Bookings and holds to come that the hours as they are now would not offer, without their buffers."""
    now = clock.now()
    ahead = TimeRange(now, now + FARTHEST)
    hours = calendar.hours
    times = [each.booked for each in claims(calendar, ahead)]
    if not times:
        return []
    # Asked for once: two years of days are walked in some milliseconds, but not for every booking again.
    is_open = open_ranges(hours, within=TimeRange(min(each.start for each in times), max(each.end for each in times)))
    return [each for each in times if not any(stretch.covers(each) for stretch in is_open)]


def full_days(calendar: Calendar, taken: Iterable[Busy]) -> list[TimeRange]:
    """The calendar's own days on which its limit is reached; `taken` must hold all of those days."""
    if calendar.daily_limit is None:
        return []
    zone = calendar.zone
    starts = Counter(each.day_on(zone) for each in taken if not each.is_closure)
    return [day_range(day, zone) for day, count in sorted(starts.items()) if count >= calendar.daily_limit]


def _clash(asked: TimeRange, padded: TimeRange, taken: Sequence[Busy]) -> Checked:
    in_the_way = [each for each in taken if each.time.overlaps(padded)]
    is_blocked = any(each.is_closure for each in in_the_way)
    return Checked(asked, Reason.BLOCKED if is_blocked else Reason.BOOKED, [each.time for each in in_the_way])


def _day_of(calendar: Calendar, asked: TimeRange) -> TimeRange:
    return day_range(asked.start.astimezone(calendar.zone).date(), calendar.zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return opening_instant(datetime.combine(day, time.min), zone)

"""Other times or another rule for what is still to come of a series."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from bookings.enums import UPCOMING, Action, Role
from bookings.errors import CannotBook
from bookings.models import Booking, Series, SeriesException
from bookings.reshaping import Held, reshape
from bookings.selectors.permitted import refusal_of
from bookings.selectors.series_dates import Dated, by_the_rules
from bookings.services.drafting import Draft, claims_of
from bookings.services.series_booking import (
    begin_dates,
    pattern_of,
    require_deposits_can_be_paid,
    require_more_can_be_booked,
    template_of,
)
from bookings.services.series_cancelling import call_off
from bookings.services.series_dates import (
    BOUND,
    Pattern,
    booked_ahead_until,
    explained,
    parts_of,
    refuse,
    repeated,
    require_duration,
)
from bookings.transitions import Actor, Change, amend_all
from catalog.errors import DayIsFull, SlotTaken
from catalog.occupancy import move as move_claims
from catalog.occupancy import release
from catalog.recurrence import FIELD, LONGEST_SERIES, Rule, series_within, wall_clock
from catalog.recurrence import series as all_of
from common import clock
from common.errors import Detail
from common.timeranges import TimeRange
from common.walltime import candidates_for

Key = Booking | SeriesException


class Unchanged(StrEnum):
    """Why a booking to come is not where the series is now."""

    MODIFIED = "modified"
    NOT_PERMITTED = "not_permitted"


@dataclass(frozen=True, slots=True)
class NewTimes:
    """`start` is the new start of the first date that is changed; all others are moved as far on their own clocks."""

    start: datetime | None = None
    end: datetime | None = None
    rule: Rule | None = None


@dataclass(frozen=True, slots=True)
class Retimed:
    bookings: Sequence[Booking] = ()
    cancelled: Sequence[Booking] = ()
    unchanged: Sequence[tuple[Booking, Unchanged]] = ()


def retime(series: Series, new: NewTimes, since: datetime, there: Sequence[Booking], *, actor: Actor) -> Retimed:
    """Moves, adds and cancels bookings until those to come are the dates of the new pattern; the series is not saved.

    `there` are the bookings of the day of `since` and later, locked. Raises with the list of dates that cannot be had.
    """
    before = pattern_of(series)
    fixed = {each.pk: reason for each in there if (reason := _fixed(each, before, actor)) is not None}
    after = _new_pattern(series, before, new, since)
    dates = {each.occurrence: each for each in _dates(after, series, since)}
    _write(series, after, list(dates.values()))
    template = template_of(series, actor)
    require_deposits_can_be_paid(template, series)
    plan = reshape(_held(series, there, since, fixed), dates)
    paired = [(key, dates[to]) for key, to in (*plan.stays, *plan.moves) if isinstance(key, Booking)]
    moving = [(booking, to) for booking, to in paired if booking.pk not in fixed and booking.time != to.time]
    added = [(repeated(template, dates[each]), dates[each]) for each in plan.added]
    dropped = [key for key in plan.dropped if isinstance(key, Booking)]
    if added:
        require_more_can_be_booked(series, template)
    _take(moving, added, dropped, actor)
    amend_all([retimed(booking, to, actor) for booking, to in moving], Action.RESCHEDULE, actor=actor)
    call_off(dropped, actor=actor, reason="")
    made = begin_dates(series, [draft for draft, _ in added], actor=actor)
    unfit = [key for key in plan.unfit if isinstance(key, Booking)]
    return Retimed([*(booking for booking, _ in moving), *made], dropped, _unchanged(unfit, paired, fixed))


def _unchanged(
    unfit: Sequence[Booking], paired: Sequence[tuple[Booking, Dated]], fixed: Mapping[UUID, Unchanged]
) -> list[tuple[Booking, Unchanged]]:
    """Bookings to come whose day the rule has left, and those that were not allowed to follow it."""
    held_back = [
        booking
        for booking, to in paired
        if fixed.get(booking.pk) is Unchanged.NOT_PERMITTED and booking.time != to.time
    ]
    return [(each, fixed[each.pk]) for each in (*unfit, *held_back) if is_to_come(each)]


def is_to_come(booking: Booking) -> bool:
    return booking.status in UPCOMING and booking.starts_at > clock.now()


def _fixed(booking: Booking, pattern: Pattern, actor: Actor) -> Unchanged | None:
    """Why the booking keeps its time whatever becomes of the series; None if it goes with it."""
    if not is_to_come(booking):
        return Unchanged.NOT_PERMITTED
    if booking.time != TimeRange.lasting(_recurrence_id(booking), pattern.duration):
        return Unchanged.MODIFIED
    refusal = refusal_of(booking, Action.RESCHEDULE, role=actor.role, now=clock.now())
    return None if refusal is None else Unchanged.NOT_PERMITTED


def _held(
    series: Series, there: Sequence[Booking], since: datetime, fixed: Mapping[UUID, Unchanged]
) -> list[Held[Key]]:
    zone = series.zone
    held: list[Held[Key]] = [Held(each, _day(_recurrence_id(each), zone), each.pk in fixed) for each in there]
    booked = {each.day for each in held}
    exceptions = SeriesException.objects.filter(series=series, recurrence_id__gte=since - timedelta(days=1))
    left_out: list[Held[Key]] = [Held(each, _day(each.recurrence_id, zone), is_fixed=True) for each in exceptions]
    return held + [each for each in left_out if each.day not in booked]


def _new_pattern(series: Series, before: Pattern, new: NewTimes, since: datetime) -> Pattern:
    """The pattern whose first date to come starts when it is asked to, and all others as much later or earlier."""
    window = TimeRange(since, since + LONGEST_SERIES)
    first = next(iter(series_within(before.rule, before.local_start, before.zone, window)), None)
    if first is None:
        raise _refused("from", "Nothing of this series is still to come.", "NOT_IN_SERIES")
    start = new.start or first.start
    duration = before.duration if new.end is None else new.end - start
    require_duration(duration)
    if series.service is not None and duration != before.duration:
        raise _refused("end_time", "Its length is the service's, and stays as it was booked.", "DURATION_MISMATCH")
    shift = wall_clock(start, before.zone) - first.local
    rule = _shifted(before.rule, before.local_start, shift, before.zone) if new.rule is None else new.rule
    return Pattern(rule.settled(before.zone), before.local_start + shift, before.zone, duration)


def _shifted(rule: Rule, start: datetime, shift: timedelta, zone: ZoneInfo) -> Rule:
    """Its end and the dates it leaves out go along, so that as many dates are left as before."""

    def moved(moment: date) -> date:
        if not isinstance(moment, datetime):
            return (datetime.combine(moment, start.time()) + shift).date()
        if moment.tzinfo is None:
            return moment + shift
        return candidates_for(wall_clock(moment, zone) + shift, zone)[0]

    until = None if rule.until is None else moved(rule.until)
    return replace(rule, until=until, excluded=tuple(moved(each) for each in rule.excluded))


def _dates(pattern: Pattern, series: Series, since: datetime) -> list[Dated]:
    """What is to come by the new pattern, as far as the series is booked."""
    day = _day(since, pattern.zone)
    if pattern.rule.is_open_ended:
        until = series.booked_until if series.is_open_ended else booked_ahead_until()
        found = pattern.dates_between(min(since, until), until)
    else:
        found = pattern.within_limits(all_of(pattern.rule, pattern.local_start, pattern.zone))
    dates = [each for each in found if each.day >= day and each.time.start > clock.now()]
    if not dates:
        raise _refused(FIELD, "Nothing would be left of this series. Cancel it instead.", "EMPTY")
    return dates


def _write(series: Series, pattern: Pattern, dates: Sequence[Dated]) -> None:
    if not pattern.rule.is_open_ended:
        series.booked_until = dates[-1].time.start
    elif not series.is_open_ended:
        series.booked_until = booked_ahead_until()
    series.rule, series.is_open_ended = pattern.rule.canonical, pattern.rule.is_open_ended
    series.local_date, series.local_time = pattern.local_start.date(), pattern.local_start.time()
    series.starts_at = candidates_for(pattern.local_start, pattern.zone)[0]
    series.duration_minutes = pattern.duration // timedelta(minutes=1)


def _take(
    moving: Sequence[tuple[Booking, Dated]],
    added: Sequence[tuple[Draft, Dated]],
    dropped: Sequence[Booking],
    actor: Actor,
) -> None:
    """Gives back what is dropped and takes all new times, or raises. All of them are on the same calendars."""
    if dropped:
        release([each.pk for each in dropped])
    pairs = [*moving, *((draft.booking, to) for draft, to in added)]
    if not pairs:
        return
    parts, dates = parts_of(pairs[0][0]), [to for _, to in pairs]
    _, lost = by_the_rules(parts, dates, is_bound=actor.role in BOUND)
    if lost:
        refuse(lost)
    try:
        move_claims([claim for booking, to in pairs for claim in claims_of(booking, to.time)])
    except (SlotTaken, DayIsFull) as error:
        refuse(explained(parts, dates, set(error.refused)))


def retimed(booking: Booking, to: Dated, actor: Actor) -> Change:
    columns = {
        "starts_at": to.time.start,
        "ends_at": to.time.end,
        "recurrence_id": to.occurrence.start,
        "reschedules": booking.reschedules + (actor.role is Role.CUSTOMER),
    }
    times = [[each.start.isoformat(), each.end.isoformat()] for each in (booking.time, to.time)]
    return Change(booking, columns, {"from": times[0], "to": times[1], "of_series": True})


def _recurrence_id(booking: Booking) -> datetime:
    if booking.recurrence_id is None:
        raise ValueError("A booking of a series knows its date.")
    return booking.recurrence_id


def _day(instant: datetime, zone: ZoneInfo) -> date:
    return wall_clock(instant, zone).date()


def _refused(field: str, message: str, code: str) -> CannotBook:
    return CannotBook(message, [Detail(field, message, code)])

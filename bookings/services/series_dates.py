"""The dates of a series as bookings: worked out, looked at, taken. All at once, in a constant number of statements."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NoReturn
from zoneinfo import ZoneInfo

from bookings.enums import Role
from bookings.models import Booking
from bookings.selectors.series_dates import Dated, Lost, Part, by_the_rules, clashes
from bookings.services.drafting import Draft, claims_of
from bookings.services.times import BOUND_BY_HOURS, LONGEST, SHORTEST
from bookings.transitions import Actor
from catalog.enums import Reason
from catalog.errors import MOST_SHOWN, DayIsFull, NotBookable, SlotTaken
from catalog.occupancy import claim_all
from catalog.policies import SENTENCES
from catalog.recurrence import FIELD, Occurrence, Rule, series, series_within
from common import clock
from common.errors import Detail, DomainError, ValidationFailed
from common.ids import new_id
from common.platform import platform_settings
from common.timeranges import TimeRange

TAKEN = frozenset({Reason.BOOKED, Reason.BLOCKED})
# The platform, too, books nobody into a day that has been closed.
BOUND = BOUND_BY_HOURS | {Role.SYSTEM}


@dataclass(frozen=True, slots=True)
class Pattern:
    """When a series takes place: its rule, the local time of its first date, and how long each takes."""

    rule: Rule
    local_start: datetime
    zone: ZoneInfo
    duration: timedelta

    def dated(self, occurrences: Iterable[Occurrence]) -> list[Dated]:
        return [Dated(each, TimeRange.lasting(each.start, self.duration)) for each in occurrences]

    def dates(self) -> list[Dated]:
        """All dates of a rule that ends; of one that does not, those that are booked ahead by now."""
        if not self.rule.is_open_ended:
            return self.within_limits(series(self.rule, self.local_start, self.zone))
        return self.dates_between(clock.now(), booked_ahead_until())

    def dates_between(self, start: datetime, end: datetime) -> list[Dated]:
        """The dates that start from one instant until another."""
        if start >= end:
            return []
        return self.within_limits(series_within(self.rule, self.local_start, self.zone, TimeRange(start, end)))

    def within_limits(self, occurrences: Sequence[Occurrence]) -> list[Dated]:
        settings = platform_settings()
        dates = self.dated(occurrences)
        if len(dates) > settings.series_occurrences:
            message = f"A series has at most {settings.series_occurrences} occurrences."
            raise ValidationFailed.of(FIELD, message, "TOO_MANY_OCCURRENCES")
        if dates and (dates[-1].day - dates[0].day).days >= settings.series_days:
            raise ValidationFailed.of(FIELD, f"A series lasts at most {settings.series_days} days.", "TOO_LONG")
        if any(one.time.overlaps(next_one.time) for one, next_one in pairwise(dates)):
            message = "Each date of a series must be over before the next one begins."
            raise ValidationFailed.of("end_time", message, "OVERLAPS_ITSELF")
        return dates


def require_duration(duration: timedelta) -> None:
    if not SHORTEST <= duration <= LONGEST:
        message = f"A booking lasts from a minute to {LONGEST.days} days."
        raise NotBookable(message, [Detail("end_time", message, "DURATION")])


def booked_ahead_until() -> datetime:
    """Up to when series without an end are booked."""
    return clock.now() + timedelta(days=platform_settings().open_series_days)


def parts_of(booking: Booking) -> list[Part]:
    """The calendars that a booking takes."""
    return [Part(each.calendar, each.buffers) for each in claims_of(booking)]


def repeated(template: Draft, each: Dated) -> Draft:
    """The same once more at another time: a booking of its own, with a price, a policy and a deposit of its own."""
    booking = copy(template.booking)
    booking.pk = new_id()
    booking.starts_at, booking.ends_at = each.time.start, each.time.end
    booking.recurrence_id = each.occurrence.start
    lines = [copy(line) for line in template.lines]
    for line in lines:
        line.pk, line.booking = new_id(), booking
    return Draft(booking, lines)


def seen(template: Draft, dates: Sequence[Dated], *, actor: Actor) -> list[Lost]:
    """What cannot be had of the dates, by rules or because it is taken; in order, without taking anything."""
    parts = parts_of(template.booking)
    allowed, lost = by_the_rules(parts, dates, is_bound=actor.role in BOUND)
    return _in_order([*lost, *clashes(parts, allowed)])


def take_all(template: Draft, dates: Sequence[Dated], *, actor: Actor) -> list[Draft]:
    """Takes all of the dates, as drafts like `template`, or raises with the list of those that cannot be had."""
    parts = parts_of(template.booking)
    allowed, lost = by_the_rules(parts, dates, is_bound=actor.role in BOUND)
    if lost:
        refuse(_in_order([*lost, *clashes(parts, allowed)]))
    drafts = [repeated(template, each) for each in dates]
    try:
        claim_all([claim for draft in drafts for claim in claims_of(draft.booking)])
    except (SlotTaken, DayIsFull) as error:
        refuse(explained(parts, dates, set(error.refused)))
    return drafts


def take_some(template: Draft, dates: Sequence[Dated], *, actor: Actor) -> tuple[list[Draft], list[Lost]]:
    """Takes what can be had of the dates, as drafts like `template`, and tells what cannot.

    1. Rules are asked first: what they forbid is never claimed.
    2. All the rest is claimed at once. What is refused is left out, and the rest claimed again; the calendars stay
       locked meanwhile, so that the second time is nearly always the last.
    3. Why somebody else's time was refused is looked up in one query.
    """
    parts = parts_of(template.booking)
    allowed, lost = by_the_rules(parts, dates, is_bound=actor.role in BOUND)
    drafts = {each.time: repeated(template, each) for each in allowed}
    refused = _claimed(drafts)
    if refused:
        lost += explained(parts, allowed, refused)
    return [draft for time, draft in drafts.items() if time not in refused], _in_order(lost)


def _claimed(drafts: Mapping[TimeRange, Draft]) -> set[TimeRange]:
    """The times that could not be had."""
    refused: set[TimeRange] = set()
    while left := [draft for time, draft in drafts.items() if time not in refused]:
        try:
            claim_all([claim for draft in left for claim in claims_of(draft.booking)])
        except (SlotTaken, DayIsFull) as error:
            refused |= set(error.refused)
        else:
            break
    return refused


def explained(parts: Sequence[Part], dates: Sequence[Dated], refused: Collection[TimeRange]) -> list[Lost]:
    """The refused dates, in order; a rival may have gone again since, and still was in the way."""
    gone = [each for each in dates if each.time in refused]
    why = {each.dated: each.reason for each in clashes(parts, gone)}
    return _in_order(Lost(each, why.get(each, Reason.BOOKED)) for each in gone)


def refuse(lost: Sequence[Lost]) -> NoReturn:
    """Names the dates that cannot be had: 409 if somebody has one of them, else the rule that they break."""
    raise _refusal(lost)


def _refusal(lost: Sequence[Lost]) -> DomainError:
    extra = {"lost_dates": shown_lost(lost)}
    if any(each.reason in TAKEN for each in lost):
        count = len(lost)
        message = f"{count} {'date' if count == 1 else 'dates'} of this series cannot be had."
        times = [{"start_time": each.dated.time.start, "end_time": each.dated.time.end} for each in lost]
        return SlotTaken(message, extra={**extra, "conflicts": times[:MOST_SHOWN]})
    reason = lost[0].reason
    message = SENTENCES.get(reason, DayIsFull.default_message)
    return NotBookable(message, [Detail("start_time", message, reason.upper())], extra)


def shown_lost(lost: Iterable[Lost]) -> list[dict[str, object]]:
    return [
        {
            "date": each.dated.day,
            "start_time": each.dated.time.start,
            "end_time": each.dated.time.end,
            "reason": each.reason.value,
        }
        for each in list(lost)[:MOST_SHOWN]
    ]


def _in_order(lost: Iterable[Lost]) -> list[Lost]:
    return sorted(lost, key=lambda each: each.dated.time)

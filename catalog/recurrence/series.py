"""The occurrences of a rule: local times turned into instants, one by one.

- A rule is a matter of clocks on walls. 09:00 stays 09:00 across a clock change, and the instant moves by an hour.
- An occurrence is known by its local time, its recurrence id: that stays, whatever is done to the occurrence later.
- As in RFC 5545, a time that clocks skip is read by the clock before the jump (02:30 takes place at 03:30, and says
  so), and of a time shown twice the first counts, except where the series itself started at the second.
- UNTIL is inclusive: a date means all of that local day, a time without Z is local.
- COUNT counts what EXDATE takes out. An EXDATE that meets no occurrence does nothing.
- A series spans at most 750 days, so it never has more than 750 occurrences.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from catalog.errors import StartDoesNotMatch
from catalog.recurrence.days import recurring_days
from catalog.recurrence.grammar import FIRST_YEAR, LAST_YEAR, MOST_OCCURRENCES
from catalog.recurrence.rule import Rule, refused, until_instant
from common.errors import ValidationFailed
from common.timeranges import TimeRange
from common.walltime import candidates_for, opening_instant

# Two years and some days: as many days as a series has occurrences at most.
LONGEST_SERIES = timedelta(days=MOST_OCCURRENCES - 1)

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, order=True)
class Occurrence:
    """`start` is in UTC. `local` is its recurrence id: what clocks show then, unless they skip it (`is_shifted`)."""

    start: datetime
    local: datetime
    is_shifted: bool = False


def wall_clock(instant: datetime, zone: ZoneInfo) -> datetime:
    """What clocks in `zone` show at `instant`: the form in which a series takes its start."""
    return instant.astimezone(zone).replace(tzinfo=None)


def series(rule: Rule, start: datetime, zone: ZoneInfo) -> list[Occurrence]:
    """All occurrences of a rule that ends, in order; `start` is the local time of the first.

    Refuses an open-ended rule, one that goes on for too long or leaves nothing, and a start the rule does not match.
    """
    if rule.is_open_ended:
        raise refused("Say when the series ends, by COUNT or UNTIL.", "OPEN_ENDED")
    _require_match(rule, start, zone)
    last = start.date() + LONGEST_SERIES
    until = None if rule.until is None else until_instant(rule.until, zone)
    ends_late = until is not None and wall_clock(until, zone).date() > last
    found = [] if ends_late else _found(rule, _generated(rule, start, zone, last=last), until)
    if ends_late or (rule.count is not None and len(found) < rule.count):
        raise refused(f"A series lasts at most {MOST_OCCURRENCES} days.", "TOO_LONG")
    left = _not_excluded(rule, found)
    if not left:
        raise refused("Nothing is left of this series.", "EMPTY")
    return left


def series_within(rule: Rule, start: datetime, zone: ZoneInfo, window: TimeRange) -> list[Occurrence]:
    """The occurrences that start within `window`, of any rule: how an open-ended series rolls forward.

    Costs as much as the window is long, however long ago the series began, unless it has a COUNT to keep.
    """
    if window.duration > LONGEST_SERIES:
        raise ValueError("Ask for a shorter window.")
    _require_match(rule, start, zone)
    # A skipped time takes place up to a day after its own date.
    since = None if rule.count is not None else wall_clock(window.start, zone).date() - _DAY
    last = wall_clock(window.end, zone).date()
    until = None if rule.until is None else until_instant(rule.until, zone)
    found = _found(rule, _generated(rule, start, zone, last=last, since=since), until)
    return [each for each in _not_excluded(rule, found) if window.contains(each.start)]


def times(rule: Rule, first: TimeRange, zone: ZoneInfo) -> list[TimeRange]:
    """Each occurrence as long as the first, in elapsed time: how bookings repeat, and events in RFC 5545."""
    return [TimeRange.lasting(each.start, first.duration) for each in series(rule, wall_clock(first.start, zone), zone)]


def wall_times(rule: Rule, first: TimeRange, zone: ZoneInfo) -> list[TimeRange]:
    """Each occurrence from clock to clock: how times off repeat. Every Sunday off is off until midnight, though one
    Sunday has 23 hours and another 25."""
    start = wall_clock(first.start, zone)
    length = wall_clock(first.end, zone) - start
    found: list[TimeRange] = []
    for each in series(rule, start, zone):
        end = opening_instant(each.local + length, zone)
        # Within the very hour that clocks skip or repeat, the length is what is left to go by.
        is_told = not each.is_shifted and end > each.start
        found.append(TimeRange(each.start, end) if is_told else TimeRange.lasting(each.start, first.duration))
    return found


def first_match(rule: Rule, start: datetime) -> datetime:
    """The first local time at or after `start` that the rule matches: where a series that is aligned to it begins.

    Refuses a rule that matches nothing for as long as a series may last, 30 February for one.
    """
    if not FIRST_YEAR <= start.year <= LAST_YEAR:
        raise ValidationFailed.of("start_time", f"Name a year from {FIRST_YEAR} to {LAST_YEAR}.", "OUT_OF_RANGE")
    day = next(recurring_days(rule, start.date(), last=start.date() + LONGEST_SERIES), None)
    if day is None:
        raise refused(f"No day within {MOST_OCCURRENCES} days matches this rule.", "NEVER_MATCHES")
    return start if day == start.date() else datetime.combine(day, start.time().replace(fold=0))


def with_until(rule: Rule, instant: datetime) -> Rule:
    """The rule, ended before `instant`: nothing of it starts then or later."""
    return replace(rule, count=None, until=instant.astimezone(UTC) - _SECOND)


def split(rule: Rule, start: datetime, zone: ZoneInfo, at: Occurrence) -> tuple[Rule, Rule]:
    """The rule of what comes before `at`, and the rule of a series of its own that starts with `at.local`.

    Together they have exactly the occurrences of the whole.
    """
    if at.local <= start:
        raise ValueError("Nothing comes before the first occurrence.")
    before = with_until(rule, at.start)
    if rule.count is None:
        return before, rule
    passed = sum(1 for _ in _generated(rule, start, zone, last=at.local.date() - _DAY))
    return before, replace(rule, count=rule.count - passed)


def _require_match(rule: Rule, start: datetime, zone: ZoneInfo) -> None:
    if start.tzinfo is not None:
        raise ValueError("A series starts at a local time.")
    first = first_match(rule, start)
    if first != start:
        raise StartDoesNotMatch.suggesting(_instant(first, zone).astimezone(zone))
    if rule.until is not None and until_instant(rule.until, zone) < _instant(start, zone):
        raise refused("UNTIL lies before the start.", "UNTIL_BEFORE_START")


def _generated(
    rule: Rule, start: datetime, zone: ZoneInfo, *, last: date, since: date | None = None
) -> Iterator[Occurrence]:
    """What the rule names, before COUNT, UNTIL and EXDATE."""
    time_of_day = start.time().replace(fold=0)
    previous: datetime | None = None
    for day in recurring_days(rule, start.date(), last=last, since=since):
        local = start if day == start.date() else datetime.combine(day, time_of_day)
        before, after = candidates_for(local, zone)
        instant = after if local.fold and after > before else before
        # Where a whole day was skipped, its time falls on the next day's: the same occurrence, once.
        if previous is None or instant > previous:
            yield Occurrence(instant, local.replace(fold=0), is_shifted=after < before)
        previous = instant


def _found(rule: Rule, generated: Iterator[Occurrence], until: datetime | None) -> list[Occurrence]:
    if until is not None:
        generated = takewhile(lambda each: each.start <= until, generated)
    return list(islice(generated, rule.count))


def _not_excluded(rule: Rule, found: list[Occurrence]) -> list[Occurrence]:
    if not rule.excluded:
        return found
    excluded = set(rule.excluded)
    return [each for each in found if excluded.isdisjoint(_names_of(each))]


def _names_of(occurrence: Occurrence) -> tuple[date, datetime, datetime]:
    """What an EXDATE may call it; seconds are as fine as those go."""
    start, local = occurrence.start.replace(microsecond=0), occurrence.local.replace(microsecond=0)
    return local.date(), local, start


def _instant(local: datetime, zone: ZoneInfo) -> datetime:
    before, after = candidates_for(local, zone)
    return after if local.fold and after > before else before

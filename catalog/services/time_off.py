"""Taking time off and coming back. Times off may overlap; the calendar is closed for their union."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from accounts.models import User
from catalog.errors import TimeOffClashes
from catalog.models import Calendar, TimeOff
from catalog.models.calendar import LONGEST_TIME_OFF, TimeOffQuerySet
from catalog.occupancy import lock, rewrite_closures
from catalog.recurrence import Rule, wall_times
from catalog.selectors.busy import claims
from common import clock
from common.errors import BusinessRuleViolation, Detail, PermissionDenied
from common.ids import new_id
from common.timeranges import TimeRange


@transaction.atomic
def take_time_off(calendar: Calendar, time: TimeRange, *, reason: str, actor: User) -> TimeOff:
    """Closes the calendar; refuses with `TimeOffClashes` where something is booked in that time."""
    [off] = _taken(calendar, [time], reason=reason, actor=actor)
    _require_no_claims(calendar, [time])
    return off


@transaction.atomic
def take_times_off(calendar: Calendar, rule: Rule, first: TimeRange, *, reason: str, actor: User) -> list[TimeOff]:
    """Closes the calendar each time that `rule` names, from `first` on, or not at all; as many statements as for one.

    They are a series: each can be ended by itself, or with those that follow, or all of them together.
    """
    times = wall_times(rule, first, calendar.zone)
    offs = _taken(calendar, times, reason=reason, actor=actor, series_id=new_id())
    _require_no_claims(calendar, times)
    return offs


@transaction.atomic
def force_time_off(calendar: Calendar, time: TimeRange, *, reason: str, actor: User) -> TimeOff:
    """Closes the calendar around what is booked. Those bookings stay until somebody moves or cancels them.

    When one of them goes, its time closes too.
    """
    if not actor.has_perm("catalog.force_timeoff"):
        raise PermissionDenied
    [off] = _taken(calendar, [time], reason=reason, actor=actor, is_forced=True)
    return off


def end_time_off(off: TimeOff) -> None:
    """Opens the calendar again, but for what other times off still close."""
    _end(off.calendar, TimeOff.objects.filter(pk=off.pk))


def end_series(off: TimeOff) -> None:
    """Ends every time off of the series that `off` belongs to."""
    _end(off.calendar, TimeOff.objects.in_series_of(off))


def end_rest_of_series(off: TimeOff) -> None:
    """Ends this time off and what follows it in its series; what comes before stays."""
    _end(off.calendar, TimeOff.objects.in_series_of(off).starting_from(off.time.start))


def claims_in(off: TimeOff) -> list[TimeRange]:
    """What is booked in a time off that was forced: it needs somebody's care."""
    return [each.time for each in claims(off.calendar, off.time)]


def _taken(
    calendar: Calendar,
    times: Sequence[TimeRange],
    *,
    reason: str,
    actor: User,
    is_forced: bool = False,
    series_id: UUID | None = None,
) -> list[TimeOff]:
    _require_sense(times)
    lock([calendar])
    offs = [
        TimeOff(
            calendar=calendar,
            during=time.to_postgres(),
            reason=reason,
            is_forced=is_forced,
            series_id=series_id,
            created_by_id=actor.pk,
        )
        for time in times
    ]
    TimeOff.objects.bulk_create(offs)
    rewrite_closures(calendar, *times)
    return offs


@transaction.atomic
def _end(calendar: Calendar, offs: TimeOffQuerySet) -> None:
    lock([calendar])
    times = [off.time for off in offs]
    # Somebody else may have ended them meanwhile.
    if times:
        offs.delete()
        rewrite_closures(calendar, *times)


def _require_sense(times: Sequence[TimeRange]) -> None:
    if times[0].end <= clock.now():
        raise _refused("This time has passed.", "PAST")
    if max(time.duration for time in times) > LONGEST_TIME_OFF:
        raise _refused(f"Time off lasts at most {LONGEST_TIME_OFF.days} days.", "TOO_LONG")


def _require_no_claims(calendar: Calendar, times: Sequence[TimeRange]) -> None:
    # Asked only when all is written: whoever was about to book has either done it or finds the calendar closed.
    if there := claims(calendar, times):
        raise TimeOffClashes.by([each.time for each in there])


def _refused(message: str, code: str) -> BusinessRuleViolation:
    return BusinessRuleViolation(message, details=[Detail("end_time", message, code)])

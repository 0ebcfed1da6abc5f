"""Taking time off and coming back. Times off may overlap; the calendar is closed for their union."""

from django.db import transaction

from accounts.models import User
from catalog.errors import TimeOffClashes
from catalog.models import Calendar, TimeOff
from catalog.models.calendar import LONGEST_TIME_OFF
from catalog.occupancy import lock, rewrite_closures
from catalog.selectors.busy import claims
from common import clock
from common.errors import BusinessRuleViolation, Detail, PermissionDenied
from common.timeranges import TimeRange


@transaction.atomic
def take_time_off(calendar: Calendar, time: TimeRange, *, reason: str, actor: User) -> TimeOff:
    """Closes the calendar; refuses with `TimeOffClashes` where something is booked in that time."""
    off = _taken(calendar, time, reason=reason, actor=actor, is_forced=False)
    # Asked only now: whoever was about to book has either done it or finds the calendar closed.
    if there := claims(calendar, time):
        raise TimeOffClashes.by([each.time for each in there])
    return off


@transaction.atomic
def force_time_off(calendar: Calendar, time: TimeRange, *, reason: str, actor: User) -> TimeOff:
    """Closes the calendar around what is booked. Those bookings stay until somebody moves or cancels them.

    When one of them goes, its time closes too.
    """
    if not actor.has_perm("catalog.force_timeoff"):
        raise PermissionDenied
    return _taken(calendar, time, reason=reason, actor=actor, is_forced=True)


@transaction.atomic
def end_time_off(off: TimeOff) -> None:
    """Opens the calendar again, but for what other times off still close."""
    lock([off.calendar])
    off.delete()
    rewrite_closures(off.calendar, off.time)


def claims_in(off: TimeOff) -> list[TimeRange]:
    """What is booked in a time off that was forced: it needs somebody's care."""
    return [each.time for each in claims(off.calendar, off.time)]


def _taken(calendar: Calendar, time: TimeRange, *, reason: str, actor: User, is_forced: bool) -> TimeOff:
    if time.end <= clock.now():
        raise _refused("This time has passed.", "PAST")
    if time.duration > LONGEST_TIME_OFF:
        raise _refused(f"Time off lasts at most {LONGEST_TIME_OFF.days} days.", "TOO_LONG")
    lock([calendar])
    off: TimeOff = TimeOff.objects.create(
        calendar=calendar, during=time.to_postgres(), reason=reason, is_forced=is_forced, created_by_id=actor.pk
    )
    rewrite_closures(calendar, time)
    return off


def _refused(message: str, code: str) -> BusinessRuleViolation:
    return BusinessRuleViolation(message, details=[Detail("end_time", message, code)])

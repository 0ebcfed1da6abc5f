"""What may be done to a booking now. Services refuse by these rules, and the API shows by them what may be tried."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from bookings.cancellation import Agreed, Decision, Policy, decide
from bookings.enums import OCCUPYING, UPCOMING, Action, BookingStatus, Role
from bookings.errors import CancellationNotAllowed, IllegalMove, NotNow
from bookings.models import Booking
from bookings.rules import refusal_of_move
from common.errors import Detail, DomainError, PermissionDenied
from common.platform import platform_settings

# Somebody may well begin before the hour, but not days ahead of it.
EARLIEST_START = timedelta(hours=1)
# Those who are not in the table of moves, since they leave the status as it is.
CHANGERS: Mapping[Action, tuple[frozenset[BookingStatus], frozenset[Role]]] = {
    Action.RESCHEDULE: (UPCOMING, frozenset({Role.CUSTOMER, Role.SPECIALIST, Role.STAFF})),
    Action.CHANGE: (OCCUPYING, frozenset({Role.CUSTOMER, Role.SPECIALIST, Role.STAFF})),
}
SHOWN = (
    Action.CONFIRM,
    Action.START,
    Action.COMPLETE,
    Action.CANCEL,
    Action.NO_SHOW,
    Action.RESCHEDULE,
    Action.CHANGE,
)


def cancellation_of(booking: Booking, role: Role, now: datetime) -> Decision:
    """Whether this role may cancel now and for what fee, by the policy that the booking was made under."""
    return decide(agreed_of(booking), by=role, now=now)


def agreed_of(booking: Booking) -> Agreed:
    return Agreed(
        policy=Policy.from_json(booking.policy),
        booked_at=booking.created_at,
        starts_at=booking.starts_at,
        zone=booking.zone,
        total=booking.total,
        deposit=booking.deposit,
        is_unpaid_hold=booking.status == BookingStatus.PENDING_PAYMENT,
    )


def require_permitted(booking: Booking, action: Action, *, role: Role, now: datetime) -> None:
    """Raises what is against the step: an illegal move, somebody else's, or not at this time."""
    refusal = refusal_of(booking, action, role=role, now=now)
    if refusal is not None:
        raise refusal


def permitted_actions(booking: Booking, role: Role | None, now: datetime) -> list[Action]:
    """The steps that somebody could take with success; none for whoever only looks on."""
    if role is None:
        return []
    return [action for action in SHOWN if refusal_of(booking, action, role=role, now=now) is None]


def refusal_of(booking: Booking, action: Action, *, role: Role, now: datetime) -> DomainError | None:
    status = BookingStatus(booking.status)
    refusal = _refusal_of_change(status, action, role) if action in CHANGERS else refusal_of_move(status, action, role)
    timely = _TIMELY.get(action)
    return refusal if refusal is not None or timely is None else timely(booking, role, now)


def _refusal_of_change(status: BookingStatus, action: Action, role: Role) -> DomainError | None:
    known, who = CHANGERS[action]
    if status not in known:
        return IllegalMove(f"A booking that is {status.label.lower()} cannot be changed like this.")
    return None if role in who else PermissionDenied()


def _confirming(booking: Booking, role: Role, now: datetime) -> DomainError | None:
    return _not_now("This booking's time has passed.", "PAST") if now >= booking.ends_at else None


def _starting(booking: Booking, role: Role, now: datetime) -> DomainError | None:
    is_early = now < booking.starts_at - EARLIEST_START
    return _not_now("It is too early to start this.", "NOT_STARTED") if is_early else None


def _completing(booking: Booking, role: Role, now: datetime) -> DomainError | None:
    """A partner completes what the partner has started, also when that was ahead of time."""
    if role is Role.PARTNER or now >= booking.starts_at:
        return None
    return _not_now("This booking has not started yet.", "NOT_STARTED")


def _missing(booking: Booking, role: Role, now: datetime) -> DomainError | None:
    grace = timedelta(minutes=platform_settings().no_show_grace_minutes)
    if now >= booking.starts_at + grace:
        return None
    minutes = grace // timedelta(minutes=1)
    return _not_now(f"Wait for {minutes} minutes after the start.", "GRACE_PERIOD")


def _cancelling(booking: Booking, role: Role, now: datetime) -> DomainError | None:
    decision = cancellation_of(booking, role, now)
    if decision.is_allowed:
        return None
    message = "This booking has started, so it cannot be cancelled any more."
    return CancellationNotAllowed(message, details=[Detail("", message, decision.rule.upper())])


def _rescheduling(booking: Booking, role: Role, now: datetime) -> DomainError | None:
    """Customers move a booking so many times, and only while they could cancel it for nothing.

    Else whoever is too late to cancel would move the booking far ahead first, and then cancel that.
    """
    if role is not Role.CUSTOMER:
        return None
    limit = platform_settings().reschedule_limit
    if booking.reschedules >= limit:
        return _not_now(f"A booking is moved at most {limit} times.", "RESCHEDULE_LIMIT")
    decision = cancellation_of(booking, role, now)
    if decision.is_allowed and not decision.fee:
        return None
    return _not_now("It is too late to move this booking.", decision.rule.upper())


def _not_now(message: str, code: str) -> NotNow:
    return NotNow(message, details=[Detail("", message, code)])


_TIMELY: Mapping[Action, Callable[[Booking, Role, datetime], DomainError | None]] = {
    Action.CONFIRM: _confirming,
    Action.START: _starting,
    Action.COMPLETE: _completing,
    Action.NO_SHOW: _missing,
    Action.CANCEL: _cancelling,
    Action.RESCHEDULE: _rescheduling,
}

"""The single writer of a booking's status and of its timeline.

1. Whoever calls has locked the booking (`locked`), so nobody else is deciding about it.
2. The table of moves says whether the action is known from here and who may take it.
3. Status, the stamp of the new status and whatever else the action changes are saved in one statement.
4. A timeline row is added, and the event published under the row's own key: neither can be there without the other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from accounts.models import User
from bookings.enums import MOVES, Action, BookingStatus, Role
from bookings.errors import IllegalMove
from bookings.models import Booking, TimelineEntry
from common import clock
from common.errors import NotFound, PermissionDenied
from common.events import News, Value, publish_all

EVENTS: Mapping[Action, str] = {
    Action.CREATE: "booking.created",
    Action.CONFIRM: "booking.confirmed",
    Action.RESCHEDULE: "booking.rescheduled",
    Action.CANCEL: "booking.cancelled",
    Action.START: "booking.started",
    Action.COMPLETE: "booking.completed",
    Action.NO_SHOW: "booking.no_show",
    Action.EXPIRE: "booking.expired",
    Action.REVIVE: "booking.revived",
}
STAMPS: Mapping[BookingStatus, str] = {
    BookingStatus.CONFIRMED: "confirmed_at",
    BookingStatus.IN_PROGRESS: "started_at",
    BookingStatus.COMPLETED: "completed_at",
    BookingStatus.CANCELLED: "cancelled_at",
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it, and as whom: the same person may be customer here and specialist there. `user` is None for tasks."""

    role: Role
    user: User | None = None


SYSTEM = Actor(Role.SYSTEM)


def locked(pk: UUID) -> Booking:
    """The booking as it is now, with what it is booked with, locked until the transaction ends."""
    booking = (
        Booking.objects.select_for_update(of=("self",), no_key=True)
        .select_related("specialist__user", "specialist__calendar", "resource__calendar", "service", "calendar")
        .filter(pk=pk)
        .first()
    )
    if booking is None:
        raise NotFound
    return booking


def move(
    booking: Booking,
    action: Action,
    *,
    actor: Actor,
    reason: str = "",
    data: Mapping[str, Any] | None = None,
    changes: Mapping[str, Any] | None = None,
) -> Booking:
    """Takes the action, or raises `IllegalMove` or `PermissionDenied` and changes nothing.

    `changes` are columns that are saved along with the status, `data` what the timeline shows besides.
    """
    _require_transaction()
    before = BookingStatus(booking.status)
    found = MOVES.get((before, action))
    if found is None:
        raise IllegalMove(f"A booking that is {before.label.lower()} cannot take this step: {action}.")
    if actor.role not in found.who:
        raise PermissionDenied
    columns = {**(changes or {}), "status": found.to}
    stamp = STAMPS.get(found.to)
    if stamp is not None:
        columns.setdefault(stamp, clock.now())
    return _step(booking, action, before, columns, actor=actor, reason=reason, data=data)


def amend(
    booking: Booking,
    action: Action,
    *,
    actor: Actor,
    changes: Mapping[str, Any],
    reason: str = "",
    data: Mapping[str, Any] | None = None,
) -> Booking:
    """Leaves the status as it is: another time, other notes."""
    _require_transaction()
    return _step(booking, action, BookingStatus(booking.status), changes, actor=actor, reason=reason, data=data)


def begin(bookings: list[Booking], *, actor: Actor) -> None:
    """Inserts new bookings with the first row of their timelines, and announces them; constant in statements."""
    _require_transaction()
    for booking in bookings:
        booking.steps = 1
    if len(bookings) == 1:
        bookings[0].save(force_insert=True)
    else:
        Booking.objects.bulk_create(bookings)
    TimelineEntry.objects.bulk_create(
        _entry(booking, Action.CREATE, None, actor=actor, reason="", data=None) for booking in bookings
    )
    publish_all([_news(booking, EVENTS[Action.CREATE], actor) for booking in bookings])


def _step(
    booking: Booking,
    action: Action,
    before: BookingStatus,
    columns: Mapping[str, Any],
    *,
    actor: Actor,
    reason: str,
    data: Mapping[str, Any] | None,
) -> Booking:
    for name, value in columns.items():
        setattr(booking, name, value)
    booking.steps += 1
    booking.save(update_fields=[*columns, "steps"])
    _entry(booking, action, before, actor=actor, reason=reason, data=data).save(force_insert=True)
    event = EVENTS.get(action)
    if event is not None:
        publish_all([_news(booking, event, actor)])
    return booking


def _entry(
    booking: Booking,
    action: Action,
    before: BookingStatus | None,
    *,
    actor: Actor,
    reason: str,
    data: Mapping[str, Any] | None,
) -> TimelineEntry:
    return TimelineEntry(
        booking=booking,
        step=booking.steps,
        action=action,
        from_status=before,
        to_status=booking.status,
        role=actor.role,
        actor=actor.user,
        reason=reason,
        data=dict(data or {}),
    )


def _news(booking: Booking, name: str, actor: Actor) -> News:
    told: dict[str, Value] = {
        "kind": booking.kind,
        "status": booking.status,
        "by": actor.role.value,
        "step": booking.steps,
    }
    return News(name, booking.pk, told, key=f"{name}:{booking.pk}:{booking.steps}")


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A booking changes within a transaction that locks it.")

"""The single writer of a booking's status and of its timeline.

1. Whoever calls has locked the booking (`locked`), so nobody else is deciding about it.
2. The table of moves says whether the action is known from here and who may take it.
3. Status, the stamp of the new status, the next reminder, the next look at what is left to pay and whatever else
   changes are saved in one statement.
4. A timeline row is added, and the event published under the row's own key: neither can be there without the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import QuerySet

from accounts.models import User
from bookings.enums import MOVES, Action, BookingStatus, PaymentMethod, PaymentStatus, Role
from bookings.models import Booking, BookingLine, TimelineEntry
from bookings.models.copies import insert_alike
from bookings.reminders import next_reminder
from bookings.rests import rest_due
from bookings.rules import refusal_of_move
from common import clock
from common.compiled import CompiledRead
from common.errors import NotFound
from common.events import News, Value, publish_all
from common.platform import platform_settings

EVENTS: Mapping[Action, str] = {
    Action.CREATE: "booking.created",
    Action.PAY: "booking.paid",
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
# What nearly every step and every answer asks of a booking.
BOOKED_WITH = ("customer", "specialist__user", "resource__calendar", "service", "calendar", "series")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it, and as whom: the same person may be customer here and specialist there. `user` is None for tasks.

    Staff who overrule leave notice, horizon and opening hours aside; `bookings.services.actors` says who may.
    """

    role: Role
    user: User | None = None
    overrules: bool = False


SYSTEM = Actor(Role.SYSTEM)


# Every step begins with it, and with its nine tables it takes longer to compile than to run.
_LOCKED: CompiledRead[Booking] = CompiledRead(
    lambda pk: Booking.objects.select_for_update(of=("self",), no_key=True).select_related(*BOOKED_WITH).filter(pk=pk),
    "pk",
)


def locked(pk: UUID) -> Booking:
    """The booking as it is now, with what it is booked with, locked until the transaction ends."""
    _require_transaction()
    booking = _LOCKED.first(pk=pk)
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
    columns = _moved(booking, action, changes or {}, actor=actor)
    return _step(booking, action, BookingStatus(booking.status), columns, actor=actor, reason=reason, data=data)


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
    columns = _amended(booking, changes)
    return _step(booking, action, BookingStatus(booking.status), columns, actor=actor, reason=reason, data=data)


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one booking among many: columns to save, and what its timeline shows besides."""

    booking: Booking
    columns: Mapping[str, Any]
    data: Mapping[str, Any]


def move_all(changes: Sequence[Change], action: Action, *, actor: Actor, reason: str = "") -> None:
    """Takes the action on all of them or, where one refuses, on none; constant in statements.

    All are locked, and name the same columns.
    """
    _require_transaction()
    moved = [
        Change(each.booking, _moved(each.booking, action, each.columns, actor=actor), each.data) for each in changes
    ]
    _steps(moved, action, actor=actor, reason=reason)


def amend_all(changes: Sequence[Change], action: Action, *, actor: Actor, reason: str = "") -> None:
    """Leaves their status as it is; otherwise as `move_all`."""
    _require_transaction()
    amended = [Change(each.booking, _amended(each.booking, each.columns), each.data) for each in changes]
    _steps(amended, action, actor=actor, reason=reason)


def begin(bookings: list[Booking], lines: Sequence[BookingLine] = (), *, actor: Actor) -> None:
    """Inserts new bookings with their lines and the first row of their timelines, and announces them.

    One booking is one statement, any number of them are four.
    """
    _require_transaction()
    _set_out(bookings)
    steps = [_entry(booking, Action.CREATE, None, actor=actor, reason="", data=None) for booking in bookings]
    news = _all_news(bookings, EVENTS[Action.CREATE], actor)
    if len(bookings) == 1:
        publish_all(news, along=[*bookings, *lines, *steps])
        return
    Booking.objects.bulk_create(bookings)
    BookingLine.objects.bulk_create(lines)
    TimelineEntry.objects.bulk_create(steps)
    publish_all(news)


def begin_alike(bookings: list[Booking], *, actor: Actor) -> None:
    """As `begin`, for bookings that differ in their times alone."""
    _require_transaction()
    _set_out(bookings)
    insert_alike(bookings, ["id", "starts_at", "ends_at", "recurrence_id", "reminder_due_at", "rest_due_at"])
    entries = [_entry(booking, Action.CREATE, None, actor=actor, reason="", data=None) for booking in bookings]
    insert_alike(entries, ["id", "booking"])
    publish_all(_all_news(bookings, EVENTS[Action.CREATE], actor))


def _set_out(bookings: Sequence[Booking]) -> None:
    for booking in bookings:
        booking.steps = 1
        booking.reminder_due_at = _reminder(booking.status, booking.starts_at)
        booking.rest_due_at = _rest(booking, BookingStatus(booking.status), booking.starts_at)


def _moved(booking: Booking, action: Action, changes: Mapping[str, Any], *, actor: Actor) -> dict[str, Any]:
    """The columns that the move writes; raises if the table does not know it or not for this actor."""
    before = BookingStatus(booking.status)
    refusal = refusal_of_move(before, action, actor.role)
    if refusal is not None:
        raise refusal
    to = MOVES[before, action].to
    starts_at = changes.get("starts_at", booking.starts_at)
    columns = {**changes, "status": to, "reminder_due_at": _reminder(to, starts_at)}
    if to is not BookingStatus.IN_PROGRESS:
        fee = changes.get("cancellation_fee_minor", booking.total_minor)
        columns |= {"rest_due_at": _rest(booking, to, starts_at) if fee else None, "rest_tries": 0}
    stamp = STAMPS.get(to)
    if stamp is not None:
        columns.setdefault(stamp, clock.now())
    return columns


def _amended(booking: Booking, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Another time has other reminders; other notes leave them as they are, also one that is due at this moment."""
    if "starts_at" not in changes:
        return {**changes}
    starts_at, status = changes["starts_at"], BookingStatus(booking.status)
    rest = {"rest_due_at": _rest(booking, status, starts_at), "rest_tries": 0}
    return {**changes, "reminder_due_at": _reminder(status, starts_at), **rest}


def _reminder(status: str, starts_at: datetime) -> datetime | None:
    """When there is something to be reminded of: what is not confirmed may never come about."""
    if status != BookingStatus.CONFIRMED:
        return None
    settings = platform_settings()
    minutes = (settings.early_reminder_minutes, settings.late_reminder_minutes)
    return next_reminder(starts_at, minutes_before=minutes, after=clock.now())


def _rest(booking: Booking, status: BookingStatus, starts_at: datetime) -> datetime | None:
    """When something is done about what is left to pay online: as far as the booking itself tells, without asking."""
    is_left = booking.total_minor > booking.points_minor + booking.credit_minor
    if not is_left or booking.payment_status == PaymentStatus.PAID or booking.payment_method == PaymentMethod.CASH:
        return None
    return rest_due(status, starts_at, hours_before=platform_settings().rest_held_hours, now=clock.now())


def _steps(changes: Sequence[Change], action: Action, *, actor: Actor, reason: str) -> None:
    """As `_step` for each, by one statement for the bookings, one for their timelines and one for the events."""
    if not changes:
        return
    names = {name for each in changes for name in each.columns}
    entries = []
    for each in changes:
        before = BookingStatus(each.booking.status)
        for name, value in each.columns.items():
            setattr(each.booking, name, value)
        each.booking.steps += 1
        each.booking.sequence += 1
        each.booking.updated_at = clock.now()
        entries.append(_entry(each.booking, action, before, actor=actor, reason=reason, data=each.data))
    Booking.objects.bulk_update([each.booking for each in changes], [*sorted(names), "steps", "sequence", "updated_at"])
    TimelineEntry.objects.bulk_create(entries)
    event = EVENTS.get(action)
    if event is not None:
        publish_all(_all_news([each.booking for each in changes], event, actor))


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
    # Calendars that people subscribe to take a change over when its number is higher than the one they know.
    booking.sequence += 1
    booking.save(update_fields=[*columns, "steps", "sequence"])
    event = EVENTS.get(action)
    step = _entry(booking, action, before, actor=actor, reason=reason, data=data)
    publish_all([_news(booking, event, actor)] if event is not None else [], along=[step])
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


def _all_news(bookings: Sequence[Booking], name: str, actor: Actor) -> list[News]:
    """`nth` of `of`: people are told once of what happens to many bookings at once, by the first date."""
    in_order = sorted(bookings, key=lambda each: each.starts_at)
    return [_news(each, name, actor, nth=nth, of=len(in_order)) for nth, each in enumerate(in_order, start=1)]


def _news(booking: Booking, name: str, actor: Actor, *, nth: int = 1, of: int = 1) -> News:
    told: dict[str, Value] = {
        "kind": booking.kind,
        "status": booking.status,
        "by": actor.role.value,
        "step": booking.steps,
        "nth": nth,
        "of": of,
    }
    return News(name, booking.pk, told, key=f"{name}:{booking.pk}:{booking.steps}")


def _locking(pk: UUID) -> QuerySet[Booking]:
    return Booking.objects.select_for_update(of=("self",), no_key=True).select_related(*BOOKED_WITH).filter(pk=pk)


# Nearly every step begins with it.
_LOCKED = CompiledRead[Booking](_locking, "pk")


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A booking changes within a transaction that locks it.")

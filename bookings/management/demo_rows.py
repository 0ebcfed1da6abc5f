"""Bookings of the demo world as rows: with the history that leads to their status, saved many at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from accounts.models import User
from bookings.enums import MOVES, Action, BookingKind, BookingStatus, Role
from bookings.models import Booking, BookingLine, TimelineEntry
from bookings.reminders import next_reminder
from bookings.services.drafting import Draft
from bookings.transitions import EVENTS, STAMPS
from common import clock
from common.models import OutboxEvent
from common.outbox import KEPT_FOR
from common.platform import platform_settings

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Step:
    action: Action
    role: Role
    reason: str = ""


_CONFIRM = Step(Action.CONFIRM, Role.SPECIALIST)
# What follows on the first step of an appointment, by the status that it leads to.
PATHS: Mapping[BookingStatus, tuple[Step, ...]] = {
    BookingStatus.PENDING_PAYMENT: (),
    BookingStatus.PENDING: (),
    BookingStatus.CONFIRMED: (_CONFIRM,),
    BookingStatus.COMPLETED: (_CONFIRM, Step(Action.COMPLETE, Role.SPECIALIST)),
    BookingStatus.NO_SHOW: (_CONFIRM, Step(Action.NO_SHOW, Role.SPECIALIST, "Nobody came.")),
    BookingStatus.CANCELLED: (_CONFIRM, Step(Action.CANCEL, Role.CUSTOMER, "Something came up.")),
    BookingStatus.EXPIRED: (Step(Action.EXPIRE, Role.SYSTEM),),
}
# Reservations are confirmed from the beginning.
PATHS_OF_RESERVATIONS: Mapping[BookingStatus, tuple[Step, ...]] = {
    BookingStatus.CONFIRMED: (),
    BookingStatus.COMPLETED: (Step(Action.COMPLETE, Role.SYSTEM),),
    BookingStatus.CANCELLED: (Step(Action.CANCEL, Role.CUSTOMER, "The meeting is online now."),),
}
# Nobody can be sent to a home yet but by staff.
_SENT = Step(Action.CONFIRM, Role.STAFF)
PATHS_OF_VISITS: Mapping[BookingStatus, tuple[Step, ...]] = {
    BookingStatus.PENDING_PAYMENT: (),
    BookingStatus.PENDING: (),
    BookingStatus.CONFIRMED: (_SENT,),
    BookingStatus.COMPLETED: (_SENT, Step(Action.COMPLETE, Role.STAFF)),
    BookingStatus.CANCELLED: (_SENT, Step(Action.CANCEL, Role.CUSTOMER, "We are away that day.")),
}
PATHS_OF = {
    BookingKind.APPOINTMENT: PATHS,
    BookingKind.RESERVATION: PATHS_OF_RESERVATIONS,
    BookingKind.VISIT: PATHS_OF_VISITS,
}
_UNPAID = frozenset({BookingStatus.PENDING_PAYMENT, BookingStatus.EXPIRED})


@dataclass(frozen=True, slots=True)
class Row:
    booking: Booking
    lines: Sequence[BookingLine]
    history: Sequence[TimelineEntry]


def row(draft: Draft, status: BookingStatus, booked_at: datetime) -> Row:
    """The draft as a booking that was made at `booked_at` and has come to this status."""
    booking = draft.booking
    first = _first_status(booking, status)
    booking.created_at = booking.updated_at = booked_at
    booking.expires_at = booking.starts_at if status in _UNPAID else None
    booking.deposit_minor = booking.deposit_minor if status in _UNPAID else 0
    booking.status, booking.confirmed_at = first, booked_at if first == BookingStatus.CONFIRMED else None
    history = [_entry(booking, Step(Action.CREATE, Role.CUSTOMER), None, 1, booked_at)]
    for step in PATHS_OF[BookingKind(booking.kind)][status]:
        _take(booking, step, history)
    booking.steps, booking.sequence = len(history), len(history) - 1
    if status is BookingStatus.CONFIRMED:
        settings = platform_settings()
        before = (settings.early_reminder_minutes, settings.late_reminder_minutes)
        booking.reminder_due_at = next_reminder(booking.starts_at, minutes_before=before, after=clock.now())
    return Row(booking, draft.lines, history)


def save_rows(rows: Sequence[Row]) -> None:
    """Saves them as they are: nobody is told of what is meant to have happened long ago."""
    for each, number in zip(rows, numbers(len(rows)), strict=True):
        each.booking.number = f"BK-{each.booking.created_at:%Y%m%d}-{number:06}"
    Booking.objects.bulk_create([each.booking for each in rows])
    BookingLine.objects.bulk_create([line for each in rows for line in each.lines])
    entries = [entry for each in rows for entry in each.history]
    TimelineEntry.objects.bulk_create(entries)
    since = clock.now() - KEPT_FOR
    OutboxEvent.objects.bulk_create(_event(each) for each in entries if each.created_at > since)


def numbers(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('bookings_numbers') FROM generate_series(1, %s)", [count])
        return [number for (number,) in cursor.fetchall()]


def _first_status(booking: Booking, status: BookingStatus) -> BookingStatus:
    if booking.kind == BookingKind.RESERVATION:
        return BookingStatus.CONFIRMED
    return BookingStatus.PENDING_PAYMENT if status in _UNPAID else BookingStatus.PENDING


def _take(booking: Booking, step: Step, history: list[TimelineEntry]) -> None:
    before = BookingStatus(booking.status)
    at = _time_of(step.action, booking)
    booking.status = MOVES[before, step.action].to
    if (stamp := STAMPS.get(BookingStatus(booking.status))) is not None:
        setattr(booking, stamp, at)
    if step.action is Action.CANCEL:
        booking.cancelled_by, booking.cancellation_reason = step.role, step.reason
    history.append(_entry(booking, step, before, len(history) + 1, at))


def _time_of(action: Action, booking: Booking) -> datetime:
    booked_at = booking.created_at
    times = {
        Action.CONFIRM: booked_at + HOUR,
        Action.CANCEL: booked_at + 3 * HOUR,
        Action.EXPIRE: booked_at + HOUR / 4,
        Action.NO_SHOW: booking.starts_at + HOUR / 2,
        Action.COMPLETE: booking.ends_at,
    }
    return times[action]


def _entry(booking: Booking, step: Step, before: BookingStatus | None, number: int, at: datetime) -> TimelineEntry:
    return TimelineEntry(
        booking=booking,
        step=number,
        action=step.action,
        from_status=before,
        to_status=booking.status,
        role=step.role,
        actor=_actor(booking, step.role),
        reason=step.reason,
        created_at=at,
        updated_at=at,
    )


def _actor(booking: Booking, role: Role) -> User | None:
    if role is Role.CUSTOMER:
        return booking.customer
    return booking.specialist.user if role is Role.SPECIALIST and booking.specialist is not None else None


def _event(entry: TimelineEntry) -> OutboxEvent:
    """What was announced, and handed over to everybody there was."""
    name = EVENTS[Action(entry.action)]
    return OutboxEvent(
        name=name,
        subject=str(entry.booking_id),
        data={"kind": entry.booking.kind, "status": entry.to_status, "by": entry.role, "step": entry.step},
        key=f"{name}:{entry.booking_id}:{entry.step}",
        created_at=entry.created_at,
        updated_at=entry.created_at,
        delivered_at=entry.created_at,
    )

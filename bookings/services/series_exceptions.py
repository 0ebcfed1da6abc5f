"""Single dates of a series that are not as its rule says: called off, changed, or added back."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from bookings.enums import UPCOMING, ExceptionType
from bookings.errors import AlreadyDone, CannotBook
from bookings.models import Booking, Series, SeriesException
from bookings.services.cancelling import cancel_booking
from bookings.services.changing import change_booking
from bookings.services.rescheduling import reschedule_booking
from bookings.services.series_booking import (
    begin_dates,
    locked_series,
    pattern_of,
    require_more_can_be_booked,
    template_of,
)
from bookings.services.series_cancelling import require_active
from bookings.services.series_dates import take_all
from bookings.transitions import Actor
from catalog.recurrence import Rule, parse_rule, series_within
from common.errors import Detail
from common.walltime import day_range


@dataclass(frozen=True, slots=True)
class NewDetails:
    """What a date is given in place of what its series has; None leaves it as it is."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    title: str | None = None


@transaction.atomic
def cancel_date(pk: UUID, day: date, *, actor: Actor, reason: str = "") -> tuple[SeriesException, Booking]:
    """Cancels the booking of that day, by the rules for cancelling it alone, and remembers that it was meant so."""
    series = locked_series(pk)
    booking = _booking_on(series, day)
    booking = cancel_booking(booking, actor=actor, reason=reason)
    return _remembered(booking, ExceptionType.CANCELLED, actor, reason, title="", starts_at=None, ends_at=None), booking


@transaction.atomic
def change_date(
    pk: UUID, day: date, new: NewDetails, *, actor: Actor, reason: str = ""
) -> tuple[SeriesException, Booking]:
    """Moves or renames the booking of that day alone. It keeps its recurrence id, and a later change adds to this one.

    A time that is taken leaves everything as it was.
    """
    series = locked_series(pk)
    booking = _booking_on(series, day)
    given: dict[str, Any] = {}
    if new.starts_at is not None or new.ends_at is not None:
        starts_at, ends_at = _new_time(booking, new)
        booking = reschedule_booking(booking, starts_at=starts_at, ends_at=ends_at, actor=actor, reason=reason)
        given = {"starts_at": booking.starts_at, "ends_at": booking.ends_at}
    if new.title is not None:
        booking = change_booking(booking, {"title": new.title}, actor=actor, reason=reason)
        given["title"] = new.title
    return _remembered(booking, ExceptionType.MODIFIED, actor, reason, **given), booking


@transaction.atomic
def add_back(pk: UUID, day: date, *, actor: Actor) -> Booking:
    """Books a date that was skipped when the series was made, by the rules and prices of today."""
    series = require_active(locked_series(pk))
    skipped = _exception_on(series, day)
    if skipped is None or skipped.type != ExceptionType.SKIPPED:
        if _find(series, day) is not None:
            raise AlreadyDone("This date has been booked already.")
        raise _refused("date", "Only a date that was skipped can be added back.", "NOT_SKIPPED")
    rule: Rule = parse_rule(series.rule)
    found = series_within(rule, series.local_start, series.zone, day_range(day, series.zone))
    dates = pattern_of(series).dated(found)
    if not dates:
        raise _refused("date", "The series does not take place on this date any more.", "NOT_IN_SERIES")
    template = template_of(series, actor)
    require_more_can_be_booked(series, template)
    drafts = take_all(template, dates, actor=actor)
    [booking] = begin_dates(series, drafts, actor=actor)
    skipped.delete()
    return booking


def _booking_on(series: Series, day: date) -> Booking:
    """The booking that the series has on that day, if it can still be changed."""
    exception = _exception_on(series, day)
    if exception is not None and exception.type == ExceptionType.SKIPPED:
        raise AlreadyDone("This date was skipped. Add it back first.")
    if exception is not None and exception.type == ExceptionType.CANCELLED:
        raise AlreadyDone("This date has been cancelled already.")
    booking = _find(series, day)
    if booking is None:
        raise _refused("exception_date", "The series does not take place on this date.", "NOT_IN_SERIES")
    if booking.status not in UPCOMING:
        raise AlreadyDone(f"The booking of this date is {booking.get_status_display().lower()}.")
    return booking


def _find(series: Series, day: date) -> Booking | None:
    within = day_range(day, series.zone)
    return Booking.objects.filter(series=series, recurrence_id__gte=within.start, recurrence_id__lt=within.end).first()


def _exception_on(series: Series, day: date) -> SeriesException | None:
    within = day_range(day, series.zone)
    return SeriesException.objects.filter(
        series=series, recurrence_id__gte=within.start, recurrence_id__lt=within.end
    ).first()


def _new_time(booking: Booking, new: NewDetails) -> tuple[datetime, datetime]:
    """Whoever names only a start keeps the length; whoever names only an end keeps the start."""
    starts_at = new.starts_at or booking.starts_at
    ends_at = new.ends_at or starts_at + booking.time.duration
    if ends_at <= starts_at:
        raise _refused("new_end_time", "This must be after the start.", "RANGE")
    return starts_at, ends_at


def _remembered(booking: Booking, kind: ExceptionType, actor: Actor, reason: str, **given: Any) -> SeriesException:
    """One row per date: what is said later adds to what was said before, and a cancellation ends it."""
    date_of: dict[str, Any] = {"series_id": booking.series_id, "recurrence_id": booking.recurrence_id}
    columns = {"type": kind, "reason": reason, "created_by": actor.user, **given}
    found: tuple[SeriesException, bool] = SeriesException.objects.update_or_create(columns, **date_of)
    return found[0]


def _refused(field: str, message: str, code: str) -> CannotBook:
    return CannotBook(message, [Detail(field, message, code)])

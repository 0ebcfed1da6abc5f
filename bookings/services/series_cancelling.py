"""Calling a series off: all that is still to come, or all from a day on. What is over stays as it was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db import transaction

from bookings.enums import UPCOMING, Action, SeriesStatus
from bookings.errors import AlreadyDone
from bookings.models import Booking, Series
from bookings.selectors.permitted import cancellation_of, refusal_of
from bookings.services.means import release_means
from bookings.services.series_booking import locked_series
from bookings.transitions import BOOKED_WITH, Actor, Change, move_all
from catalog.occupancy import release
from catalog.recurrence import parse_rule, with_until
from common import clock
from common.events import publish
from common.walltime import opening_instant


@dataclass(frozen=True, slots=True)
class CancelledSeries:
    series: Series
    bookings: Sequence[Booking]


@transaction.atomic
def cancel_series(pk: UUID, *, actor: Actor, reason: str = "") -> CancelledSeries:
    """Cancels every booking to come, each by its own policy and for its own fee."""
    series = require_active(locked_series(pk))
    series.status = SeriesStatus.CANCELLED
    return _ended(series, None, ["status"], actor, reason)


@transaction.atomic
def cancel_series_from(pk: UUID, day: date, *, actor: Actor, reason: str = "") -> CancelledSeries:
    """Ends the series before `day` on its own clock; all of it if nothing of it comes before."""
    series = require_active(locked_series(pk))
    end = opening_instant(datetime.combine(day, time.min), series.zone)
    if end <= series.starts_at:
        return cancel_series(pk, actor=actor, reason=reason)
    series.rule = with_until(parse_rule(series.rule), end).canonical
    series.is_open_ended = False
    return _ended(series, end, ["rule", "is_open_ended"], actor, reason)


def require_active(series: Series) -> Series:
    if series.status != SeriesStatus.ACTIVE:
        raise AlreadyDone("This series has been cancelled already.")
    return series


def to_come(series: Series, since: datetime | None = None) -> list[Booking]:
    """The bookings that have not begun, of all dates or those from `since` on, locked in the order of their keys.

    What was moved to a later day counts as the date that it is of, which may be over by now.
    """
    found = (
        Booking.objects.select_for_update(of=("self",), no_key=True)
        .select_related(*BOOKED_WITH)
        .filter(series=series, starts_at__gt=clock.now(), status__in=UPCOMING)
    )
    if since is not None:
        found = found.filter(recurrence_id__gte=since)
    return list(found.order_by("pk"))


def call_off(bookings: Sequence[Booking], *, actor: Actor, reason: str) -> None:
    """Cancels bookings that are locked, as `cancel_booking` does one; their time is not given back here."""
    now = clock.now()
    for booking in bookings:
        refusal = refusal_of(booking, Action.CANCEL, role=actor.role, now=now)
        if refusal is not None:
            raise refusal
    move_all([_cancellation(each, actor, reason, now) for each in bookings], Action.CANCEL, actor=actor, reason=reason)
    for booking in bookings:
        # Of those that nothing but money pays, which are nearly all, this asks nothing of the database.
        if booking.points_minor or booking.credit_minor:
            release_means(booking)


def _ended(
    series: Series, since: datetime | None, columns: Sequence[str], actor: Actor, reason: str
) -> CancelledSeries:
    bookings = to_come(series, since)
    call_off(bookings, actor=actor, reason=reason)
    series.sequence += 1
    series.save(update_fields=[*columns, "sequence"])
    publish("series.cancelled", series.pk, {"by": actor.role.value, "bookings": len(bookings)})
    if bookings:
        release([each.pk for each in bookings])
    return CancelledSeries(series, sorted(bookings, key=lambda each: each.starts_at))


def _cancellation(booking: Booking, actor: Actor, reason: str, now: datetime) -> Change:
    decision = cancellation_of(booking, actor.role, now)
    columns = {
        "cancelled_by": actor.role,
        "cancellation_reason": reason,
        "cancellation_fee_minor": decision.fee.minor,
    }
    told = {"rule": decision.rule, "fee": str(decision.fee), "policy": booking.policy, "of_series": True}
    return Change(booking, columns, told)

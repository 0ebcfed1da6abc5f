"""Changing a series: what is written in it, its time, its rule. For all that is to come, or from a day on.

1. "From a day on" first splits the series there: what comes before ends by an UNTIL, the rest is a series of its own.
2. The new pattern is worked out, and its dates matched with those that are there (`bookings.reshaping`).
3. Bookings move to the times they are matched with; dates without a booking are booked, bookings without a date
   cancelled. One call takes all the new times, or the whole change is refused with the list of those it cannot have.
4. What somebody wrote into a single date, or where it was moved to, stays. So does what has begun, and what may not be
   moved any more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db import transaction

from bookings.enums import Action
from bookings.models import Booking, Series
from bookings.services.changing import WHOSE
from bookings.services.series_booking import locked_series
from bookings.services.series_cancelling import require_active
from bookings.services.series_retiming import NewTimes, Retimed, Unchanged, is_to_come, retime
from bookings.services.series_splitting import split_series
from bookings.transitions import BOOKED_WITH, Actor, Change, amend_all
from catalog.recurrence import wall_clock
from common import clock
from common.errors import Detail, PermissionDenied
from common.events import publish
from common.walltime import opening_instant


@dataclass(frozen=True, slots=True)
class SeriesChange:
    """What is written into the series and its bookings, and when they take place."""

    details: Mapping[str, Any] = field(default_factory=dict)
    times: NewTimes | None = None


@dataclass(frozen=True, slots=True)
class ChangedSeries:
    """`unchanged` are bookings to come that the change could not reach, with the reason."""

    series: Series
    bookings: Sequence[Booking]
    cancelled: Sequence[Booking]
    unchanged: Sequence[tuple[Booking, Unchanged]]


@transaction.atomic
def change_series(pk: UUID, change: SeriesChange, *, actor: Actor) -> ChangedSeries:
    """Changes all that is still to come; what is over stays as it was."""
    return _changed(require_active(locked_series(pk)), change, clock.now(), actor)


@transaction.atomic
def change_series_from(pk: UUID, day: date, change: SeriesChange, *, actor: Actor) -> ChangedSeries:
    """Changes what comes on `day` and later, as a series of its own that is linked to this one."""
    series = require_active(locked_series(pk))
    start = opening_instant(datetime.combine(day, time.min), series.zone)
    if start > series.starts_at:
        series = split_series(series, start)
    return _changed(series, change, max(start, clock.now()), actor)


def _changed(series: Series, change: SeriesChange, since: datetime, actor: Actor) -> ChangedSeries:
    _require_own_words(change.details, actor)
    there = _there(series, since)
    written = _write_details(series, change.details, there, actor)
    outcome = retime(series, change.times, since, there, actor=actor) if change.times else Retimed()
    # A booking may have got new words and a new time.
    changed = {each.pk: each for each in (*written, *outcome.bookings)}
    series.sequence += 1
    series.save()
    publish("series.changed", series.pk, {"by": actor.role.value, "bookings": len(changed)})
    bookings = sorted(changed.values(), key=lambda each: each.starts_at)
    return ChangedSeries(series, bookings, outcome.cancelled, outcome.unchanged)


def _there(series: Series, since: datetime) -> list[Booking]:
    """All bookings of dates from that day on, over or not, locked in the order of their keys."""
    midnight = opening_instant(datetime.combine(wall_clock(since, series.zone).date(), time.min), series.zone)
    found = (
        Booking.objects.select_for_update(of=("self",), no_key=True)
        .select_related(*BOOKED_WITH)
        .filter(series=series, recurrence_id__gte=midnight)
    )
    return list(found.order_by("pk"))


def _require_own_words(details: Mapping[str, Any], actor: Actor) -> None:
    foreign = sorted(set(details) - WHOSE.get(actor.role, frozenset()))
    if foreign:
        raise PermissionDenied(details=[Detail(name, "The other side writes this.", "NOT_YOURS") for name in foreign])


def _write_details(series: Series, details: Mapping[str, Any], there: Sequence[Booking], actor: Actor) -> list[Booking]:
    """Writes into the series and its bookings to come, but for what a booking says otherwise than its series."""
    changes: list[Change] = []
    for booking in there:
        if not is_to_come(booking):
            continue
        own = {name for name in details if getattr(booking, name) != getattr(series, name)}
        if own == set(details):
            continue
        columns = {name: getattr(booking, name) if name in own else value for name, value in details.items()}
        changes.append(Change(booking, columns, {"changed": sorted(set(details) - own), "of_series": True}))
    for name, value in details.items():
        setattr(series, name, value)
    amend_all(changes, Action.CHANGE, actor=actor)
    return [each.booking for each in changes]

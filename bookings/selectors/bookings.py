"""Bookings as people look at them: their own, those on their calendar, those they are invited to."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F, QuerySet

from accounts.models import User
from bookings.enums import OCCUPYING, BookingStatus
from bookings.models import Booking, BookingLine, TimelineEntry
from catalog.models import Specialist
from common.compiled import CompiledPage, CompiledRead, IdAmong
from common.timeranges import TimeRange
from common.walltime import day_range

ONE_DAY = timedelta(days=1)
NO_TIME = timedelta(0)
_NAMES = (
    *(f"customer__{name}" for name in ("first_name", "last_name", "email", "phone_number")),
    *(f"specialist__{name}" for name in ("business_name", "user_id")),
    *(f"specialist__user__{name}" for name in ("first_name", "last_name", "avatar")),
    "resource__name",
    *(f"service__{name}" for name in ("name", "duration_minutes")),
    "series__rule",
)
_SHOWN_WITH = ("customer", "specialist__user", "resource", "service", "series")
_COLUMNS = tuple(field.name for field in Booking._meta.concrete_fields)
_STEP = ("step", "action", "from_status", "to_status", "role", "reason", "data", "created_at")
BOOKED_DAYS = OCCUPYING | {BookingStatus.COMPLETED}


def shown(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """With everything that an answer shows of each, in the same statement."""
    return bookings.select_related(*_SHOWN_WITH).only(*_COLUMNS, *_NAMES)


def latest_first(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """By when they start. Somebody's are few among all, which PostgreSQL cannot know of those it joins by OR.

    By the column itself it would walk through everybody's bookings from the end, to meet twenty of one's own.
    """
    return bookings.order_by((F("starts_at") + NO_TIME).desc(), "-pk")


def visible_booking(pk: UUID, user: Any) -> Booking | None:
    return _VISIBLE.first(pk=pk, user=user.pk) if user.is_authenticated else None


def in_order(pks: Sequence[UUID]) -> list[Booking]:
    """These bookings, with everything that a list shows of each, in the order of the ids; two queries."""
    found = {booking.pk: booking for booking in _LISTED.all(pks=list(pks))}
    lines: dict[UUID, list[BookingLine]] = {pk: [] for pk in found}
    for line in _LINES.all(bookings=list(pks)) if pks else ():
        lines[line.booking_id].append(line)
    for pk, booking in found.items():
        remember_lines(booking, lines[pk])
    return [found[pk] for pk in pks]


def own_bookings(user: User, offset: int, limit: int) -> tuple[list[UUID], int]:
    """A stretch of what the user may see, latest first, and how many that are in all."""
    return _OWN.page(offset, limit, user=user.pk)


def remember_lines(booking: Booking, lines: Iterable[BookingLine]) -> None:
    """From here on `booking.lines.all()` are these, and ask nothing."""
    known: Any = booking
    known._prefetched_objects_cache = {"lines": sorted(lines, key=_place)}  # noqa: SLF001 - it has no public name


def _place(line: BookingLine) -> int:
    return line.position


def timeline_of(booking: Booking) -> list[TimelineEntry]:
    """Its steps in order, each with who took it."""
    return sorted(_TIMELINE.all(booking=booking.pk), key=lambda entry: entry.step)


def booked_dates(specialist: Specialist, first: date, zone: ZoneInfo) -> list[date]:
    """The days of the month from `first` on which something is booked, as clocks in `zone` show them."""
    after = (first + 31 * ONE_DAY).replace(day=1)
    month = TimeRange(day_range(first, zone).start, day_range(after, zone).start)
    booked = Booking.objects.filter(specialist=specialist, status__in=BOOKED_DAYS).overlapping(month)
    times = booked.values_list("starts_at", "ends_at")
    return sorted({day for start, end in times for day in _days(start, end, zone) if first <= day < after})


def _days(start: datetime, end: datetime, zone: ZoneInfo) -> Iterable[date]:
    """What runs past midnight is on both days; what ends at midnight is not on the next."""
    day = start.astimezone(zone).date()
    last = (end - timedelta.resolution).astimezone(zone).date()
    while day <= last:
        yield day
        day += ONE_DAY


def _visible(pk: UUID, user: UUID) -> QuerySet[Booking]:
    return shown(Booking.objects.visible_to(User(pk=user)).filter(pk=pk))


def _own(user: UUID) -> QuerySet[Booking]:
    return latest_first(Booking.objects.visible_to(User(pk=user)))


def _timeline(booking: UUID) -> QuerySet[TimelineEntry]:
    steps = TimelineEntry.objects.filter(booking=booking).select_related("actor")
    return steps.only(*_STEP, "actor__first_name", "actor__last_name")


def _listed(pks: UUID) -> QuerySet[Booking]:
    return shown(Booking.objects.filter(IdAmong(pks)))


def _lines(bookings: UUID) -> QuerySet[BookingLine]:
    return BookingLine.objects.filter(IdAmong(bookings, of="booking"))


# Nearly every call on a booking asks for one of these.
_OWN = CompiledPage[Booking](_own, "user")
_LISTED = CompiledRead[Booking](_listed, "pks")
_LINES = CompiledRead[BookingLine](_lines, "bookings")
_VISIBLE = CompiledRead[Booking](_visible, "pk", "user")
_TIMELINE = CompiledRead[TimelineEntry](_timeline, "booking")

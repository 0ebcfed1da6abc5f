"""What the desk asks besides: what is in the way of a time, and what a person has booked so far."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from accounts.models import User
from bookings.enums import OCCUPYING, UPCOMING, BookingStatus
from bookings.models import Booking
from catalog.models import Calendar
from common import clock
from common.money import Money
from common.timeranges import TimeRange

SHOWN = ("customer", "specialist", "resource", "service")
# Buffers reach at most this far beyond a booking.
LONGEST_BUFFER = timedelta(days=1)
MOST_IN_THE_WAY = 20


@dataclass(frozen=True, slots=True)
class Totals:
    """A person's bookings in figures. Money is what was agreed for bookings that are done, in each currency."""

    all: int
    upcoming: int
    completed: int
    cancelled: int
    no_shows: int
    worth: tuple[Money, ...]


def in_the_way(calendars: Iterable[Calendar], time: TimeRange, *, but: UUID | None = None) -> list[Booking]:
    """Bookings that hold these calendars at the time, their buffers counted; one query."""
    own = list(calendars)
    reach = TimeRange(time.start - LONGEST_BUFFER, time.end + LONGEST_BUFFER)
    near: QuerySet[Booking] = Booking.objects.occupying().overlapping(reach)
    there = near.filter(Q(calendar__in=own) | Q(resource__calendar__in=own)).select_related(*SHOWN)
    ordered = there.order_by("starts_at", "pk")
    found = [each for each in ordered if each.pk != but and each.buffers.around(each.time).overlaps(time)]
    return found[:MOST_IN_THE_WAY]


def totals_of(person: User) -> Totals:
    """One query, a row for each currency and status that there is."""
    rows = list(
        Booking.objects.filter(customer=person)
        .order_by()
        .values_list("status", "currency")
        .annotate(count=Count("pk"), worth=Sum("total_minor"), ahead=Count("pk", filter=Q(starts_at__gt=clock.now())))
    )
    counted: dict[str, int] = {}
    worth: dict[str, int] = {}
    upcoming = 0
    for status, currency, count, minor, ahead in rows:
        counted[status] = counted.get(status, 0) + count
        upcoming += ahead if status in UPCOMING else 0
        if status == BookingStatus.COMPLETED:
            worth[currency] = worth.get(currency, 0) + int(minor)
    return Totals(
        all=sum(counted.values()),
        upcoming=upcoming,
        completed=counted.get(BookingStatus.COMPLETED, 0),
        cancelled=counted.get(BookingStatus.CANCELLED, 0),
        no_shows=counted.get(BookingStatus.NO_SHOW, 0),
        worth=tuple(Money(minor, currency) for currency, minor in sorted(worth.items())),
    )


def latest_of(person: User, count: int) -> list[Booking]:
    latest = Booking.objects.filter(customer=person).select_related("specialist", "resource", "service")
    return list(latest.order_by("-starts_at", "-pk")[:count])


def counts_of_day(day: TimeRange) -> Mapping[str, int]:
    """How many bookings start in the day, by status; one query."""
    starting = Booking.objects.filter(starts_at__gte=day.start, starts_at__lt=day.end).order_by()
    return dict(starting.values_list("status").annotate(count=Count("pk")))


def waiting(since: datetime) -> tuple[int, int]:
    """How many wait for their confirmation, and how many of them were there before `since`; one query."""
    pending = Booking.objects.filter(status=BookingStatus.PENDING, ends_at__gt=clock.now())
    counted = pending.aggregate(all=Count("pk"), long=Count("pk", filter=Q(created_at__lt=since)))
    return counted["all"], counted["long"]


def to_come(until: datetime) -> int:
    now = clock.now()
    return int(Booking.objects.filter(starts_at__gt=now, starts_at__lte=until, status__in=OCCUPYING).count())

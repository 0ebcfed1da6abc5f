"""Reports for the office, each from one or two aggregate queries however many bookings there are.

Times are cut by the clock of the zone that is given. Revenue is what completed bookings cost, at the time when they
took place, in each currency for itself.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Q, Sum
from django.db.models.functions import Trunc

from bookings.enums import NEVER_MADE, BookingStatus, Role
from bookings.models import Booking, BookingLine
from bookings.selectors.analytics import COMPLETED, SETTLED
from common.money import Money, round_half_up
from common.timeranges import TimeRange


class Step(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Takings:
    """What completed bookings of a day, a week or a month brought. `start` is the first day of it."""

    start: date
    bookings: int
    subtotal: Money
    discount: Money
    tax: Money
    total: Money

    @property
    def average(self) -> Money:
        return average_of(self.total, self.bookings)


@dataclass(frozen=True, slots=True)
class Demand:
    """How often a service was booked, and what came of it."""

    service: str
    whose: str
    bookings: int
    customers: int
    completed: int
    cancelled: int
    revenue: Money


@dataclass(frozen=True, slots=True)
class Business:
    """How a stretch of time went. Shares are hundredths, and None while there is nothing to take them of."""

    made: int
    came_about: int
    settled: int
    completed: int
    no_shows: int
    cancelled_by_customers: int
    cancelled_by_specialists: int
    customers: int
    returning: int
    orders: int
    revenue: Money


def takings(days: Sequence[date], step: Step, zone: ZoneInfo, within: TimeRange) -> list[Takings]:
    """One query; a row for each step of the days, also of those without a booking, by currency."""
    rows = (
        Booking.objects.filter(COMPLETED, starts_at__gte=within.start, starts_at__lt=within.end)
        .order_by()
        .annotate(step=Trunc("starts_at", step.value, tzinfo=zone))
        .values_list("currency", "step")
        .annotate(Count("pk"), *(Sum(f"{name}_minor") for name in ("subtotal", "discount", "tax", "total")))
    )
    found = {(currency, start.date()): (count, minors) for currency, start, count, *minors in rows}
    return [
        Takings(start, count, *(Money(minor, currency) for minor in minors))
        for currency in sorted({currency for currency, _ in found})
        for start in steps(days, step)
        for count, minors in [found.get((currency, start), (0, [0] * 4))]
    ]


def steps(days: Sequence[date], step: Step) -> list[date]:
    """The first day of each day, week or month that the days lie in, in their order."""
    return list(dict.fromkeys(_start_of(day, step) for day in days))


def days_between(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def demand(within: TimeRange) -> list[Demand]:
    """One query, the most booked first. What was never paid for was no booking; every line of a visit counts."""
    made = BookingLine.objects.filter(booking__starts_at__gte=within.start, booking__starts_at__lt=within.end)
    completed = Q(booking__status=BookingStatus.COMPLETED)
    rows = (
        made.exclude(booking__status__in=NEVER_MADE)
        .order_by()
        .values_list("service__name", "service__owner__business_name", "booking__currency", "service_id")
        .annotate(
            bookings=Count("booking", distinct=True),
            customers=Count("booking__customer", distinct=True),
            completed=Count("booking", distinct=True, filter=completed),
            cancelled=Count("booking", distinct=True, filter=Q(booking__status=BookingStatus.CANCELLED)),
            revenue=Sum("total_minor", filter=completed, default=0),
        )
        .order_by("-bookings", "-revenue", "service_id", "booking__currency")
    )
    return [
        Demand(name, owner or "", bookings, customers, completed_ones, cancelled, Money(revenue, currency))
        for name, owner, currency, _, bookings, customers, completed_ones, cancelled, revenue in rows
    ]


def business(within: TimeRange, currency: str) -> Business:
    """Two queries. Bookings count where they were made, all that became of them where they took place."""
    took_place = Q(starts_at__gte=within.start, starts_at__lt=within.end)
    made = Q(created_at__gte=within.start, created_at__lt=within.end)
    cancelled = took_place & Q(status=BookingStatus.CANCELLED)
    counted = Booking.objects.filter(took_place | made).aggregate(
        made=Count("pk", filter=made),
        came_about=Count("pk", filter=made & ~Q(status__in=NEVER_MADE)),
        settled=Count("pk", filter=took_place & Q(status__in=SETTLED)),
        completed=Count("pk", filter=took_place & COMPLETED),
        no_shows=Count("pk", filter=took_place & Q(status=BookingStatus.NO_SHOW)),
        cancelled_by_customers=Count("pk", filter=cancelled & Q(cancelled_by=Role.CUSTOMER)),
        cancelled_by_specialists=Count("pk", filter=cancelled & Q(cancelled_by=Role.SPECIALIST)),
        orders=Count("pk", filter=took_place & COMPLETED & Q(currency=currency)),
        revenue=Sum("total_minor", filter=took_place & COMPLETED & Q(currency=currency), default=0),
    )
    earlier = Booking.objects.filter(COMPLETED, customer=OuterRef("customer"), starts_at__lt=within.start)
    came = Booking.objects.filter(COMPLETED, took_place).order_by().annotate(is_known=Exists(earlier))
    people = came.aggregate(
        customers=Count("customer", distinct=True),
        returning=Count("customer", distinct=True, filter=Q(is_known=True)),
    )
    return Business(**{**counted, **people, "revenue": Money(counted["revenue"], currency)})


def average_of(total: Money, count: int) -> Money:
    """Nothing where there is nothing to share it."""
    return Money(round_half_up(Fraction(total.minor, count or 1)), total.currency)


def _start_of(day: date, step: Step) -> date:
    if step is Step.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if step is Step.MONTH else day

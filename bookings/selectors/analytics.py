"""Figures for specialists and for the platform's own people, each from a few aggregate queries.

Months are those of the business: what takes place at half past midnight there counts on the new day, wherever the
server stands. Revenue is what completed bookings cost, in the month in which they took place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncMonth

from accounts.enums import Role as AccountRole
from accounts.models import User
from bookings.enums import NEVER_MADE, BookingStatus, Role
from bookings.models import Booking
from catalog.models import Specialist
from common import clock
from common.money import round_half_up
from common.platform import platform_settings
from common.timeranges import TimeRange
from common.walltime import opening_instant

MONTHS_CHARTED = 12
MOST_SERVICES = 5
COMPLETED = Q(status=BookingStatus.COMPLETED)
# Nobody came to these, and nobody was expected to.
CALLED_OFF = (BookingStatus.CANCELLED, BookingStatus.EXPIRED)
# Agreed on once, and over now.
SETTLED = (BookingStatus.COMPLETED, BookingStatus.CANCELLED, BookingStatus.NO_SHOW)


@dataclass(frozen=True, slots=True)
class SpecialistFigures:
    """Amounts are minor units of `currency`; a share is None while there is nothing to take it of."""

    currency: str
    total_revenue: int
    this_month_revenue: int
    total_bookings: int
    this_month_bookings: int
    by_month: Sequence[tuple[date, int]]
    top_services: Sequence[dict[str, Any]]
    repeat_percent: int | None
    # What the specialist took back; what customers, staff or the platform called off counts against nobody.
    cancelled_percent: int | None


@dataclass(frozen=True, slots=True)
class PlatformFigures:
    """Amounts are minor units of `currency`, the platform's own; what was paid in others is not in them."""

    currency: str
    users: dict[str, int]
    bookings: dict[str, int]
    settled: int
    revenue: int
    this_month_revenue: int
    commission: int


def specialist_figures(specialist: Specialist) -> SpecialistFigures:
    """Four queries. Revenue is counted in the specialist's present currency."""
    own = Booking.objects.filter(specialist=specialist)
    paid = own.filter(COMPLETED, currency=specialist.currency)
    month = _within(_months(1)[0], _zone())
    takes_place = ~Q(status__in=CALLED_OFF)
    counted = own.aggregate(
        all=Count("pk", filter=takes_place),
        month=Count("pk", filter=takes_place & month),
        made=Count("pk", filter=~Q(status__in=NEVER_MADE)),
        taken_back=Count("pk", filter=Q(cancelled_by=Role.SPECIALIST)),
        revenue=Sum("total_minor", filter=COMPLETED & Q(currency=specialist.currency), default=0),
        month_revenue=Sum("total_minor", filter=COMPLETED & Q(currency=specialist.currency) & month, default=0),
    )
    return SpecialistFigures(
        currency=specialist.currency,
        total_revenue=counted["revenue"],
        this_month_revenue=counted["month_revenue"],
        total_bookings=counted["all"],
        this_month_bookings=counted["month"],
        by_month=_by_month(paid),
        top_services=_top_services(paid),
        repeat_percent=_repeat_percent(own.filter(COMPLETED)),
        cancelled_percent=percent_of(counted["taken_back"], counted["made"]),
    )


def platform_figures() -> PlatformFigures:
    """Two queries. Bookings and users count in the month in which they were made, revenue when it took place."""
    settings = platform_settings()
    zone = _zone()
    before, now = _months(2)
    made, took_place = _within(now, zone, "created_at"), _within(now, zone)
    paid = COMPLETED & Q(currency=settings.default_currency)
    counted = Booking.objects.aggregate(
        all=Count("pk"),
        month=Count("pk", filter=made),
        completed=Count("pk", filter=COMPLETED),
        settled=Count("pk", filter=Q(status__in=SETTLED)),
        paid=Count("pk", filter=paid),
        revenue=Sum("total_minor", filter=paid, default=0),
        month_revenue=Sum("total_minor", filter=paid & took_place, default=0),
        # Nobody is sent or found for a room that is reserved, so nothing is kept of it.
        shared=Sum(F("subtotal_minor") - F("discount_minor"), filter=paid & ~Q(kind="reservation"), default=0),
    )
    return PlatformFigures(
        currency=settings.default_currency,
        users=_users(before, now, zone),
        bookings={name: counted[name] for name in ("all", "month", "completed", "paid")},
        settled=counted["settled"],
        revenue=counted["revenue"],
        this_month_revenue=counted["month_revenue"],
        commission=round_half_up(counted["shared"] * settings.commission_percent / 100),
    )


def percent_of(part: int, whole: int) -> int | None:
    return part * 100 // whole if whole else None


def _users(before: date, now: date, zone: ZoneInfo) -> dict[str, int]:
    """Those with an account of their own. Staff are no customers, and services speak for clients without one."""
    people = User.objects.active().filter(is_staff=False, is_service_client=False)
    specialists = Q(group_names__contains=[AccountRole.SPECIALISTS.value])
    counted: dict[str, int] = people.aggregate(
        total=Count("pk"),
        specialists=Count("pk", filter=specialists),
        customers=Count("pk", filter=~specialists),
        this_month=Count("pk", filter=_within(now, zone, "created_at")),
        last_month=Count("pk", filter=_within(before, zone, "created_at")),
    )
    return counted


def _by_month(paid: Any) -> list[tuple[date, int]]:
    """The revenue of the last twelve months in order, also of those without any."""
    zone, months = _zone(), _months(MONTHS_CHARTED)
    since, until = _month_range(months[0], zone).start, _month_range(months[-1], zone).end
    rows = (
        paid.filter(starts_at__gte=since, starts_at__lt=until)
        .annotate(month=TruncMonth("starts_at", tzinfo=zone))
        .values_list("month")
        .annotate(revenue=Sum("total_minor"))
        .order_by("month")
    )
    revenue = {month.date(): minor for month, minor in rows}
    return [(month, revenue.get(month, 0)) for month in months]


def _top_services(paid: Any) -> list[dict[str, Any]]:
    """What brought most, by the name that the service has now."""
    rows = (
        paid.filter(service__isnull=False)
        .values("service_id", "service__name")
        .annotate(bookings=Count("pk"), revenue=Sum("total_minor"))
        .order_by("-revenue", "-bookings", "service_id")
    )
    return list(rows[:MOST_SERVICES])


def _repeat_percent(completed: Any) -> int | None:
    """How many of a hundred customers have come more than once."""
    customers = completed.order_by().values("customer").annotate(times=Count("pk"))
    counted = customers.aggregate(all=Count("customer"), again=Count("customer", filter=Q(times__gte=2)))
    return percent_of(counted["again"], counted["all"])


def _zone() -> ZoneInfo:
    return ZoneInfo(platform_settings().default_timezone)


def _months(count: int) -> list[date]:
    """The first days of the last so many months on the business's calendar, the present one last."""
    today = clock.now().astimezone(_zone()).date()
    present = today.year * 12 + today.month - 1
    return [date(each // 12, each % 12 + 1, 1) for each in range(present - count + 1, present + 1)]


def _month_range(month: date, zone: ZoneInfo) -> TimeRange:
    following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return TimeRange(_midnight(month, zone), _midnight(following, zone))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return opening_instant(datetime.combine(day, time.min), zone)


def _within(month: date, zone: ZoneInfo, column: str = "starts_at") -> Q:
    within = _month_range(month, zone)
    return Q(**{f"{column}__gte": within.start, f"{column}__lt": within.end})

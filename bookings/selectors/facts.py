"""Figures of bookings that profiles show: how many somebody has made, and what a specialist has earned by them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, Sum

from accounts.models import User
from bookings.enums import NEVER_MADE, BookingStatus, Role
from bookings.models import Booking
from bookings.selectors.analytics import percent_of
from catalog.models import Specialist
from common import clock
from common.money import Money


def facts_of_customer(user: User) -> Mapping[str, int]:
    """One query."""
    return {"total_bookings": Booking.objects.of_customer(user).exclude(status__in=NEVER_MADE).count()}


def facts_of_specialist(specialist: Specialist) -> dict[str, Any]:
    """One query. Revenue is what completed bookings cost in the specialist's own currency, by the calendar's months.

    `cancellation_rate` is how many of a hundred bookings the specialist took back; None while there is none.
    """
    this_month = _month_of(clock.now().astimezone(specialist.calendar.zone))
    last_month = _month_of(this_month - timedelta(days=1))
    done = Q(status=BookingStatus.COMPLETED, currency=specialist.currency)
    found = Booking.objects.filter(specialist=specialist).aggregate(
        count=Count("pk", filter=~Q(status__in=NEVER_MADE)),
        taken_back=Count("pk", filter=Q(cancelled_by=Role.SPECIALIST)),
        this_month=Sum("total_minor", filter=done & Q(starts_at__gte=this_month)),
        last_month=Sum("total_minor", filter=done & Q(starts_at__gte=last_month, starts_at__lt=this_month)),
        total=Sum("total_minor", filter=done),
    )
    count = found.pop("count")
    rate = percent_of(found.pop("taken_back"), count)
    revenue = {name: str(Money(minor or 0, specialist.currency)) for name, minor in found.items()}
    return {"total_bookings": count, "cancellation_rate": rate, "revenue": revenue}


def _month_of(local: datetime) -> datetime:
    """The midnight with which the month began on the clock of `local`."""
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0)

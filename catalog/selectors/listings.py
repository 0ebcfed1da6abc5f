"""What is offered, as those who look around see it."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from catalog.hours import DAYS
from catalog.models import Calendar, Category, Resource, Service, Specialist
from catalog.selectors.availability import slots_by_day
from catalog.slots import Slot
from common import clock

# How far ahead the page of a service looks for something that is free, and how much of it is shown.
DAYS_AHEAD = 14
SLOTS_SHOWN = 5


def categories_with_counts() -> QuerySet[Category]:
    """Categories that are shown, each with `service_count`; one query."""
    counts = (
        Service.objects.listed().filter(category=OuterRef("pk")).order_by().values("category").annotate(n=Count("pk"))
    )
    listed: QuerySet[Category] = Category.objects.active().annotate(
        service_count=Coalesce(Subquery(counts.values("n")), 0)
    )
    return listed


def platform_services() -> list[Service]:
    """The platform's own services in the order of the catalog; one query. Specialists' services are searched for."""
    return list(in_catalog_order())


def in_catalog_order() -> QuerySet[Service]:
    offered: QuerySet[Service] = Service.objects.listed().platforms().select_related("category", "tier")
    return offered.order_by("category__position", "category__name", "position", "tier__position", "name", "pk")


def services_in_full(services: QuerySet[Service]) -> QuerySet[Service]:
    """With all that the page of a service shows."""
    return services.select_related("category", "tier", "owner__user", "owner__calendar", "owner__standing")


def specialists_in_full(specialists: QuerySet[Specialist]) -> QuerySet[Specialist]:
    return specialists.select_related("user", "calendar", "standing")


def resources_in_full(resources: QuerySet[Resource]) -> QuerySet[Resource]:
    return resources.select_related("calendar")


def next_slots(calendar: Calendar, service: Service | None) -> list[Slot]:
    """The first few free slots of the coming days; one query."""
    today: date = clock.today(calendar.zone)
    days: dict[date, list[Slot]] = slots_by_day(
        calendar, service, first=today, last=today + timedelta(days=DAYS_AHEAD - 1), zone=calendar.zone
    )
    free = (slot for slots in days.values() for slot in slots if slot.reason is None)
    return [slot for _, slot in zip(range(SLOTS_SHOWN), free, strict=False)]


def hours_of(calendar: Calendar) -> dict[str, Any]:
    """A calendar's hours in the grammar of the API: zone, all weekdays by name, dates that differ."""
    overrides = sorted(calendar.hours_overrides.items())
    return {
        "timezone": calendar.timezone,
        "working_hours": {day: calendar.weekly_hours.get(day, []) for day in DAYS},
        "overrides": [{"date": day, "ranges": ranges} for day, ranges in overrides],
    }

"""The cast and what they offer. Bob is a specialist in Kolkata, the Lotus Room a place there."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.models import User
from catalog.enums import OccupancyKind
from catalog.hours import DAYS
from catalog.models import Calendar, Category, Occupancy, Resource, Service, Specialist
from catalog.occupancy import claim
from catalog.slots import NO_BUFFERS, Buffers
from common.ids import new_id
from common.timeranges import TimeRange

KOLKATA = ZoneInfo("Asia/Kolkata")
NEW_YORK = ZoneInfo("America/New_York")
# Monday 2 March 2026, 10:10 in Kolkata. Tests that look at a clock see this.
NOW = datetime(2026, 3, 2, 4, 40, tzinfo=UTC)
MONDAY = date(2026, 3, 2)
TUESDAY = date(2026, 3, 3)


def calendar(*hours: str, **fields: Any) -> Calendar:
    """Open on every day of the week at these hours, `09:00-17:00` unless told."""
    ranges = [dict(zip(("start", "end"), each.split("-"), strict=True)) for each in hours or ("09:00-17:00",)]
    return Calendar.objects.create(weekly_hours=dict.fromkeys(DAYS, ranges), **fields)


def person(name: str, **fields: Any) -> User:
    return User.objects.create_user(f"{name.lower()}@example.com", first_name=name, **fields)


def specialist(name: str = "Bob", *hours: str, is_verified: bool = True, **fields: Any) -> Specialist:
    return Specialist.objects.create(
        user=person(name), business_name=f"{name}'s", is_verified=is_verified, calendar=calendar(*hours, **fields)
    )


def room(*hours: str, name: str = "Lotus Room", is_active: bool = True, **fields: Any) -> Resource:
    return Resource.objects.create(name=name, is_active=is_active, calendar=calendar(*hours, **fields))


def category(name: str = "Facial", **fields: Any) -> Category:
    return Category.objects.create(name=name, slug=name.lower().replace(" ", "-"), **fields)


def service(owner: Specialist | None, minutes: int = 60, **fields: Any) -> Service:
    offered = {"name": "Consultation", "price_minor": 150_000, **fields}
    return Service.objects.create(owner=owner, duration_minutes=minutes, **offered)


def at(wall: str, day: date = TUESDAY, zone: ZoneInfo = KOLKATA) -> datetime:
    """`at("10:00")` is ten o'clock on Tuesday in Kolkata."""
    return datetime.combine(day, time.fromisoformat(wall), zone).astimezone(UTC)


def between(start: str, end: str, day: date = TUESDAY, zone: ZoneInfo = KOLKATA) -> TimeRange:
    return TimeRange(at(start, day, zone), at(end, day, zone))


def book(
    owner: Calendar, time: TimeRange, *, buffers: Buffers = NO_BUFFERS, kind: OccupancyKind = OccupancyKind.BOOKING
) -> UUID:
    """Takes the time and returns whose it is."""
    subject = new_id()
    with transaction.atomic():
        claim(owner, time, kind=kind, subject_id=subject, buffers=buffers)
    return subject


def rows(owner: Calendar) -> list[tuple[str, TimeRange, int, int]]:
    """Everything on the calendar: kind, time, first and last lane."""
    return [
        (each.kind, each.time, each.lanes.lower - owner.number * 1024, each.lanes.upper - 1 - owner.number * 1024)
        for each in Occupancy.objects.filter(calendar=owner).order_by("during", "lanes")
    ]


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)

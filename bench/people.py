"""Customers and specialists by the thousand; nobody signs in as one of them."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.hashers import make_password

from accounts.models import User
from catalog.hours import DAYS
from catalog.models import Calendar, Resource, Service, Specialist

BATCH = 1_000
# From midnight to midnight.
AROUND_THE_CLOCK = {day: [{"start": "00:00", "end": "00:00"}] for day in DAYS}
# As far as a calendar can be booked ahead.
FAR_AHEAD: Mapping[str, Any] = {"weekly_hours": AROUND_THE_CLOCK, "minimum_notice_minutes": 0, "horizon_days": 730}


def customers(name: str, count: int) -> list[User]:
    nobodys = make_password(None)
    people = (
        User(email=f"{name}-{n}@bench.example", first_name=name.title(), last_name=str(n), password=nobodys)
        for n in range(count)
    )
    return list(User.objects.bulk_create(people, batch_size=BATCH))


def specialists(name: str, count: int, calendar: Mapping[str, Any]) -> list[Specialist]:
    """Each with a calendar and a service of an hour."""
    people = customers(name, count)
    calendars = Calendar.objects.bulk_create((Calendar(**calendar) for _ in people), batch_size=BATCH)
    made = Specialist.objects.bulk_create(
        (
            Specialist(user=user, calendar=own, business_name=f"{name.title()} {user.last_name}", is_verified=True)
            for user, own in zip(people, calendars, strict=True)
        ),
        batch_size=BATCH,
    )
    Service.objects.bulk_create(
        (Service(owner=each, name="An hour", duration_minutes=60, price_minor=100_000) for each in made),
        batch_size=BATCH,
    )
    return made


def rooms(name: str, count: int) -> list[Resource]:
    calendars = Calendar.objects.bulk_create(Calendar(**FAR_AHEAD) for _ in range(count))
    return Resource.objects.bulk_create(
        Resource(name=f"{name.title()} {n}", capacity=10, calendar=calendar) for n, calendar in enumerate(calendars)
    )

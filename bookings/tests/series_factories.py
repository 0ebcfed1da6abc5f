"""Alice books series: of the Lotus Room, or with Bob. Tuesday, 3 March 2026, ten o'clock unless told."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import User
from bookings.models import Booking, Series
from bookings.selectors.wanted import wanted_resource, wanted_service
from bookings.services.actors import customer
from bookings.services.drafting import Details
from bookings.services.series_booking import Asked, BookedSeries, book_series
from bookings.tests.factories import somebody
from catalog.models import Resource, Service, Specialist
from catalog.recurrence import parse_rule
from catalog.tests.factories import at, room

WEEKLY = "FREQ=WEEKLY;COUNT=10"


def asked(
    rule: str = WEEKLY,
    *,
    of: Service | Resource | None = None,
    start: datetime | None = None,
    minutes: int = 60,
    alice: User | None = None,
    zone: ZoneInfo | None = None,
    is_aligned: bool = False,
    **details: Any,
) -> Asked:
    offer = of or room()
    wanted = wanted_service(offer.pk) if isinstance(offer, Service) else wanted_resource(offer.pk)
    assert wanted is not None
    calendar = wanted.calendar if isinstance(wanted, Resource) else owner_of(wanted).calendar
    duration = wanted.duration if isinstance(wanted, Service) else timedelta(minutes=minutes)
    return Asked(
        customer=alice or somebody("Alice"),
        offer=wanted,
        start=start or at("10:00"),
        duration=duration,
        rule=parse_rule(rule),
        zone=zone or calendar.zone,
        details=Details(**details),
        is_aligned=is_aligned,
    )


def owner_of(service: Service) -> Specialist:
    assert service.owner is not None
    return service.owner


def booked(rule: str = WEEKLY, **rest: Any) -> BookedSeries:
    """All of its dates."""
    wanted = asked(rule, **rest)
    return book_series(wanted, actor=customer(wanted.customer))


def week(number: int, weekday: int = 1) -> date:
    """The Tuesday of that week; the first one is 3 March 2026."""
    return date(2026, 3, 2) + timedelta(weeks=number - 1, days=weekday)


def bookings_of(series: Series) -> list[Booking]:
    return list(Booking.objects.filter(series=series).order_by("recurrence_id"))


def days(bookings: Any) -> list[date]:
    """On which days, in the bookings' own zone, they take place."""
    return [each.starts_at.astimezone(each.zone).date() for each in bookings]

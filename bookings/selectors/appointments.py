"""Appointments as services read them: a client's, a professional's, and the hours of a professional's day."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import KnownPerson, ServiceAccount, User
from bookings.enums import BookingKind
from bookings.models import Booking
from catalog.models import Calendar, Service, Specialist
from catalog.selectors.availability import Checked, checked
from common import clock
from common.timeranges import TimeRange
from common.walltime import day_range, opening_instant

FIRST_HOUR, LAST_HOUR = time(5), time(23)
HOUR = timedelta(hours=1)


def of_client(client: User) -> QuerySet[Booking]:
    """Appointments and nothing else: a room or a visit has no professional."""
    return _shown(Booking.objects.of_customer(client))


def of_professional(professional: Specialist) -> QuerySet[Booking]:
    return _shown(Booking.objects.filter(specialist=professional))


def still_to_come(appointments: QuerySet[Booking]) -> QuerySet[Booking]:
    """What is not over yet, whatever became of it."""
    return appointments.filter(ends_at__gt=clock.now())


def on_day(appointments: QuerySet[Booking], day: date, zone: ZoneInfo) -> QuerySet[Booking]:
    """All of a day by the clocks in `zone`, over or not."""
    whole = day_range(day, zone)
    return appointments.filter(starts_at__lt=whole.end, ends_at__gt=whole.start)


def professionals(service: ServiceAccount) -> QuerySet[Specialist]:
    """Who can be booked, and with `is_known` whether they signed in through this service."""
    known = KnownPerson.objects.signed_in().filter(service=service, user=OuterRef("user"))
    bookable: QuerySet[Specialist] = Specialist.objects.bookable()
    return bookable.select_related("user", "calendar").annotate(is_known=Exists(known)).order_by("pk")


def professional_with_id(pk: UUID) -> Specialist | None:
    """Whether they can be booked or not: whom it concerns has appointments still."""
    found: Specialist | None = Specialist.objects.select_related("user", "calendar").filter(pk=pk).first()
    return found


def professional_of(user: User) -> Specialist | None:
    found: Specialist | None = Specialist.objects.select_related("user", "calendar").filter(user=user).first()
    return found


def services_lasting(professional_id: UUID, duration: timedelta) -> list[Service]:
    """What can be booked with the professional for just so long; two at most, as more tell nothing more."""
    length = duration // timedelta(minutes=1)
    offered: QuerySet[Service] = Service.objects.bookable().filter(owner=professional_id, duration_minutes=length)
    if timedelta(minutes=length) != duration:
        return []
    return list(offered.select_related("owner__user", "owner__calendar", "room__calendar").order_by("pk")[:2])


def hours_of(calendar: Calendar, day: date) -> Sequence[Checked]:
    """Each hour from five in the morning to eleven at night by the calendar's clocks, and what is against it.

    Every cell lasts an hour, so that it can be booked as one: they are eighteen, but for a day on which clocks change
    between five and eleven.
    """
    start, end = (_instant(day, each, calendar.zone) for each in (FIRST_HOUR, LAST_HOUR))
    cells = (end - start) // HOUR
    return checked(calendar, [TimeRange.lasting(start + n * HOUR, HOUR) for n in range(cells)])


def _instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    return opening_instant(datetime.combine(day, wall), zone)


def _shown(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    appointments = bookings.filter(kind=BookingKind.APPOINTMENT)
    return appointments.select_related("customer", "specialist__user", "service").order_by("starts_at", "pk")

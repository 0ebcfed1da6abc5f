"""One day of many calendars: what is open, what is closed, and which bookings are there; three queries."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from bookings.enums import OCCUPYING, BookingStatus
from bookings.models import Booking
from catalog.models import Calendar
from catalog.opening import open_ranges
from catalog.selectors.busy import busy
from common.timeranges import TimeRange

# What was called off or never paid has left no mark on the day.
ON_THE_BOARD = OCCUPYING | {BookingStatus.COMPLETED, BookingStatus.NO_SHOW}


@dataclass(frozen=True, slots=True)
class Row:
    """A calendar's day. Bookings that overlap lie in different lanes."""

    calendar: Calendar
    is_open: Sequence[TimeRange]
    closed: Sequence[TimeRange]
    lanes: Sequence[Sequence[Booking]] = field(default_factory=list)


def boarded_calendars() -> QuerySet[Calendar]:
    """Those of specialists and resources that are in use, by name."""
    in_use = Calendar.objects.filter(Q(specialist__is_active=True) | Q(resource__is_active=True))
    ordered = in_use.order_by("specialist__business_name", "resource__name", "number")
    return ordered.select_related("specialist", "resource")


def day_of(calendars: Sequence[Calendar], day: TimeRange) -> list[Row]:
    """A row for each calendar, in the same order. Cancelled and expired bookings are left out."""
    booked = _bookings(calendars, day)
    taken = busy(calendars, day)
    return [
        Row(
            calendar=each,
            is_open=open_ranges(each.hours, within=day),
            closed=[other.time for other in taken[each.number] if other.is_closure],
            lanes=laid_out(booked[each.pk]),
        )
        for each in calendars
    ]


def laid_out(bookings: Sequence[Booking]) -> list[list[Booking]]:
    """Each booking in the first lane that is free by then."""
    lanes: list[list[Booking]] = []
    for booking in sorted(bookings, key=lambda each: (each.starts_at, each.pk)):
        lane = next((lane for lane in lanes if lane[-1].ends_at <= booking.starts_at), None)
        if lane is None:
            lanes.append([booking])
        else:
            lane.append(booking)
    return lanes


def _bookings(calendars: Sequence[Calendar], day: TimeRange) -> defaultdict[object, list[Booking]]:
    there = Booking.objects.filter(status__in=ON_THE_BOARD).overlapping(day)
    ours = there.filter(Q(calendar__in=calendars) | Q(resource__calendar__in=calendars))
    found: defaultdict[object, list[Booking]] = defaultdict(list)
    for booking in ours.select_related("customer", "specialist", "resource", "service"):
        found[booking.calendar_id].append(booking)
        # A room that is taken along with a specialist has the booking on its own row too.
        if booking.resource is not None and booking.resource.calendar_id != booking.calendar_id:
            found[booking.resource.calendar_id].append(booking)
    return found

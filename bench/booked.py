"""Bookings by the million: one is made by the platform itself, the others are copied from it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from accounts.models import User
from bench.copying import copying
from bench.people import FAR_AHEAD, customers, specialists
from bookings.enums import Action, Role
from bookings.models import Booking, BookingLine, TimelineEntry
from bookings.selectors.wanted import wanted_service
from bookings.services.actors import customer
from bookings.services.booking import book_appointment
from bookings.transitions import Actor, move
from catalog.models import Service, Specialist
from catalog.occupancy import release
from common import clock

PATTERN = "pattern"

_MADE = """(
    SELECT uuidv7() AS id, row_number() OVER () - 1 AS place, starts + interval '1 hour' < now() AS is_over, times.*
    FROM ({times}) AS times
) AS made"""
_BOOKING = {
    "id": "made.id",
    "customer_id": "(%s::uuid[])[(%s + made.place) %% %s + 1]",
    "specialist_id": "made.specialist",
    "service_id": "made.service",
    "calendar_id": "made.calendar",
    "starts_at": "made.starts",
    "ends_at": "made.starts + interval '1 hour'",
    "status": "CASE WHEN is_over THEN 'completed' ELSE 'confirmed' END",
    "completed_at": "CASE WHEN is_over THEN made.starts + interval '1 hour' END",
    "steps": "CASE WHEN is_over THEN 3 ELSE 2 END",
}
_LINE = {"id": "uuidv7()", "booking_id": "booking.id", "service_id": "booking.service_id"}
_STEP = {"id": "uuidv7()", "booking_id": "booking.id"}
_EVERYTHING = """
WITH booking AS ({bookings} RETURNING id, service_id, calendar_id, starts_at, ends_at, status, steps),
lines AS ({lines}),
steps AS ({steps})
INSERT INTO catalog_occupancy (id, calendar_number, lanes, during, kind, subject_id)
SELECT uuidv7(), number, int8range(number * 1024, number * 1024 + 1), tstzrange(starts_at, ends_at), 'booking',
    booking.id
FROM booking JOIN catalog_calendar AS calendar ON calendar.id = calendar_id
WHERE status = 'confirmed' ORDER BY booking.id
"""


def pattern() -> Booking:
    """An appointment with a line and three steps: booked, confirmed and done. It is made at first use."""
    found: Booking | None = Booking.objects.filter(specialist__user__email__startswith=f"{PATTERN}-").first()
    return found or _completed()


def copy_bookings(
    by: Sequence[Specialist], people: Sequence[User], times: str, parameters: Sequence[Any], *, after: int = 0
) -> None:
    """One by one of `people` at each of the `times`; what is over is completed, what is to come confirmed.

    So many of them are there `after` which it goes on with the next person. `times` is a SELECT of `specialist`,
    `service`, `calendar` and `starts` from three arrays, those of `by`, and what `parameters` hold besides; it comes in
    the order in which the rows are to be written.
    """
    like = pattern()
    services = dict(Service.objects.filter(owner__in=by).values_list("owner", "pk"))
    owners = [[each.pk for each in by], [services[each.pk] for each in by], [each.calendar_id for each in by]]
    statement = _EVERYTHING.format(
        bookings=copying(Booking, _BOOKING, among=_MADE.format(times=times)),
        lines=copying(BookingLine, _LINE, among="booking", where="alike.booking_id = %s"),
        steps=copying(
            TimelineEntry, _STEP, among="booking", where="alike.booking_id = %s AND alike.step <= booking.steps"
        ),
    )
    asked = [[person.pk for person in people], after, len(people), *owners, *parameters, like.pk, like.pk, like.pk]
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)


@transaction.atomic
def _completed() -> Booking:
    [alice], [bob] = customers(f"{PATTERN}-customer", 1), specialists(PATTERN, 1, FAR_AHEAD)
    service = wanted_service(Service.objects.only("pk").get(owner=bob).pk)
    if service is None:
        raise ValueError("What was made just now is there.")
    booking = book_appointment(service=service, starts_at=_some_day(), customer=alice, actor=customer(alice))
    for action in (Action.CONFIRM, Action.COMPLETE):
        move(booking, action, actor=Actor(Role.SPECIALIST, bob.user))
    release([booking.pk])
    return booking


def _some_day() -> datetime:
    return clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=7)

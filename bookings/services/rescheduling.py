"""Moving a booking to another time: the same booking at the same price, never a second one."""

from datetime import datetime

from django.db import transaction

from bookings.enums import Action, BookingKind, Role
from bookings.errors import CannotBook
from bookings.models import Booking
from bookings.selectors.permitted import require_permitted
from bookings.services.drafting import claims_of
from bookings.services.times import require_time
from bookings.transitions import Actor, amend, locked
from catalog.occupancy import move as move_claims
from common import clock
from common.errors import Detail
from common.timeranges import TimeRange


@transaction.atomic
def reschedule_booking(
    booking: Booking, *, starts_at: datetime, ends_at: datetime | None = None, actor: Actor, reason: str = ""
) -> Booking:
    """The booking at its new time, or as it was: a time that is taken leaves it where it is.

    Only a reservation may become longer or shorter. What one does oneself counts towards the customer's limit; the
    time it has already changes nothing.
    """
    booking = locked(booking.pk)
    time = _new_time(booking, starts_at, ends_at)
    if time == booking.time:
        return booking
    require_permitted(booking, Action.RESCHEDULE, role=actor.role, now=clock.now())
    require_time(booking, time, actor=actor)
    before = booking.time
    amend(
        booking,
        Action.RESCHEDULE,
        actor=actor,
        reason=reason,
        changes={
            "starts_at": time.start,
            "ends_at": time.end,
            "is_modified": booking.is_modified or booking.series_id is not None,
            "reschedules": booking.reschedules + (actor.role is Role.CUSTOMER),
        },
        data={"from": _iso(before), "to": _iso(time)},
    )
    if claims := claims_of(booking):
        move_claims(claims)
    return booking


def _new_time(booking: Booking, starts_at: datetime, ends_at: datetime | None) -> TimeRange:
    time = TimeRange.lasting(starts_at, booking.time.duration) if ends_at is None else TimeRange(starts_at, ends_at)
    if booking.kind != BookingKind.RESERVATION and time.duration != booking.time.duration:
        message = "Its length is the service's, and stays as it was booked."
        raise CannotBook(message, details=[Detail("end_time", message, "DURATION_MISMATCH")])
    return time


def _iso(time: TimeRange) -> list[str]:
    return [time.start.isoformat(), time.end.isoformat()]

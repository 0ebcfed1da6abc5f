"""What booking, moving and cancelling come down to in PostgreSQL: the rows that are written and the lock taken.

Rows are copied from a booking that the platform has made, which costs a look-up by key more than to insert them. A
series is its bookings here, without the row of the series itself.
"""

from collections.abc import Sequence
from datetime import datetime

from bench.copying import copying
from bench.open_time import HOUR
from bench.scenario import Work
from bookings.models import Booking, BookingLine, TimelineEntry
from catalog.models import Specialist
from common.ids import new_id

_CLAIM = """
INSERT INTO catalog_occupancy (id, calendar_number, lanes, during, kind, subject_id)
SELECT uuidv7(), %s::bigint, int8range(%s::bigint * 1024, %s::bigint * 1024 + 1),
    tstzrange(starts, starts + interval '1 hour'), 'booking', id
FROM unnest(%s::uuid[], %s::timestamptz[]) AS wanted (id, starts)
"""
_RELEASE = "DELETE FROM catalog_occupancy WHERE subject_id = %s"
_LOCK = "SELECT * FROM bookings_booking WHERE id = %s FOR NO KEY UPDATE"
_MOVE = "UPDATE bookings_booking SET starts_at = %s, ends_at = %s, steps = steps + 1 WHERE id = %s"
_CANCEL = """
UPDATE bookings_booking
SET status = 'cancelled', cancelled_at = now(), cancelled_by = 'customer', steps = steps + 1 WHERE id = %s
"""
_BOOKINGS = copying(
    Booking,
    {
        "id": "wanted.id",
        "specialist_id": "%s",
        "calendar_id": "%s",
        "starts_at": "wanted.starts",
        "ends_at": "wanted.starts + interval '1 hour'",
        "status": "'pending'",
        "completed_at": "NULL",
        "steps": "1",
    },
    among="unnest(%s::uuid[], %s::timestamptz[]) AS wanted (id, starts)",
)
_LINES = copying(
    BookingLine,
    {"id": "uuidv7()", "booking_id": "booking.id"},
    among="unnest(%s::uuid[]) AS booking (id)",
    where="alike.booking_id = %s",
)
_FIRST_STEPS = copying(
    TimelineEntry,
    {"id": "uuidv7()", "booking_id": "booking.id"},
    among="unnest(%s::uuid[]) AS booking (id)",
    where="alike.booking_id = %s AND alike.step = 1",
)
_NEXT_STEP = copying(
    TimelineEntry,
    {"id": "uuidv7()", "step": "alike.step + 1", "from_status": "alike.to_status"},
    where="alike.booking_id = %s ORDER BY alike.step DESC LIMIT 1",
)
EVENTS = """
INSERT INTO common_outboxevent (id, name, subject, data, key, subscribers, request_id, attempts)
SELECT uuidv7(), 'bench.' || %s, booking, '{}', booking::text || uuidv7(), '{}', '', 0
FROM unnest(%s::uuid[]) AS booking
"""


def booked(like: Booking, whose: Specialist, starts: Sequence[datetime]) -> Work:
    """A booking at each of the times, with its line, the first step of its timeline, its event and what it occupies."""
    ids, times, calendar = [new_id() for _ in starts], list(starts), whose.calendar
    return [
        (_CLAIM, [calendar.number, calendar.number, calendar.number, ids, times]),
        (_BOOKINGS, [whose.pk, calendar.pk, ids, times, like.pk]),
        (_LINES, [ids, like.pk]),
        (_FIRST_STEPS, [ids, like.pk]),
        (EVENTS, ["booked", ids]),
    ]


def moved(booking: Booking, start: datetime, number: int) -> Work:
    return [
        (_LOCK, [booking.pk]),
        (_MOVE, [start, start + HOUR, booking.pk]),
        (_NEXT_STEP, [booking.pk]),
        (EVENTS, ["moved", [booking.pk]]),
        (_RELEASE, [booking.pk]),
        (_CLAIM, [number, number, number, [booking.pk], [start]]),
    ]


def cancelled(booking: Booking) -> Work:
    return [
        (_LOCK, [booking.pk]),
        (_CANCEL, [booking.pk]),
        (_NEXT_STEP, [booking.pk]),
        (EVENTS, ["cancelled", [booking.pk]]),
        (_RELEASE, [booking.pk]),
    ]

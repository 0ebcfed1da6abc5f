"""How a specialist answers what is asked of them: read from the timelines, which nobody rewrites."""

from uuid import UUID

from django.db import connection

from catalog.models.standing import Answering

# Habits change: only what was asked lately tells anything, and no more of it is read.
LAST_APPOINTMENTS = 200

# A request is an appointment that waits for the specialist's word. It is answered when they say yes or no, and lapses
# when the platform has to end the waiting. Where customer or staff were faster it tells nothing, and is not counted.
_ANSWERS = """
SELECT count(*),
    count(*) FILTER (WHERE answer.role = 'specialist'),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM answer.created_at - asked.created_at) / 60)
        FILTER (WHERE answer.role = 'specialist')
FROM (
    SELECT id FROM bookings_booking WHERE specialist_id = %s AND kind = 'appointment'
    ORDER BY starts_at DESC LIMIT %s
) AS booking
JOIN bookings_timelineentry AS answer ON answer.booking_id = booking.id
    AND answer.from_status = 'pending' AND answer.action IN ('confirm', 'cancel')
    AND answer.role IN ('specialist', 'system')
JOIN LATERAL (
    SELECT created_at FROM bookings_timelineentry
    WHERE booking_id = booking.id AND to_status = 'pending' AND step < answer.step
        AND (from_status IS DISTINCT FROM to_status)
    ORDER BY step DESC LIMIT 1
) AS asked ON true
"""


def answering_of(specialist_id: UUID) -> Answering:
    """One query over the last appointments."""
    with connection.cursor() as cursor:
        cursor.execute(_ANSWERS, [specialist_id, LAST_APPOINTMENTS])
        requests, answered, minutes = cursor.fetchone()
    return Answering(requests, answered, None if minutes is None else max(0, round(minutes)))

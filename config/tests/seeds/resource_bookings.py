"""The resources' bookings, in camelCase and without an envelope: bodies of requests, and models of what is answered.

`user-123` and the others are ids of users here.
"""

from functools import partial

from config.tests.seeds.printed import Printed
from config.tests.seeds.stage_of_bookings import a_free_room, a_reservation, a_series

Answered = partial(Printed, camel=True, found_at=("data", "booking"), moved_for="envelope")
BOOKING = {
    "id": ...,
    "resourceId": ...,
    "title": ...,
    "description": ...,
    "startTime": ...,
    "endTime": ...,
    "isRecurring": ...,
    "recurrenceRule": ...,
    "createdBy": ...,
    "attendees": ...,
    "metadata": ...,
    "status": ...,
    "createdAt": ...,
    "updatedAt": ...,
}
EXCEPTION = {
    "id": ...,
    "bookingId": ...,
    "exceptionType": ...,
    "exceptionDate": ...,
    "newStartTime": ...,
    "newEndTime": ...,
    "newTitle": ...,
    "reason": ...,
    "createdAt": ...,
}
MEETING = {
    "resourceId": "{room}",
    "title": "Client Meeting",
    "description": "Quarterly review with ABC Corp",
    "startTime": "2025-01-20T10:00:00.000Z",
    "endTime": "2025-01-20T11:00:00.000Z",
    "createdBy": "{john}",
    "attendees": ["{john}", "{jane}"],
    "metadata": {"meetingType": "client", "priority": "high"},
}
STANDUP = {
    "resourceId": "{room}",
    "title": "Weekly Team Standup",
    "description": "Daily team synchronization",
    "startTime": "2025-01-20T09:00:00.000Z",
    "endTime": "2025-01-20T09:30:00.000Z",
    "createdBy": "{john}",
    "attendees": ["{john}", "{jane}"],
}

REQUESTS = [
    Answered(call="POST /bookings", given=a_free_room, sends=MEETING, status=201, told=BOOKING),
    *(
        Printed(
            call="POST /bookings/recurring",
            camel=True,
            given=a_free_room,
            sends=STANDUP | {"recurrenceRule": rule, "startTime": start, "endTime": end},
            status=201,
            told={"data": {"bookings": [BOOKING]}},
        )
        for rule, start, end in (
            ("FREQ=WEEKLY;COUNT=12;BYDAY=MO,TU,WE,TH,FR", STANDUP["startTime"], STANDUP["endTime"]),
            ("FREQ=DAILY;COUNT=5", STANDUP["startTime"], STANDUP["endTime"]),
            ("FREQ=WEEKLY;COUNT=8;BYDAY=MO,WE,FR", STANDUP["startTime"], STANDUP["endTime"]),
        )
    ),
    Answered(call="GET /bookings/{booking}", given=a_reservation, told=BOOKING, found_at=("data",)),
    Answered(call="PUT /bookings/{booking}", given=a_reservation, sends=MEETING, told=BOOKING, found_at=("data",)),
    Answered(
        call="DELETE /bookings/{booking}?reason=Not%20needed&notifyAttendees=true", given=a_reservation, told=BOOKING
    ),
    Answered(
        call="POST /bookings/{booking}/exceptions",
        given=a_series,
        sends={"exceptionType": "cancelled", "exceptionDate": "{day}", "reason": "Holiday - Office Closed"},
        status=201,
        told=EXCEPTION,
        found_at=("data", "exception"),
    ),
]

"""The resources' list and their free time, in camelCase and without an envelope: all of it is read within `data`."""

from functools import partial

from config.tests.seeds.printed import Printed
from config.tests.seeds.stage import a_room, a_room_that_is_taken

Bare = partial(Printed, camel=True, found_at=("data",), moved_for="envelope")
RESOURCE = {
    "id": ...,
    "name": ...,
    "type": ...,
    "capacity": ...,
    "location": ...,
    "amenities": ...,
    "businessHours": {"start": ..., "end": ...},
}
MORE_OF_A_RESOURCE = {"isActive": ..., "createdAt": ..., "updatedAt": ...}
CONFLICT = {"id": ..., "title": ..., "startTime": ..., "endTime": ...}
SLOTS = [
    {"startTime": "2025-01-20T09:00:00.000Z", "endTime": "2025-01-20T10:00:00.000Z"},
    {"startTime": "2025-01-20T14:00:00.000Z", "endTime": "2025-01-20T15:00:00.000Z"},
]
HOUR = {
    "resourceId": "{room}",
    "startTime": "2025-01-20T10:00:00.000Z",
    "endTime": "2025-01-20T11:00:00.000Z",
}

REQUESTS = [
    Bare(call="GET /health", by="nobody", told={"status": ..., "timestamp": ..., "version": ..., "uptime": ...}),
    Bare(
        call="GET /resources",
        given=a_room,
        sends={"page": 1, "limit": 20, "type": "meeting_room"},
        told={"resources": [RESOURCE], "pagination": {"page": ..., "limit": ..., "total": ..., "pages": ...}},
        lost={"pagination.pages": "one pagination"},
    ),
    Bare(call="GET /resources/{room}", given=a_room, told=RESOURCE | MORE_OF_A_RESOURCE),
    Bare(
        call="GET /availability",
        given=a_room,
        sends=HOUR,
        told={
            "available": ...,
            "resourceId": ...,
            "startTime": ...,
            "endTime": ...,
            "conflicts": ...,
            "duration": ...,
            "resourceName": ...,
        },
    ),
    Bare(
        call="POST /availability/bulk",
        given=a_room_that_is_taken,
        sends={"resourceId": "{room}", "timeSlots": SLOTS},
        told={"results": [{"startTime": ..., "endTime": ..., "available": ..., "conflicts": [CONFLICT]}]},
    ),
    Bare(call="GET /conflicts", given=a_room_that_is_taken, sends=HOUR, told={"conflicts": [CONFLICT]}),
    *(
        Bare(
            call="GET /conflicts",
            given=a_room_that_is_taken,
            sends=HOUR | {"recurrenceRule": rule},
            told={"conflicts": [CONFLICT]},
        )
        for rule in ("FREQ=DAILY;COUNT=5", "FREQ=WEEKLY;COUNT=8;BYDAY=MO,WE,FR")
    ),
]

"""The appointments API, called by a service; bodies without an envelope are read within `data`."""

from functools import partial

from config.tests.seeds.printed import Printed
from config.tests.seeds.stage import (
    a_client,
    a_client_with_an_appointment,
    a_professional,
    a_professional_with_a_password,
)

Called = partial(Printed, by="service", found_at=("data",), moved_for="envelope")
CLIENT = {
    "id": ...,
    "first_name": ...,
    "last_name": ...,
    "chat_id": ...,
    "phone_number": ...,
    "created_at": ...,
}
APPOINTMENT = {
    "id": ...,
    "professional_id": ...,
    "professional_name": ...,
    "start_time": ...,
    "end_time": ...,
    "status": ...,
    "created_at": ...,
}
CANCELLED = {"id": ..., "status": ..., "cancellation_reason": ..., "cancelled_by": ..., "updated_at": ...}
SLOT = {"start_time": ..., "end_time": ..., "available": ...}

REQUESTS = [
    Called(
        call="POST /clients/register",
        sends={
            "first_name": "John",
            "last_name": "Doe",
            "chat_id": 123456789,
            "phone_number": "+1234567890",
        },
        status=201,
        told=CLIENT,
    ),
    Called(
        call="GET /clients/{client}/appointments",
        given=a_client_with_an_appointment,
        told={"appointments": [APPOINTMENT]},
    ),
    Called(
        call="GET /clients/{client}/appointments",
        given=a_client_with_an_appointment,
        sends={"status": "pending"},
        told={"appointments": [APPOINTMENT]},
    ),
    Called(
        call="PATCH /clients/{client}/appointments/{appointment_id}/cancel",
        given=a_client_with_an_appointment,
        sends={"cancellation_reason": "Need to reschedule"},
        told=CANCELLED,
    ),
    Called(
        call="GET /professionals",
        given=a_professional,
        told={
            "professionals": [
                {"id": ..., "first_name": ..., "last_name": ..., "username": ..., "phone_number": ...},
            ]
        },
    ),
    Called(
        call="POST /professionals/sign_in",
        given=a_professional_with_a_password,
        sends={"username": "{username}", "password": "password123", "chat_id": 987654321},
        told={"id": ..., "first_name": ..., "last_name": ..., "username": ..., "chat_id": ...},
    ),
    Called(
        call="GET /professionals/{professional}/appointments",
        given=a_client_with_an_appointment,
        sends={"status": "pending"},
        told={"appointments": [APPOINTMENT]},
    ),
    Called(
        call="PATCH /professionals/{professional}/appointments/{appointment_id}/confirm",
        given=a_client_with_an_appointment,
        told={"id": ..., "status": ..., "updated_at": ...},
    ),
    Called(
        call="PATCH /professionals/{professional}/appointments/{appointment_id}/cancel",
        given=a_client_with_an_appointment,
        sends={"cancellation_reason": "Emergency - need to reschedule"},
        told=CANCELLED,
    ),
    Called(
        call="POST /professionals/{professional}/unavailable_appointments",
        given=a_professional,
        sends={
            "start_at": "2024-01-20T09:00:00Z",
            "end_at": "2024-01-20T17:00:00Z",
            "description": "Conference attendance",
        },
        status=201,
        told={"id": ..., "type": ..., "start_time": ..., "end_time": ..., "description": ...},
    ),
    Called(
        call="GET /professionals/{professional}/availability",
        given=a_professional,
        sends={"date": "2024-01-15"},
        told={"date": ..., "professional_id": ..., "slots": [SLOT]},
    ),
    Called(
        call="GET /professionals/{professional}/appointments/dates",
        given=a_professional,
        sends={"month": "2024-01"},
        told={"month": ..., "dates": ...},
    ),
    Called(
        call="POST /appointments",
        given=a_client,
        sends={
            "client_id": "{client}",
            "professional_id": "{professional}",
            "start_time": "2024-01-15T10:00:00Z",
            "end_time": "2024-01-15T11:00:00Z",
            "description": "Regular checkup",
        },
        status=201,
        told={
            "id": ...,
            "client_id": ...,
            "professional_id": ...,
            "start_time": ...,
            "end_time": ...,
            "status": ...,
            "type": ...,
            "created_at": ...,
        },
    ),
]

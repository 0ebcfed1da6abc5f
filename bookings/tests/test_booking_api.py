"""POST /bookings: both bodies and every word of the seeds, keys, limits, and what is left to others."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from bookings.models import Booking
from bookings.tests.api_calls import (
    BOOKINGS,
    ELEVEN,
    appointment_of,
    booked,
    post,
    reservation_of,
)
from bookings.tests.factories import appointment, in_force, offered, reservation, somebody
from catalog.models import Resource, Service
from catalog.tests.factories import at
from common.tests.probe.client import CAMEL, client_of, detail_codes, refused

pytestmark = pytest.mark.django_db


def test_an_appointment_is_booked_and_shown(alice: User, consultation: Service) -> None:
    response = post(alice, appointment_of(consultation, notes="About marketing", payment_method="cash"))

    shown = booked(response, 201)
    booking = Booking.objects.get()
    assert response["Location"] == f"{BOOKINGS}/{booking.pk}"
    assert response["ETag"]
    own = {"created_at", "updated_at", "number", "booking_number", "id"}
    assert {name: shown[name] for name in shown if name not in own} == {
        "kind": "appointment",
        "status": "pending",
        "payment_status": "unpaid",
        "payment_method": "cash",
        "service": {"id": str(consultation.pk), "name": "Consultation", "duration": 60},
        "specialist": {
            "id": str(consultation.owner_id),
            "name": "Bob's",
            "business_name": "Bob's",
            "first_name": "Bob",
            "last_name": "",
            "avatar": None,
        },
        "service_id": str(consultation.pk),
        "specialist_id": str(consultation.owner_id),
        "resource_id": None,
        "customer_id": str(alice.pk),
        "created_by": str(alice.pk),
        "scheduled_at": "2026-03-03T04:30:00Z",
        "booking_date": "2026-03-03",
        "booking_time": "10:00",
        "duration": 60,
        "total_amount": "1770.00",
        "grand_total": "1770.00",
        "deposit_amount": "0.00",
        "deposit_paid": False,
        "resource": None,
        "customer": {"id": str(alice.pk), "name": "Alice"},
        "start_time": "2026-03-03T04:30:00Z",
        "end_time": "2026-03-03T05:30:00Z",
        "timezone": "Asia/Kolkata",
        "duration_minutes": 60,
        "title": "",
        "description": "",
        "notes": "About marketing",
        "attendees": [],
        "metadata": {},
        "answers": {},
        "services": [
            {
                "id": str(consultation.pk),
                "name": "Consultation",
                "quantity": 1,
                "duration_minutes": 60,
                "unit_price": "1500.00",
                "total": "1500.00",
            }
        ],
        "address": None,
        "contact": None,
        "meeting_link": "",
        "preparation_notes": "",
        "completion_notes": "",
        "deliverables": [],
        "pricing": {
            "currency": "INR",
            "subtotal": "1500.00",
            "savings": "0.00",
            "discount": "0.00",
            "tax": "270.00",
            "total": "1770.00",
            "points": "0.00",
            "credit": "0.00",
            "deposit": "0.00",
            "cancellation_fee": "0.00",
        },
        "series_id": None,
        "recurrence_id": None,
        "is_recurring": False,
        "recurrence_rule": None,
        "is_modified": False,
        "cancellation": None,
        "expires_at": None,
        "confirmed_at": None,
        "started_at": None,
        "completed_at": None,
        "can_cancel": True,
        "cancellation_deadline": "2026-03-02T04:30:00Z",
        "cancellation_fee_now": "0.00",
        "allowed_actions": ["cancel", "reschedule", "change"],
    }
    assert shown["id"] == str(booking.pk)
    assert (shown["number"], shown["booking_number"]) == (booking.number, booking.number)


def test_the_first_seeds_printed_request(alice: User, consultation: Service) -> None:
    body = {
        "serviceId": str(consultation.pk),
        "specialistId": str(consultation.owner_id),
        "scheduledAt": "2026-03-15T10:00:00Z",
        "duration": 60,
        "notes": "Looking for help with marketing strategy",
        "paymentMethodId": "pm_stripe_id",
    }

    shown = booked(post(alice, body, Accept=CAMEL), 201)

    assert (shown["startTime"], shown["durationMinutes"], shown["specialist"]["name"]) == (
        "2026-03-15T10:00:00Z",
        60,
        "Bob's",
    )


def test_the_third_seeds_printed_request(alice: User, lotus: Resource) -> None:
    body = {
        "resourceId": str(lotus.pk),
        "title": "Client Meeting",
        "description": "Quarterly review with ABC Corp",
        "startTime": "2026-03-20T10:00:00.000Z",
        "endTime": "2026-03-20T11:00:00.000Z",
        "createdBy": str(alice.pk),
        "attendees": ["user-123", "user-456"],
        "metadata": {"meetingType": "client", "priority_level": "high"},
    }

    shown = booked(post(alice, body, Accept=CAMEL), 201)

    assert (shown["status"], shown["title"], shown["attendees"]) == (
        "confirmed",
        "Client Meeting",
        ["user-123", "user-456"],
    )
    # E342: keys that the client chose stay as they are.
    assert shown["metadata"] == {"meetingType": "client", "priority_level": "high"}


def test_a_time_that_is_taken_is_named_and_nothing_else_of_it(alice: User, lotus: Resource) -> None:
    """E022 by one, A122."""
    reservation(lotus, alice=somebody("Charlie"), title="Secret merger")
    body = reservation_of(lotus, start_time="2026-03-03T10:59:59.999999+05:30", end_time="2026-03-03T12:00:00+05:30")

    response = post(alice, body)

    error = refused(response, 409, "BOOKING_CONFLICT")
    assert error["conflicts"] == [{"start_time": "2026-03-03T04:30:00Z", "end_time": "2026-03-03T05:30:00Z"}]
    assert b"Secret" not in response.content
    assert b"Charlie" not in response.content
    assert Booking.objects.count() == 1


def test_the_next_list_of_slots_knows_what_was_taken(alice: User, consultation: Service) -> None:
    """E044."""
    post(somebody("Charlie"), appointment_of(consultation))
    path = f"/api/v1/specialists/{consultation.owner_id}/availability"
    query = {"start_date": "2026-03-03", "end_date": "2026-03-03", "service_id": str(consultation.pk)}

    refused(post(alice, appointment_of(consultation)), 409, "BOOKING_CONFLICT")
    [day] = Client().get(path, query).json()["data"]["available_slots"]

    taken = [slot["local_start_time"] for slot in day["slots"] if not slot["available"]]
    assert taken == ["09:30", "10:00", "10:30"]


def test_the_questions_of_a_service_are_answered(alice: User) -> None:
    asking = offered(intake_questions=[{"question": "Any allergies?", "type": "text", "required": True}])

    refusal = refused(post(alice, appointment_of(asking)), 400, "VALIDATION_ERROR")
    shown = booked(post(alice, appointment_of(asking, answers={"Any allergies?": "Nuts"})), 201)

    assert detail_codes(refusal) == {"answers.Any allergies?": "REQUIRED"}
    assert shown["answers"] == {"Any allergies?": "Nuts"}


def test_a_repeated_request_under_its_key_is_answered_byte_by_byte(alice: User, lotus: Resource) -> None:
    headers = {"Idempotency-Key": "k1"}

    first, second = (post(alice, reservation_of(lotus), **headers) for _ in range(2))
    other = post(alice, reservation_of(lotus, title="Other"), **headers)

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert second["Idempotent-Replayed"] == "true"
    refused(other, 422, "IDEMPOTENCY_KEY_REUSED")
    assert Booking.objects.count() == 1


def test_a_second_click_without_a_key_is_one_booking(alice: User, consultation: Service) -> None:
    """E035."""
    first, second = (booked(post(alice, appointment_of(consultation)), 201) for _ in range(2))

    assert first == second
    assert Booking.objects.count() == 1


def test_bookings_are_limited_by_the_minute(alice: User, lotus: Resource, settings: Any) -> None:
    settings.RATE_LIMITS = True
    in_force(bookings_per_minute=1)

    post(alice, reservation_of(lotus))
    response = post(alice, reservation_of(lotus, start_time=ELEVEN, end_time="2026-03-03T12:00:00+05:30"))

    refused(response, 429, "RATE_LIMIT_EXCEEDED")
    assert response["Retry-After"]
    assert Booking.objects.count() == 1


def statements(queries: CaptureQueriesContext) -> list[str]:
    """What the database was asked, without the bounds of transactions."""
    return [
        query["sql"].split(None, 1)[0]
        for query in queries
        if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))
    ]


def test_booking_takes_few_statements(alice: User, consultation: Service, lotus: Resource) -> None:
    appointment(consultation, at("15:00"))
    bodies: list[dict[str, Any]] = [appointment_of(consultation), reservation_of(lotus)]
    for body in bodies:
        client = client_of(alice)
        with CaptureQueriesContext(connection) as queries:
            booked(client.post(BOOKINGS, body, "application/json"), 201)
        assert len(statements(queries)) <= 8, [query["sql"][:200] for query in queries]


def test_the_slots_of_a_service_leave_out_the_time_of_its_room(alice: User, lotus: Resource) -> None:
    """E042: what is shown as free can be booked, and nothing else."""
    consultation = offered(room=lotus)
    reservation(lotus, alice=somebody("Charlie"))
    path = f"/api/v1/specialists/{consultation.owner_id}/availability"
    query = {"start_date": "2026-03-03", "end_date": "2026-03-03", "service_id": str(consultation.pk)}

    [day] = Client().get(path, query).json()["data"]["available_slots"]

    reasons = {slot["local_start_time"]: slot.get("reason") for slot in day["slots"]}
    assert {start for start, reason in reasons.items() if reason} == {"09:30", "10:00", "10:30"}
    assert set(reasons.values()) == {None, "booked"}
    refused(post(alice, appointment_of(consultation)), 409, "BOOKING_CONFLICT")
    booked(post(alice, appointment_of(consultation, start_time=ELEVEN)), 201)

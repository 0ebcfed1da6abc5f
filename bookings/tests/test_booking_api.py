"""POST /bookings: both bodies, every word of the seeds, and what is refused by which field."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from bookings.models import Booking, TimelineEntry
from bookings.tests.api_calls import BOOKINGS, ELEVEN, TEN, appointment_of, booked, post, reservation_of
from bookings.tests.factories import appointment, in_force, offered, reservation, somebody
from catalog.models import Occupancy, Resource, Service
from catalog.tests.factories import at, room, service, specialist
from common.ids import new_id
from common.tests.probe.client import CAMEL, client_of, detail_codes, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    return somebody("Alice")


@pytest.fixture
def consultation() -> Service:
    return offered()


@pytest.fixture
def lotus() -> Resource:
    return room()


def nothing_is_booked() -> bool:
    return not (Booking.objects.exists() or Occupancy.objects.exists() or TimelineEntry.objects.exists())


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


@pytest.mark.parametrize(
    ("more", "codes"),
    [
        ({"specialist_id": "another"}, {"specialist_id": "SPECIALIST_MISMATCH"}),
        ({"duration": 90}, {"duration": "DURATION_MISMATCH"}),
        ({"amount": "1500.00"}, {"amount": "AMOUNT_MISMATCH"}),
        ({"created_by": "another"}, {"created_by": "CREATED_BY_MISMATCH"}),
        ({"duration": 90, "amount": 1}, {"duration": "DURATION_MISMATCH", "amount": "AMOUNT_MISMATCH"}),
    ],
)
def test_what_a_client_believes_is_checked_and_never_obeyed(
    alice: User, consultation: Service, more: dict[str, Any], codes: dict[str, str]
) -> None:
    more = {name: str(specialist("Carol").pk) if value == "another" else value for name, value in more.items()}

    error = refused(post(alice, appointment_of(consultation, **more)), 422, "BUSINESS_RULE_VIOLATION")

    assert detail_codes(error) == codes
    assert nothing_is_booked()


@pytest.mark.parametrize("amount", ["1770.00", "1770", 1770])
def test_the_right_amount_passes(alice: User, consultation: Service, amount: Any) -> None:
    booked(post(alice, appointment_of(consultation, amount=amount)), 201)


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"start_time": None}, {"start_time": "NULL"}),
        ({"start_time": "2026-03-03T10:00:00"}, {"start_time": "TIMEZONE_REQUIRED"}),
        ({"start_time": "2026-03-03T10:00:00-00:00"}, {"start_time": "TIMEZONE_REQUIRED"}),
        ({"start_time": "0001-01-01T00:00:00Z"}, {"start_time": "OUT_OF_RANGE"}),
        ({"start_time": "9999-12-31T23:59:59Z"}, {"start_time": "OUT_OF_RANGE"}),
        ({"start_time": "2026-03-03T24:00:00Z"}, {"start_time": "INVALID"}),
        ({"start_time": "2026-03-03T10:00:60Z"}, {"start_time": "INVALID"}),
        ({"start_time": "2026-03-03T10:00:00+99:99"}, {"start_time": "INVALID"}),
        ({"start_time": "2026-W10-2T10:00:00Z"}, {"start_time": "INVALID"}),
        ({"start_time": 1772510400}, {"start_time": "INVALID"}),
        ({"scheduled_at": ELEVEN}, {"scheduled_at": "AMBIGUOUS"}),
        ({"startTime": ELEVEN}, {"start_time": "AMBIGUOUS"}),
        ({"service_id": "1"}, {"service_id": "INVALID"}),
        ({"resource_id": str(new_id())}, {"resource_id": "AMBIGUOUS"}),
        ({"duration": 0}, {"duration": "MIN_VALUE"}),
        ({"duration": -60}, {"duration": "MIN_VALUE"}),
        ({"duration": 10**10}, {"duration": "MAX_VALUE"}),
        ({"duration": 10**12}, {"duration": "MAX_VALUE"}),
        ({"amount": "-1"}, {"amount": "INVALID"}),
        ({"amount": "1e3"}, {"amount": "INVALID"}),
        ({"amount": True}, {"amount": "INVALID"}),
        ({"payment_method": "crypto"}, {"payment_method": "INVALID_CHOICE"}),
        ({"notes": "x" * 2001}, {"notes": "MAX_LENGTH"}),
        ({"notes": "\u202e"}, {"notes": "INVALID_CHARACTER"}),
        ({"title": "x" * 201}, {"title": "MAX_LENGTH"}),
        ({"attendees": ["a"] * 101}, {"attendees": "MAX_LENGTH"}),
        ({"metadata": []}, {"metadata": "NOT_A_MAP"}),
        ({"status": "confirmed"}, {"status": "UNKNOWN_FIELD"}),
        ({"customer_id": str(new_id())}, {"customer_id": "UNKNOWN_FIELD"}),
        ({"booking_date": "2026-03-03"}, {"booking_time": "REQUIRED"}),
        ({"booking_date": "2026-03-03", "booking_time": "10:00"}, {"booking_date": "AMBIGUOUS"}),
    ],
)
def test_an_appointment_that_makes_no_sense_is_refused(
    alice: User, consultation: Service, change: dict[str, Any], codes: dict[str, str]
) -> None:
    """E014, A118, A119, A121."""
    error = refused(post(alice, appointment_of(consultation, **change)), 400, "VALIDATION_ERROR")

    assert detail_codes(error) == codes
    assert nothing_is_booked()


@pytest.mark.parametrize(
    ("change", "status", "codes"),
    [
        ({"end_time": TEN}, 400, {"end_time": "RANGE"}),
        ({"end_time": "2026-03-03T09:00:00+05:30"}, 400, {"end_time": "RANGE"}),
        ({"end_time": "2026-03-03T10:00:01+05:30"}, 422, {"end_time": "DURATION"}),
        ({"end_time": "2036-03-03T10:00:00+05:30"}, 422, {"end_time": "DURATION"}),
        ({"end_time": "2026-03-04T10:00:00+05:30"}, 422, {"start_time": "OUTSIDE_BUSINESS_HOURS"}),
        ({"end_time": "2026-03-03T17:30:00+05:30"}, 422, {"start_time": "OUTSIDE_BUSINESS_HOURS"}),
        ({"end_time": "2026-03-03T10:59:00+05:30"}, 201, {}),
        ({"title": ""}, 400, {"title": "REQUIRED"}),
        ({"answers": {}}, 400, {"answers": "UNKNOWN_FIELD"}),
        ({"specialist_id": str(new_id())}, 400, {"specialist_id": "UNKNOWN_FIELD"}),
        ({"duration": 45}, 422, {"duration": "DURATION_MISMATCH"}),
    ],
)
def test_a_reservation_has_an_end_after_its_start(
    alice: User, lotus: Resource, change: dict[str, Any], status: int, codes: dict[str, str]
) -> None:
    """E021, E040, A122."""
    response = post(alice, reservation_of(lotus, **change))

    assert response.status_code == status, response.content
    assert detail_codes(response.json().get("error", {"details": []})) == codes
    assert nothing_is_booked() is bool(codes)


def test_something_has_to_be_named(alice: User) -> None:
    assert detail_codes(refused(post(alice, {}), 400, "VALIDATION_ERROR")) == {"service_id": "REQUIRED"}
    bodies: list[Any] = [[], "x", None]
    for body in bodies:
        assert post(alice, body).status_code == 400


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


def test_hidden_and_absent_services_and_resources_are_refused_alike(alice: User, consultation: Service) -> None:
    """A004."""
    hidden = [service(consultation.owner, is_active=False).pk, service(None, is_active=False).pk, new_id()]
    closed = [room(is_active=False).pk, new_id()]

    refusals = [
        refused(post(alice, {"service_id": str(pk), "start_time": TEN}), 422, "BUSINESS_RULE_VIOLATION")
        for pk in hidden
    ]
    others = [
        refused(post(alice, {**reservation_of(room(name="x")), "resource_id": str(pk)}), 422, "BUSINESS_RULE_VIOLATION")
        for pk in closed
    ]

    assert {str((each["message"], each["details"])) for each in refusals} == {
        str(
            (
                refusals[0]["message"],
                [{"field": "service_id", "message": refusals[0]["message"], "code": "NOT_BOOKABLE"}],
            )
        )
    }
    assert len({str((each["message"], each["details"])) for each in others}) == 1
    assert nothing_is_booked()


def test_a_service_of_the_platform_is_told_to_go_by_the_checkout(alice: User) -> None:
    error = refused(post(alice, appointment_of(service(None))), 422, "BUSINESS_RULE_VIOLATION")

    assert detail_codes(error) == {"service_id": "CHECKOUT_ONLY"}


def test_nobody_books_without_a_sign_in(consultation: Service) -> None:
    refused(post(None, appointment_of(consultation)), 401, "AUTHENTICATION_REQUIRED")

    assert nothing_is_booked()


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

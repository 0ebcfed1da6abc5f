"""POST /bookings: what is refused, by which field, and that nothing is booked then."""

from typing import Any

import pytest

from accounts.models import User
from bookings.tests.api_calls import (
    ELEVEN,
    TEN,
    appointment_of,
    booked,
    nothing_is_booked,
    post,
    reservation_of,
)
from catalog.models import Resource, Service
from catalog.tests.factories import room, service, specialist
from common.ids import new_id
from common.tests.probe.client import detail_codes, refused

pytestmark = pytest.mark.django_db


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

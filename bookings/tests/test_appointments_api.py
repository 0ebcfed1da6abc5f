"""The appointments API: for whom services act, and that they book by everybody's rules."""

import json
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.enums import ServiceScope
from accounts.models import ServiceAccount, User
from accounts.services import NewClient, register_client
from accounts.tests.services_cast import clinic, keyed, with_key
from bookings.enums import Source
from bookings.models import Booking, TimelineEntry
from bookings.tests.appointments_cast import CHAT, OWN, ROOT, call, in_use, john, signed_in, told, wish
from bookings.tests.conftest import Travel
from bookings.tests.factories import appointment, in_force, offered, somebody
from catalog.models import Service
from catalog.tests.factories import at, service
from common.api.docs import document
from common.ids import new_id
from common.tests.probe.client import client_of, detail_codes, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinics() -> ServiceAccount:
    """A service that may do everything but act for people at large."""
    return in_use(clinic(*OWN))


@pytest.fixture
def trusted() -> ServiceAccount:
    return in_use(clinic(*ServiceScope))


# Clients


def test_registering_again_answers_the_same_client(clinics: ServiceAccount) -> None:
    body = {"first_name": "John", "last_name": "Doe", "chat_id": CHAT, "phone_number": "+91 98765 43210"}

    first = told(call("post", "/clients/register", body), 201)
    again = told(call("post", "/clients/register", {"first_name": "J", "phone_number": "+919876543210"}))

    assert first == again
    assert {name: first[name] for name in body} == {**body, "phone_number": "+919876543210"}


def test_a_known_number_is_answered_like_an_unknown_one(clinics: ServiceAccount) -> None:
    somebody("Alice")
    User.objects.update(phone_number="+919876543210", telegram_id=CHAT)

    known, unknown = (
        told(call("post", "/clients/register", {"first_name": "A", "chat_id": chat, "phone_number": number}), 201)
        for chat, number in ((CHAT, "+919876543210"), (CHAT + 1, "+919876543211"))
    )

    assert set(known) == set(unknown)
    assert str(User.objects.get(email="alice@example.com").pk) not in str(known)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"first_name": "John"}, "phone_number"),
        ({"first_name": "John", "chat_id": 0}, "chat_id"),
        ({"first_name": "John", "chat_id": 2**52 + 1}, "chat_id"),
        ({"first_name": "John", "chat_id": True}, "chat_id"),
        ({"first_name": "John", "phone_number": "12"}, "phone_number"),
        ({"chat_id": CHAT}, "first_name"),
        ({"first_name": "John", "chat_id": CHAT, "telegram_id": 5}, "telegram_id"),
    ],
    ids=["nothing", "zero", "too many bits", "truth", "short", "no name", "unknown"],
)
def test_who_cannot_be_registered(clinics: ServiceAccount, body: dict[str, Any], field: str) -> None:
    error = refused(call("post", "/clients/register", body), 400, "VALIDATION_ERROR")

    assert set(detail_codes(error)) == {field}
    assert not User.objects.exists()


# For whom a service acts


def test_without_act_for_strangers_and_nobody_are_refused_alike(clinics: ServiceAccount) -> None:
    """E292."""
    booking = appointment()
    alice, bob = booking.customer, booking.specialist
    assert bob is not None
    john(clinics)
    answers = []
    for client, professional in ((alice.pk, bob.pk), (new_id(), new_id())):
        for method, path in (
            ("get", f"/clients/{client}/appointments"),
            ("patch", f"/clients/{client}/appointments/{booking.pk}/cancel"),
            ("get", f"/professionals/{professional}/appointments"),
            ("patch", f"/professionals/{professional}/appointments/{booking.pk}/confirm"),
            ("patch", f"/professionals/{professional}/appointments/{booking.pk}/cancel"),
        ):
            answers.append(refused(call(method, path), 403, "INSUFFICIENT_PERMISSIONS")["message"])
        body = {"start_at": "2026-03-04T10:00:00Z", "end_at": "2026-03-04T11:00:00Z"}
        away = call("post", f"/professionals/{professional}/unavailable_appointments", body)
        answers.append(refused(away, 403, "INSUFFICIENT_PERMISSIONS")["message"])
        asked = wish(User(pk=client), booking.service or Service())
        answers.append(refused(call("post", "/appointments", asked), 403, "INSUFFICIENT_PERMISSIONS")["message"])

    assert len(set(answers)) == 1
    assert Booking.objects.get().status == "pending"


def test_another_services_client_is_a_stranger(clinics: ServiceAccount) -> None:
    other = john(clinic(*OWN, name="Call centre"))

    refused(call("get", f"/clients/{other.pk}/appointments"), 403, "INSUFFICIENT_PERMISSIONS")


def test_with_act_for_anybody_but_staff_is_acted_for(trusted: ServiceAccount) -> None:
    booking = appointment()
    dana = User.objects.create_user("dana@example.com", is_staff=True)

    shown = told(call("get", f"/clients/{booking.customer_id}/appointments"))["appointments"]

    assert [each["id"] for each in shown] == [str(booking.pk)]
    refused(call("get", f"/clients/{dana.pk}/appointments"), 403, "INSUFFICIENT_PERMISSIONS")
    refused(call("get", f"/clients/{new_id()}/appointments"), 404, "RESOURCE_NOT_FOUND")


def test_the_header_and_the_path_name_one_person(trusted: ServiceAccount) -> None:
    alice, charlie = somebody("Alice"), somebody("Charlie")

    answers = [
        with_key(**{"X-Act-For": str(each.pk)}).get(f"{ROOT}/clients/{alice.pk}/appointments").status_code
        for each in (alice, charlie)
    ]

    assert answers == [200, 400]


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        (ServiceScope.CLIENTS_REGISTER, "post", "/clients/register"),
        (ServiceScope.APPOINTMENTS_READ, "get", "/clients/{id}/appointments"),
        (ServiceScope.APPOINTMENTS_WRITE, "patch", "/clients/{id}/appointments/{id}/cancel"),
        (ServiceScope.APPOINTMENTS_READ, "get", "/professionals"),
        (ServiceScope.APPOINTMENTS_WRITE, "post", "/professionals/sign_in"),
        (ServiceScope.APPOINTMENTS_READ, "get", "/professionals/{id}/appointments"),
        (ServiceScope.APPOINTMENTS_WRITE, "patch", "/professionals/{id}/appointments/{id}/confirm"),
        (ServiceScope.APPOINTMENTS_WRITE, "patch", "/professionals/{id}/appointments/{id}/cancel"),
        (ServiceScope.APPOINTMENTS_WRITE, "post", "/professionals/{id}/unavailable_appointments"),
        (ServiceScope.APPOINTMENTS_READ, "get", "/professionals/{id}/availability"),
        (ServiceScope.APPOINTMENTS_READ, "get", "/professionals/{id}/appointments/dates"),
        (ServiceScope.APPOINTMENTS_WRITE, "post", "/appointments"),
    ],
)
def test_each_call_takes_its_scope_also_of_services_that_act_for_everybody(
    scope: ServiceScope, method: str, path: str
) -> None:
    keyed(clinic(*(set(ServiceScope) - {scope})))

    refused(call(method, path.replace("{id}", str(new_id()))), 403, "INSUFFICIENT_PERMISSIONS")


# Booking


def test_an_appointment_from_registering_to_cancelling(clinics: ServiceAccount) -> None:
    consultation = offered()
    client = john(clinics)
    signed_in(clinics, consultation.owner)
    mine, theirs = f"/clients/{client.pk}/appointments", f"/professionals/{consultation.owner_id}/appointments"

    made = told(call("post", "/appointments", wish(client, consultation, description="Checkup")), 201)
    pending = told(call("get", theirs, {"status": "pending"}))["appointments"]
    confirmed = told(call("patch", f"{theirs}/{made['id']}/confirm"))
    cancelled = told(call("patch", f"{mine}/{made['id']}/cancel", {"cancellation_reason": "I am ill."}))

    assert (made["status"], made["description"], made["client_name"]) == ("pending", "Checkup", "John Doe")
    assert pending == [made]
    assert confirmed["status"] == "confirmed"
    assert (cancelled["status"], cancelled["cancelled_by"], cancelled["cancellation_reason"]) == (
        "cancelled",
        "client",
        "I am ill.",
    )
    booking = Booking.objects.get()
    assert (booking.source, booking.customer_id, booking.booked_by_id) == (Source.SERVICE, client.pk, client.pk)
    steps = TimelineEntry.objects.order_by("step").values_list("action", "role", "actor")
    assert consultation.owner is not None
    assert list(steps) == [
        ("create", "customer", client.pk),
        ("confirm", "specialist", consultation.owner.user_id),
        ("cancel", "customer", client.pk),
    ]


def test_booking_costs_few_statements(
    clinics: ServiceAccount, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    consultation = offered()
    client = john(clinics)

    # The key, whether the client is known, the client, and the services of that length; five more to book it.
    with django_assert_num_queries(9):
        told(call("post", "/appointments", wish(client, consultation)), 201)


def test_the_professional_cancels_for_nothing(clinics: ServiceAccount, travel: Travel) -> None:
    booking = appointment(alice=john(clinics))
    signed_in(clinics, booking.specialist)
    travel(at("09:59"))

    path = f"/professionals/{booking.specialist_id}/appointments/{booking.pk}/cancel"
    cancelled = told(call("patch", path, {"cancellation_reason": "Emergency"}))

    assert cancelled["cancelled_by"] == "professional"
    assert Booking.objects.get().cancellation_fee_minor == 0


def test_steps_that_the_lifecycle_refuses_are_refused_here(clinics: ServiceAccount, travel: Travel) -> None:
    booking = appointment(alice=john(clinics))
    signed_in(clinics, booking.specialist)
    theirs = f"/professionals/{booking.specialist_id}/appointments/{booking.pk}"
    told(call("patch", f"{theirs}/confirm"))
    refused(call("patch", f"{theirs}/confirm"), 409, "INVALID_TRANSITION")
    travel(at("10:01"))

    late = call("patch", f"/clients/{booking.customer_id}/appointments/{booking.pk}/cancel")

    refused(late, 422, "CANCELLATION_NOT_ALLOWED")


def test_somebody_elses_appointment_is_not_there(clinics: ServiceAccount) -> None:
    client = john(clinics)
    consultation = offered()
    alices = appointment(consultation)
    priyas = appointment(offered("Priya"), alice=client)
    signed_in(clinics, consultation.owner)

    refused(call("patch", f"/clients/{client.pk}/appointments/{alices.pk}/cancel"), 404, "RESOURCE_NOT_FOUND")
    theirs = f"/professionals/{consultation.owner_id}/appointments/{priyas.pk}"
    for step in ("confirm", "cancel"):
        refused(call("patch", f"{theirs}/{step}"), 404, "RESOURCE_NOT_FOUND")


def test_the_service_is_found_by_its_length_or_has_to_be_named(clinics: ServiceAccount) -> None:
    consultation = offered(minutes=60)
    short = service(consultation.owner, 30, name="Short")
    elsewhere = offered("Priya", 45)
    client = john(clinics)

    def answer(**more: Any) -> Any:
        return call("post", "/appointments", wish(client, consultation, **more))

    half_past = "2026-03-03T10:30:00+05:30"
    refusals = [
        answer(end_time="2026-03-03T10:45:00+05:30"),
        answer(end_time="2026-03-03T10:30:30+05:30"),
        answer(professional_id=str(new_id())),
        answer(service_id=str(short.pk)),
        answer(service_id=str(elsewhere.pk), end_time="2026-03-03T10:45:00+05:30"),
        answer(service_id=str(new_id())),
    ]
    assert [detail_codes(refused(each, 422, "BUSINESS_RULE_VIOLATION")) for each in refusals] == [
        {"end_time": "NO_SERVICE_OF_THIS_LENGTH"},
        {"end_time": "NO_SERVICE_OF_THIS_LENGTH"},
        {"end_time": "NO_SERVICE_OF_THIS_LENGTH"},
        {"end_time": "DURATION_MISMATCH"},
        {"service_id": "NOT_BOOKABLE"},
        {"service_id": "NOT_BOOKABLE"},
    ]
    assert told(answer(end_time=half_past), 201)["service"]["id"] == str(short.pk)

    other = service(consultation.owner, 30, name="Another short one")
    ambiguous = answer(start_time="2026-03-03T11:00:00+05:30", end_time="2026-03-03T11:30:00+05:30")
    assert detail_codes(refused(ambiguous, 422, "BUSINESS_RULE_VIOLATION")) == {"service_id": "SEVERAL_SERVICES"}
    named = answer(start_time="2026-03-03T11:00:00+05:30", end_time=None, service_id=str(other.pk))
    assert told(named, 201)["end_time"] == "2026-03-03T06:00:00Z"


def test_the_calendars_rules_hold_for_services(clinics: ServiceAccount) -> None:
    consultation = offered()
    client = john(clinics)
    appointment(consultation)

    taken = call("post", "/appointments", wish(client, consultation))
    at_night = call(
        "post",
        "/appointments",
        wish(client, consultation, start_time="2026-03-03T20:00:00Z", end_time="2026-03-03T21:00:00Z"),
    )

    refused(taken, 409, "BOOKING_CONFLICT")
    error = refused(at_night, 422, "BUSINESS_RULE_VIOLATION")
    assert detail_codes(error) == {"start_time": "OUTSIDE_BUSINESS_HOURS"}
    assert Booking.objects.count() == 1


def test_an_idempotency_key_books_and_cancels_once(clinics: ServiceAccount) -> None:
    consultation = offered()
    client = john(clinics)
    # A repeated click would be answered with the first booking anyway.
    in_force(duplicate_booking_seconds=0)
    key = {"Idempotency-Key": "a-key-of-the-clinic"}

    first, again = (call("post", "/appointments", wish(client, consultation), **key) for _ in range(2))
    path = f"/clients/{client.pk}/appointments/{told(first, 201)['id']}/cancel"
    gone, gone_again = (call("patch", path, **{"Idempotency-Key": "another"}) for _ in range(2))

    assert (first.content, again["Idempotent-Replayed"]) == (again.content, "true")
    assert (gone.status_code, gone.content) == (200, gone_again.content)
    assert Booking.objects.count() == 1
    refused(
        call("post", "/appointments", wish(client, consultation, description="Other"), **key),
        422,
        "IDEMPOTENCY_KEY_REUSED",
    )


def test_a_client_books_no_oftener_through_services_than_by_hand(clinics: ServiceAccount) -> None:
    in_force(bookings_per_minute=1)
    consultation = offered()
    told(call("post", "/appointments", wish(john(clinics), consultation)), 201)

    again = call("post", "/appointments", wish(john(clinics), consultation))
    other = register_client(clinics, NewClient("Jane", chat_id=5))[0].user

    refused(again, 429, "RATE_LIMIT_EXCEEDED")
    refused(call("post", "/appointments", wish(other, consultation)), 409, "BOOKING_CONFLICT")


def test_people_are_no_services(trusted: ServiceAccount) -> None:
    """A018."""
    alice = somebody("Alice")

    mine = client_of(alice).get(f"{ROOT}/clients/{alice.pk}/appointments")

    refused(mine, 403, "INSUFFICIENT_PERMISSIONS")
    # Nor are services people.
    refused(with_key().get(f"{ROOT}/bookings"), 401, "AUTHENTICATION_REQUIRED")


def test_the_document_names_the_ways_of_services_for_each_call() -> None:
    paths = json.loads(document()[0])["paths"]
    prefixes = (f"{ROOT}/clients", f"{ROOT}/professionals", f"{ROOT}/appointments")
    described = [
        operation["security"]
        for path, operations in paths.items()
        if path.startswith(prefixes)
        for operation in operations.values()
    ]

    assert len(described) == 12
    assert all({"apiKeyAuth": []} in each and {"serviceTokenAuth": []} in each for each in described)

"""A specialist's own services: made, changed, and gone again."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from catalog.models import Service, Specialist
from catalog.tests.factories import category, person, service, specialist
from common import clock
from common.ids import new_id
from common.tests.probe.client import CAMEL, client_of, detail_codes, refused

pytestmark = pytest.mark.django_db

SERVICES = "/api/v1/specialists/services"
NEW = {"name": "Workshop", "duration": 60, "price": "1500.00"}


@pytest.fixture
def bob() -> Specialist:
    return specialist("Bob")


def send(user: Any, method: str, body: Any = None, path: str = "", **headers: str) -> Any:
    return getattr(client_of(user), method)(SERVICES + path, body, "application/json", headers=headers)


def test_the_seeds_printed_service_is_made(bob: Specialist) -> None:
    workshop = category("Workshop")
    body = {
        "name": "Marketing Strategy Session",
        "description": "2-hour marketing planning workshop",
        "duration": 120,
        "price": 200,
        "category": "workshop",
        "requirements": ["Current marketing materials", "Target audience data"],
    }

    response = send(bob.user, "post", body, Accept=CAMEL)

    made = Service.objects.get()
    assert response.status_code == 201
    assert response["Location"] == f"{SERVICES}/{made.pk}"
    data = response.json()["data"]
    assert (data["price"], data["currency"], data["durationMinutes"]) == ("200.00", "INR", 120)
    assert (data["category"], data["isActive"]) == ("Workshop", True)
    assert (made.owner, made.category, made.price_minor) == (bob, workshop, 20_000)
    assert made.requirements == ["Current marketing materials", "Target audience data"]
    assert Client().get(f"/api/v1/services/{made.pk}").status_code == 200


def test_amounts_are_read_in_the_currency_that_is_sent(bob: Specialist) -> None:
    data = send(bob.user, "post", {**NEW, "price": "9000", "currency": "jpy"}).json()["data"]

    assert (data["price"], data["currency"]) == ("9000", "JPY")
    assert Service.objects.get().price_minor == 9_000


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "price", "REQUIRED"),
        ({**NEW, "category": "alchemy"}, "category", "NOT_FOUND"),
        ({**NEW, "category": "hidden"}, "category", "NOT_FOUND"),
        ({**NEW, "duration": 4}, "duration", "MIN_VALUE"),
        ({**NEW, "duration": 1_441}, "duration", "MAX_VALUE"),
        ({**NEW, "price": "-1"}, "price", "INVALID"),
        ({**NEW, "price": "1.001"}, "price", "INVALID"),
        ({**NEW, "market_price": "1499.99"}, "market_price", "RANGE"),
        ({**NEW, "owner": str(new_id())}, "owner", "UNKNOWN_FIELD"),
        ({**NEW, "image_url": "http://example.com/a.png"}, "image_url", "INVALID"),
        ({**NEW, "image_url": "javascript:alert(1)"}, "image_url", "INVALID"),
        ({**NEW, "intake_questions": [{"question": ""}]}, "intake_questions", "INVALID"),
        ({**NEW, "requirements": ["x" * 201]}, "requirements.0", "MAX_LENGTH"),
        ({**NEW, "buffer_after": 1_441}, "buffer_after", "MAX_VALUE"),
    ],
)
def test_a_service_that_makes_no_sense_is_refused(bob: Specialist, body: Any, field: str, code: str) -> None:
    category("Hidden", is_active=False)

    error = refused(send(bob.user, "post", body), 400, "VALIDATION_ERROR")

    assert detail_codes(error)[field] == code
    assert not Service.objects.exists()


def test_a_service_is_changed(bob: Specialist) -> None:
    own = service(bob, market_price_minor=200_000)

    put = send(bob.user, "put", {**NEW, "name": "Longer", "duration": 90}, f"/{own.pk}").json()["data"]
    patch = send(bob.user, "patch", {"price": "1800.00", "is_active": False}, f"/{own.pk}").json()["data"]

    assert (put["name"], put["duration"], put["market_price"]) == ("Longer", 90, "2000.00")
    assert (patch["name"], patch["price"], patch["is_active"]) == ("Longer", "1800.00", False)
    own.refresh_from_db()
    assert (own.price_minor, own.is_active) == (180_000, False)


def test_another_currency_wants_its_own_amounts(bob: Specialist) -> None:
    own = service(bob, market_price_minor=200_000)

    error = refused(send(bob.user, "patch", {"currency": "USD", "price": "20"}, f"/{own.pk}"), 400, "VALIDATION_ERROR")

    assert detail_codes(error) == {"currency": "AMOUNTS_REQUIRED"}
    sent = {"currency": "USD", "price": "20", "market_price": None}
    data = send(bob.user, "patch", sent, f"/{own.pk}").json()["data"]
    assert (data["price"], data["market_price"], data["currency"]) == ("20.00", None, "USD")


def test_a_service_that_nobody_booked_is_deleted(bob: Specialist) -> None:
    own = service(bob)

    response = send(bob.user, "delete", None, f"/{own.pk}")

    assert response.json() == {"success": True, "data": None, "message": "It was deleted."}
    assert not Service.objects.exists()


@pytest.mark.parametrize("checked", ["", "DEFERRABLE INITIALLY DEFERRED"])
def test_a_service_that_was_booked_is_archived(bob: Specialist, checked: str) -> None:
    own = service(bob)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE probe_visit (service_id uuid REFERENCES catalog_service {checked})")
        cursor.execute("INSERT INTO probe_visit VALUES (%s)", [own.pk])

    response = send(bob.user, "delete", None, f"/{own.pk}")

    assert response.json()["message"] == "It was booked before, so it was archived."
    own.refresh_from_db()
    assert own.archived_at == clock.now()
    assert send(bob.user, "get").json()["data"]["services"] == []
    refused(send(bob.user, "patch", {"price": "1"}, f"/{own.pk}"), 404, "RESOURCE_NOT_FOUND")
    refused(Client().get(f"/api/v1/services/{own.pk}"), 404, "RESOURCE_NOT_FOUND")


def test_a_strangers_service_is_not_there(bob: Specialist) -> None:
    own, platforms = service(bob), service(None)
    before = list(Service.objects.order_by("pk").values())

    for user in (specialist("Priya").user, person("Charlie"), person("Dana", is_staff=True)):
        for path in (f"/{own.pk}", f"/{platforms.pk}", f"/{new_id()}"):
            for method, body in (("put", NEW), ("patch", {"price": "1"}), ("delete", None)):
                refused(send(user, method, body, path), 404, "RESOURCE_NOT_FOUND")
        assert send(user, "get").json()["data"]["services"] == []

    assert list(Service.objects.order_by("pk").values()) == before


def test_who_is_no_specialist_offers_nothing() -> None:
    refused(send(person("Charlie"), "post", NEW), 403, "INSUFFICIENT_PERMISSIONS")
    for method in ("get", "post"):
        refused(send(None, method, NEW), 401, "AUTHENTICATION_REQUIRED")
    assert not Service.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_whatever_its_length(
    bob: Specialist, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(count):
        service(bob, name=f"Service {n}", category=category(f"Category {n}"), is_active=n != 0)
    service(bob, archived_at=clock.now())
    service(specialist("Priya"))
    client = client_of(bob.user)

    with django_assert_num_queries(3):
        data = client.get(SERVICES).json()["data"]

    assert [each["name"] for each in data["services"]] == [f"Service {n}" for n in reversed(range(count))]
    assert data["pagination"]["total"] == count

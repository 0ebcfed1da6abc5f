"""One's own addresses over the API, and that exactly one of them is the default."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import Address, User
from accounts.services import add_address, delete_address, set_default_address
from accounts.services.addresses import MOST_ADDRESSES
from common.errors import NotFound
from common.ids import new_id
from common.tests.probe.client import CAMEL, client_of, detail_codes, refused

pytestmark = pytest.mark.django_db

ADDRESSES = "/api/v1/users/addresses"
HOME: dict[str, Any] = {
    "name": "Home",
    "address_line1": "123 Main St",
    "address_line2": "Apartment 4B",
    "city": "Kolkata",
    "state": "West Bengal",
    "pincode": "700032",
    "lat": 22.5726,
    "lng": 88.3639,
    "place_id": "ChIJ...",
}
PLAIN: dict[str, Any] = {
    "name": "Office",
    "address_line1": "456 Park Ave",
    "city": "Pune",
    "state": "MH",
    "pincode": "411001",
}


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice@example.com")


@pytest.fixture
def charlie() -> User:
    return User.objects.create_user("charlie@example.com")


def send(client: Client, method: str, path: str, body: Any = None, **options: Any) -> Any:
    return getattr(client, method)(ADDRESSES + path, body, content_type="application/json", **options)


def defaults_of(user: User) -> list[str]:
    return list(Address.objects.filter(user=user, is_default=True).values_list("name", flat=True))


def test_an_address_is_added_and_found_where_its_location_says(alice: User) -> None:
    client = client_of(alice)

    response = send(client, "post", "", HOME)

    assert response.status_code == 201
    data = response.json()["data"]
    assert {name: data[name] for name in HOME} == HOME
    assert data["is_default"] is True
    assert set(data) == {*HOME, "id", "is_default", "created_at", "updated_at"}
    assert client.get(response["Location"]).json()["data"] == data


def test_camel_case_is_read_and_written(alice: User) -> None:
    body = {"name": "Home", "addressLine1": "1 Main St", "city": "Pune", "state": "MH", "pincode": "411001"}

    data = send(client_of(alice), "post", "", body, headers={"Accept": CAMEL}).json()["data"]

    assert data["addressLine1"] == "1 Main St"
    assert data["addressLine2"] == data["placeId"] == ""
    assert data["isDefault"] is True


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_three_queries_and_begins_with_the_default(
    alice: User, charlie: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        add_address(alice, **PLAIN | {"name": f"Place {number}"})
    add_address(charlie, **PLAIN)
    client = client_of(alice)

    # Who asks, how many there are, and the page.
    with django_assert_num_queries(3):
        data = client.get(ADDRESSES).json()["data"]

    assert [shown["name"] for shown in data["addresses"]] == ["Place 0", "Place 2", "Place 1"][:1] + [
        f"Place {number}" for number in range(count - 1, 0, -1)
    ]


def test_put_replaces_and_patch_changes(alice: User) -> None:
    home = add_address(alice, **HOME)
    client = client_of(alice)

    patched = send(client, "patch", f"/{home.pk}", {"city": "Howrah"}).json()["data"]
    replaced = send(client, "put", f"/{home.pk}", PLAIN).json()["data"]

    assert (patched["city"], patched["place_id"], patched["lat"]) == ("Howrah", "ChIJ...", 22.5726)
    assert {name: replaced[name] for name in PLAIN} == PLAIN
    assert (replaced["address_line2"], replaced["place_id"], replaced["lat"], replaced["lng"]) == ("", "", None, None)
    assert replaced["is_default"] is True


def test_another_address_is_made_the_default(alice: User) -> None:
    add_address(alice, **HOME)
    office = add_address(alice, **PLAIN)

    response = send(client_of(alice), "patch", f"/{office.pk}/set-default")

    assert response.json() == {"success": True, "data": None, "message": "Default address updated"}
    assert defaults_of(alice) == ["Office"]


def test_the_default_moves_with_what_is_sent_but_is_never_taken_away(alice: User) -> None:
    home = add_address(alice, **HOME)
    client = client_of(alice)

    assert send(client, "post", "", {**PLAIN, "is_default": True}).status_code == 201
    assert defaults_of(alice) == ["Office"]
    assert send(client, "patch", f"/{home.pk}", {"isDefault": True}).json()["data"]["is_default"] is True
    assert defaults_of(alice) == ["Home"]
    refused(send(client, "patch", f"/{home.pk}", {"is_default": False}), 422, "BUSINESS_RULE_VIOLATION")
    assert defaults_of(alice) == ["Home"]


def test_the_newest_takes_the_place_of_a_deleted_default(alice: User) -> None:
    home = add_address(alice, **HOME)
    add_address(alice, **PLAIN | {"name": "Old"})
    add_address(alice, **PLAIN | {"name": "New"})

    response = send(client_of(alice), "delete", f"/{home.pk}")

    assert response.json() == {"success": True, "data": None, "message": "Address deleted successfully"}
    assert defaults_of(alice) == ["New"]


def test_the_last_one_may_be_deleted(alice: User) -> None:
    delete_address(add_address(alice, **HOME))

    assert not Address.objects.exists()


def test_somebody_has_only_so_many(alice: User) -> None:
    for _ in range(MOST_ADDRESSES):
        add_address(alice, **PLAIN)

    refused(send(client_of(alice), "post", "", PLAIN), 422, "BUSINESS_RULE_VIOLATION")

    assert Address.objects.filter(user=alice).count() == MOST_ADDRESSES


@pytest.mark.parametrize(
    ("method", "suffix", "body"),
    [
        ("get", "", None),
        ("put", "", PLAIN),
        ("patch", "", {"city": "Delhi"}),
        ("delete", "", None),
        ("patch", "/set-default", None),
    ],
)
def test_a_stranger_is_told_there_is_nothing_here(
    alice: User, charlie: User, method: str, suffix: str, body: Any
) -> None:
    home = add_address(alice, **HOME)
    before = list(Address.objects.values())

    refused(send(client_of(charlie), method, f"/{home.pk}{suffix}", body), 404, "RESOURCE_NOT_FOUND")
    refused(send(client_of(charlie), method, f"/{new_id()}{suffix}", body), 404, "RESOURCE_NOT_FOUND")
    refused(send(Client(), method, f"/{home.pk}{suffix}", body), 401, "AUTHENTICATION_REQUIRED")

    assert list(Address.objects.values()) == before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lat": 91, "lng": 0}, "lat"),
        ({"lat": 0, "lng": -180.1}, "lng"),
        ({"lat": 22.5}, "lat"),
        ({"lat": True, "lng": 1}, "lat"),
        ({"lat": "22.5", "lng": 1}, "lat"),
        ({"name": ""}, "name"),
        ({"city": "x" * 101}, "city"),
        ({"user": str(new_id())}, "user"),
        ({"is_default": "maybe"}, "is_default"),
    ],
)
def test_what_is_no_address_is_refused(alice: User, change: dict[str, Any], field: str) -> None:
    error = refused(send(client_of(alice), "post", "", {**PLAIN, **change}), 400, "VALIDATION_ERROR")

    assert list(detail_codes(error)) == [field]
    assert not Address.objects.exists()


def test_one_coordinate_alone_cannot_be_taken_away(alice: User) -> None:
    home = add_address(alice, **HOME)

    refused(send(client_of(alice), "patch", f"/{home.pk}", {"lat": None}), 400, "VALIDATION_ERROR")


def test_what_was_deleted_meanwhile_is_not_there(alice: User) -> None:
    home = add_address(alice, **HOME)
    delete_address(Address.objects.get(pk=home.pk))

    with pytest.raises(NotFound):
        set_default_address(home)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("crowd", [8])
def test_parallel_requests_leave_exactly_one_default(alice: User, crowd: int) -> None:
    places = [add_address(alice, **PLAIN) for _ in range(4)]

    def closing(action: Callable[[], object]) -> None:
        try:
            action()
        finally:
            connection.close()

    actions: list[Callable[[], object]] = [
        *(lambda place=place: set_default_address(place) for place in places[1:]),
        *(lambda: add_address(alice, is_default=True, **PLAIN) for _ in range(4)),
        lambda: delete_address(places[0]),
    ]
    with ThreadPoolExecutor(crowd) as threads:
        list(threads.map(closing, actions))

    assert len(defaults_of(alice)) == 1
    assert Address.objects.filter(user=alice).count() == 7

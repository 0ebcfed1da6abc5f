"""What everybody may see of services, specialists and resources, and what nobody is shown."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from catalog.models import Calendar, Service
from catalog.tests.factories import at, between, book, category, person, room, service, specialist
from common import clock
from common.api.wire import utc_text
from common.ids import new_id
from common.tests.probe.client import CAMEL, client_of, detail_codes, refused

pytestmark = pytest.mark.django_db

API = "/api/v1"


def get(path: str, user: Any = None, **query: Any) -> Any:
    return client_of(user).get(API + path, query)


def data_of(path: str, user: Any = None, **query: Any) -> Any:
    response = get(path, user, **query)
    assert response.status_code == 200, response.content
    return response.json()["data"]


@pytest.mark.parametrize("count", [1, 3])
def test_categories_tell_how_much_they_hold_in_one_query(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    bob = specialist("Bob")
    for n in range(count):
        hair = category(f"Hair {n}", position=n, icon="comb")
        service(bob, category=hair)
        service(None, category=hair)
        service(specialist(f"Unverified {n}", is_verified=False), category=hair)
        service(bob, category=hair, is_active=False)
    category("Empty", position=9)
    category("Hidden", is_active=False)

    with django_assert_num_queries(1):
        shown = data_of("/services/categories")["categories"]

    assert [(each["slug"], each["service_count"]) for each in shown] == [
        *((f"hair-{n}", 2) for n in range(count)),
        ("empty", 0),
    ]
    assert set(shown[0]) == {"id", "slug", "name", "description", "icon", "service_count"}


def test_a_service_shows_all_of_it_in_three_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    bob = specialist("Bob")
    bob.response_minutes, bob.rating_sum, bob.rating_count = 120, 9, 2
    bob.base_rate_minor, bob.deposit_minor = 120_000, 200
    bob.save()
    offered = service(
        bob,
        category=category("Consultation"),
        long_description="All of it.",
        requirements=["Prepare business overview"],
        deliverables=["Strategic roadmap", "Action items"],
        intake_questions=[{"question": "What is your market?"}],
    )
    book(bob.calendar, between("09:00", "10:00"))

    with django_assert_num_queries(3):
        shown = data_of(f"/services/{offered.pk}")

    assert {name: shown[name] for name in ("name", "category", "category_slug", "tier", "price", "currency")} == {
        "name": "Consultation",
        "category": "Consultation",
        "category_slug": "consultation",
        "tier": None,
        "price": "1500.00",
        "currency": "INR",
    }
    assert (shown["product_cost"], shown["market_price"]) == ("1500.00", None)
    assert (shown["duration"], shown["duration_minutes"], shown["image_url"]) == (60, 60, "")
    assert shown["requirements"] == ["Prepare business overview"]
    assert shown["deliverables"] == ["Strategic roadmap", "Action items"]
    assert shown["intake_questions"] == [{"question": "What is your market?"}]
    assert shown["reviews"] == []
    who = shown["specialist"]
    assert (who["id"], who["business_name"], who["first_name"]) == (str(bob.pk), "Bob's", "Bob")
    assert (who["rating"], who["total_reviews"], who["response_time"]) == (4.5, 2, "within 2 hours")
    assert who["pricing"] == {"base_rate": "1200.00", "currency": "INR", "deposit_amount": "2.00"}
    assert "email" not in who
    assert "phone_number" not in who


def test_a_service_says_when_it_can_be_had_next() -> None:
    bob = specialist("Bob", "09:00-12:00")
    offered = service(bob)
    book(bob.calendar, between("09:00", "11:00"))

    slots = data_of(f"/services/{offered.pk}")["availability"]

    assert slots["timezone"] == "Asia/Kolkata"
    assert len(slots["next_slots"]) == 5
    assert utc_text(at("11:00")) in [each["start_time"] for each in slots["next_slots"]]
    assert utc_text(at("09:00")) not in [each["start_time"] for each in slots["next_slots"]]
    assert all(each["available"] for each in slots["next_slots"])


def test_a_service_of_the_platform_has_nobody_yet() -> None:
    shown = data_of(f"/services/{service(None).pk}")

    assert (shown["specialist"], shown["availability"]) == (None, None)


def test_a_service_that_is_not_offered_is_not_there() -> None:
    bob, unverified = specialist("Bob"), specialist("Priya", is_verified=False)
    absent = [
        service(bob, is_active=False),
        service(bob, archived_at=clock.now()),
        service(unverified),
        Service(pk=new_id()),
    ]

    for each in absent:
        refused(get(f"/services/{each.pk}"), 404, "RESOURCE_NOT_FOUND")
        refused(get(f"/services/{each.pk}", person(f"Charlie {each.pk}".replace(" ", ""))), 404, "RESOURCE_NOT_FOUND")
    assert data_of(f"/services/{absent[2].pk}", unverified.user)["id"] == str(absent[2].pk)


@pytest.mark.parametrize("count", [1, 3])
def test_only_who_can_be_booked_is_listed(count: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    listed = [specialist(f"Bob{n}") for n in range(count)]
    unverified = specialist("Priya", is_verified=False)
    paused = specialist("Paul")
    paused.is_active = False
    paused.save()
    blocked = specialist("Blocked")
    blocked.user.is_active = False
    blocked.user.save()

    with django_assert_num_queries(2):
        data = data_of("/specialists")

    assert {each["id"] for each in data["specialists"]} == {str(each.pk) for each in listed}
    assert data["pagination"]["total"] == count
    for absent in (unverified, paused, blocked):
        refused(get(f"/specialists/{absent.pk}"), 404, "RESOURCE_NOT_FOUND")
    refused(get(f"/specialists/{unverified.pk}", unverified.user), 404, "RESOURCE_NOT_FOUND")
    with django_assert_num_queries(2):
        assert data_of(f"/specialists/{listed[0].pk}")["first_name"] == "Bob0"


def test_specialists_are_found_by_what_they_know_and_where_they_are() -> None:
    bob, _priya = specialist("Bob"), specialist("Priya")
    bob.specialties, bob.location = ["business", "marketing"], "Park Street, Kolkata"
    bob.save()

    for query in ({"specialties": "law,marketing"}, {"location": "kolkata"}):
        assert [each["id"] for each in data_of("/specialists", **query)["specialists"]] == [str(bob.pk)]
    assert data_of("/specialists", specialties="law")["specialists"] == []
    assert detail_codes(refused(get("/specialists", name="Bob"), 400, "VALIDATION_ERROR")) == {"name": "UNKNOWN_FIELD"}


@pytest.mark.parametrize("count", [1, 3])
def test_resources_are_listed_with_their_hours(count: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for n in range(count):
        room("09:00-13:00", "14:00-18:00", name=f"Room {n}")
    room(name="Closed for repair", is_active=False)

    with django_assert_num_queries(2):
        data = data_of("/resources")

    assert [each["name"] for each in data["resources"]] == [f"Room {n}" for n in reversed(range(count))]
    shown = data["resources"][0]
    assert shown["business_hours"] == {"start": "09:00", "end": "18:00"}
    assert shown["availability"]["timezone"] == "Asia/Kolkata"
    assert shown["availability"]["working_hours"]["sunday"] == [
        {"start": "09:00", "end": "13:00"},
        {"start": "14:00", "end": "18:00"},
    ]
    assert shown["availability"]["overrides"] == []


def test_business_hours_that_run_past_midnight_close_last() -> None:
    bar, vault = room("18:00-02:00", "10:00-17:00"), room()
    Calendar.objects.filter(pk=vault.calendar.pk).update(weekly_hours={})

    assert data_of(f"/resources/{bar.pk}")["business_hours"] == {"start": "10:00", "end": "02:00"}
    assert data_of(f"/resources/{vault.pk}")["business_hours"] is None


def test_resources_are_narrowed_down() -> None:
    hall, den = room(name="Hall"), room(name="Den")
    hall.capacity, hall.location, hall.amenities, hall.type = 80, "Floor 3", ["projector", "whiteboard"], "venue"
    hall.save()

    for query in (
        {"type": "venue"},
        {"capacity": 2},
        {"amenities": "projector"},
        {"amenities": "whiteboard,projector"},
        {"location": "floor 3"},
    ):
        assert [each["name"] for each in data_of("/resources", **query)["resources"]] == ["Hall"], query
    assert data_of("/resources", amenities="projector,sauna")["resources"] == []
    assert [each["name"] for each in data_of("/resources", type="meeting_room")["resources"]] == [den.name]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"type": "castle"}, "INVALID_CHOICE"),
        ({"capacity": "0"}, "MIN_VALUE"),
        ({"capacity": "many"}, "INVALID"),
        ({"colour": "red"}, "UNKNOWN_FIELD"),
        ({"amenities": ",".join(["x"] * 21)}, "MAX_LENGTH"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(query: dict[str, str], code: str) -> None:
    error = refused(get("/resources", **query), 400, "VALIDATION_ERROR")

    assert {detail["code"] for detail in error["details"]} == {code}


def test_a_resource_that_cannot_be_booked_is_not_there() -> None:
    closed = room(is_active=False)

    for absent in (closed.pk, new_id()):
        refused(get(f"/resources/{absent}"), 404, "RESOURCE_NOT_FOUND")


def test_camel_case_is_spoken_too() -> None:
    bob = specialist("Bob")
    offered = service(bob, category=category())
    lotus = room()
    client = Client(headers={"Accept": CAMEL})

    shown = client.get(f"{API}/services/{offered.pk}").json()["data"]
    assert (shown["durationMinutes"], shown["specialist"]["businessName"]) == (60, "Bob's")
    assert shown["availability"]["nextSlots"]
    assert client.get(f"{API}/specialists").json()["data"]["specialists"][0]["totalReviews"] == 0
    assert client.get(f"{API}/resources/{lotus.pk}").json()["data"]["availability"]["workingHours"]
    assert client.get(f"{API}/services/categories").json()["data"]["categories"][0]["serviceCount"] == 1

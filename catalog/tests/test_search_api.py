"""What a search finds, in which order, and what it refuses."""

from itertools import product

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from catalog.models import Calendar, Service, Tier
from catalog.tests.factories import at, between, book, category, room, service
from catalog.tests.search_cast import BENGALURU, PARK_STREET, SALT_LAKE, SEARCH, expert, found, names, offer, search
from common.api.wire import utc_text
from common.tests.probe.client import CAMEL, detail_codes, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def market() -> dict[str, Service]:
    """Bob coaches in Kolkata, Zoë gives massages across the town, Meera is far away; the platform has a facial."""
    coaching, therapy, facial = (category(name, position=n) for n, name in enumerate(("Coaching", "Therapy", "Facial")))
    bob = expert("Bob", stars=(5, 4), knows=("Business", "Career"), location="Park Street, Kolkata", place=PARK_STREET)
    zoe = expert("Zoë", stars=(3, 4, 4), knows=("Massage",), location="Salt Lake, Kolkata", place=SALT_LAKE)
    meera = expert("Meera", knows=("Career", "Sleep"), location="Indiranagar, Bengaluru", place=BENGALURU)
    return {
        "career": offer(bob, "Career coaching", 1_200, category=coaching, description="Ask the right questions"),
        "massage": offer(zoe, "Deep tissue massage", 1_600, category=therapy, description="For runners"),
        "sleep": offer(meera, "Sleep consultation", 900, category=therapy, description="Better nights by coaching"),
        "facial": offer(None, "Facial", 1_000, category=facial, tier=Tier.objects.create(name="E-Lite", slug="e-lite")),
    }


WORDS: tuple[tuple[str, list[str]], ...] = (
    ("massage", ["massage"]),
    ("mass", ["massage"]),
    ("MASSAGES", ["massage"]),
    ("deep mass", ["massage"]),
    ("mass deep", []),
    ("zoe", ["massage"]),
    ("Zoë", ["massage"]),
    ("bob's", ["career"]),
    ("therapy", ["massage", "sleep"]),
    ("consultati", ["sleep"]),
    ("consultations", ["sleep"]),
    ("coaching", ["career", "sleep"]),
    ("coaching for the runners", []),
    ("the right questions", ["career"]),
    ("business", ["career"]),
    ("e-lite facial", ["facial"]),
    ("alchemy", []),
    ("!!!", []),
)


def test_every_word_must_occur_and_of_the_last_the_beginning(market: dict[str, Service]) -> None:
    for query, expected in WORDS:
        assert sorted(names(query=query)) == sorted(market[each].name for each in expected), query


def test_a_name_counts_more_than_a_category_and_that_more_than_a_description(market: dict[str, Service]) -> None:
    category("Wellness")
    offer(None, "Lamps", description="Wellness for your eyes")
    offer(None, "Oils", category=category("Wellness at home"))
    offer(None, "Wellness")

    assert names(query="wellness") == ["Wellness", "Oils", "Lamps"]


FILTERS: tuple[tuple[dict[str, str], list[str]], ...] = (
    ({}, ["career", "massage", "facial", "sleep"]),
    ({"category": "therapy"}, ["massage", "sleep"]),
    ({"category": "THERAPY", "query": "sleep"}, ["sleep"]),
    ({"category": "alchemy"}, []),
    ({"tier": "E-Lite"}, ["facial"]),
    ({"min_price": "1000"}, ["career", "massage", "facial"]),
    ({"max_price": "1000.00"}, ["facial", "sleep"]),
    ({"min_price": "1000.01", "max_price": "1599.99"}, ["career"]),
    ({"currency": "inr"}, ["career", "massage", "facial", "sleep"]),
    ({"currency": "USD"}, []),
    ({"rating": "4.5"}, ["career"]),
    ({"rating": "3.66"}, ["career", "massage"]),
    ({"rating": "3.67"}, ["career"]),
    ({"location": "kolkata"}, ["career", "massage"]),
    ({"location": "100%"}, []),
    ({"specialties": "massage,BUSINESS"}, ["career", "massage"]),
    ({"specialties": "mass"}, []),
    ({"lat": PARK_STREET[0], "lng": PARK_STREET[1], "radius_km": "5"}, ["career"]),
    ({"lat": PARK_STREET[0], "lng": PARK_STREET[1], "radius_km": "10"}, ["career", "massage"]),
    ({"lat": PARK_STREET[0], "lng": PARK_STREET[1]}, ["career", "massage", "facial", "sleep"]),
)


def test_filters_narrow_down(market: dict[str, Service]) -> None:
    for query, expected in FILTERS:
        assert sorted(names(**query)) == sorted(market[each].name for each in expected), query


ORDERS = (
    ("rating", ["career", "massage", "facial", "sleep"]),
    ("price", ["sleep", "facial", "career", "massage"]),
    ("-price", ["massage", "career", "facial", "sleep"]),
    ("reviews", ["massage", "career", "facial", "sleep"]),
    ("distance", ["career", "massage", "sleep", "facial"]),
)


def test_it_is_put_in_order(market: dict[str, Service]) -> None:
    place = {"lat": PARK_STREET[0], "lng": PARK_STREET[1]}

    for sort_by, expected in ORDERS:
        assert names(sort_by=sort_by, **place) == [market[each].name for each in expected], sort_by


def test_prices_in_another_currency_are_not_compared(market: dict[str, Service]) -> None:
    offer(expert("John"), "Pitch workshop", 100, currency="USD")

    assert names(sort_by="price")[-1] == "Pitch workshop"
    assert names(sort_by="-price")[-1] == "Pitch workshop"
    assert names(max_price="950") == ["Sleep consultation"]
    assert names(currency="USD", max_price="950") == ["Pitch workshop"]
    ranges = found(currency="USD")["filters"]["price_ranges"]
    assert ranges == [{"min": "50.01", "max": "100.00", "currency": "USD", "count": 1}]


def test_what_is_found_is_shown_with_who_offers_it(market: dict[str, Service]) -> None:
    shown = found(query="career coaching", lat=SALT_LAKE[0], lng=SALT_LAKE[1])["services"][0]

    assert shown.pop("specialist") == {
        "id": str(market["career"].owner_id),
        "business_name": "Bob's",
        "first_name": "Bob",
        "last_name": "",
        "avatar": None,
        "specialties": ["Business", "Career"],
        "rating": 4.5,
        "total_reviews": 2,
        "is_verified": True,
        "response_time": None,
        "location": "Park Street, Kolkata",
        "timezone": "Asia/Kolkata",
    }
    assert shown == {
        "id": str(market["career"].pk),
        "name": "Career coaching",
        "description": "Ask the right questions",
        "category": "Coaching",
        "category_slug": "coaching",
        "tier": None,
        "price": "1200.00",
        "product_cost": "1200.00",
        "market_price": None,
        "currency": "INR",
        "duration": 60,
        "duration_minutes": 60,
        "image_url": "",
        "next_available": "2026-03-02T05:00:00Z",
        "distance_km": pytest.approx(7.18, abs=0.1),
    }


def test_a_service_of_the_platform_has_nobody_and_no_time_yet(market: dict[str, Service]) -> None:
    shown = found(query="facial", lat="0", lng="0")["services"][0]

    assert (shown["specialist"], shown["next_available"], shown["distance_km"]) == (None, None, None)


def test_both_spellings_are_read_and_camel_case_is_spoken(market: dict[str, Service]) -> None:
    client = Client(headers={"Accept": CAMEL})

    data = client.get(SEARCH, {"minPrice": "950", "max_price": "1300", "sortBy": "price"}).json()["data"]

    assert [each["name"] for each in data["services"]] == ["Facial", "Career coaching"]
    assert data["services"][1]["nextAvailable"] == "2026-03-02T05:00:00Z"
    assert data["filters"]["priceRanges"][0]["count"] == 2


def test_it_comes_by_the_page(market: dict[str, Service]) -> None:
    first, second, third = (found(sort_by="price", limit="3", page=page) for page in ("1", "2", "3"))

    assert [each["name"] for each in first["services"]] == ["Sleep consultation", "Facial", "Career coaching"]
    assert [each["name"] for each in second["services"]] == ["Deep tissue massage"]
    assert third["services"] == []
    assert first["pagination"] == {
        "page": 1,
        "limit": 3,
        "total": 4,
        "total_pages": 2,
        "has_next": True,
        "has_prev": False,
    }
    assert first["filters"] == third["filters"]


REFUSED: tuple[tuple[dict[str, str], dict[str, str]], ...] = (
    ({"min_price": "200", "max_price": "100"}, {"max_price": "RANGE"}),
    ({"minPrice": "-1"}, {"min_price": "MIN_VALUE"}),
    ({"max_price": "1e9"}, {"max_price": "INVALID"}),
    ({"max_price": "1.999"}, {"max_price": "INVALID"}),
    ({"max_price": "99999999999999"}, {"max_price": "MAX_WHOLE_DIGITS"}),
    ({"min_price": "1", "minPrice": "2"}, {"min_price": "AMBIGUOUS"}),
    ({"rating": "6"}, {"rating": "MAX_VALUE"}),
    ({"rating": "0"}, {"rating": "MIN_VALUE"}),
    ({"rating": "NaN"}, {"rating": "INVALID"}),
    ({"sort_by": "password"}, {"sort_by": "INVALID_CHOICE"}),
    ({"sort_by": "price_minor; DROP TABLE catalog_service"}, {"sort_by": "INVALID_CHOICE"}),
    ({"sort_by": "relevance"}, {"query": "REQUIRED"}),
    ({"sort_by": "distance"}, {"lat": "REQUIRED", "lng": "REQUIRED"}),
    ({"lat": "22.5"}, {"lng": "REQUIRED"}),
    ({"lng": "88.3"}, {"lat": "REQUIRED"}),
    ({"radius_km": "5"}, {"lat": "REQUIRED", "lng": "REQUIRED"}),
    ({"lat": "90.1", "lng": "0"}, {"lat": "MAX_VALUE"}),
    ({"lat": "0", "lng": "-180.5"}, {"lng": "MIN_VALUE"}),
    ({"lat": "0", "lng": "0", "radius_km": "1001"}, {"radius_km": "MAX_VALUE"}),
    ({"lat": "0", "lng": "0", "radius_km": "-1"}, {"radius_km": "MIN_VALUE"}),
    ({"availability": "2026-02-30"}, {"availability": "INVALID"}),
    ({"availability": "tomorrow"}, {"availability": "INVALID"}),
    ({"currency": "rupees"}, {"currency": "INVALID"}),
    ({"query": ""}, {"query": "BLANK"}),
    ({"query": "x" * 101}, {"query": "MAX_LENGTH"}),
    ({"query": "a b c d e f g h i"}, {"query": "TOO_MANY_WORDS"}),
    ({"query": "a\0b"}, {"": "INVALID_CHARACTER"}),
    ({"specialties": ",".join("x" * 21)}, {"specialties": "MAX_LENGTH"}),
    ({"owner__user__email__startswith": "bob"}, {"owner__user__email__startswith": "UNKNOWN_FIELD"}),
    ({"page": "0"}, {"page": "OUT_OF_RANGE"}),
    ({"limit": "101"}, {"limit": "OUT_OF_RANGE"}),
    ({"page": "502"}, {"page": "OUT_OF_RANGE"}),
)


def test_what_makes_no_sense_is_refused_by_its_name() -> None:
    for query, fields in REFUSED:
        assert detail_codes(refused(search(**query), 400, "VALIDATION_ERROR")) == fields, query


HOSTILE = (
    "'; DROP TABLE catalog_service; --",
    "' OR '1'='1",
    "facial' & !career:*",
    "a:* | b <-> c",
    "\\' \\\\",
    "%_%",
    "{{7*7}} ${x}",
    "🦄 ✂️",
    "\u2028\u200b\u00a0x",
    "x\u0301\u0301",
)


def test_whatever_is_searched_for_is_only_words(market: dict[str, Service]) -> None:
    for name, text in product(("query", "location", "specialties", "category", "tier"), HOSTILE):
        response = search(**{name: text})
        assert response.status_code in {200, 400}, (name, text, response.content)
        if response.status_code == 200:
            assert response.json()["data"]["services"] == [], (name, text)
    assert Service.objects.count() == 4


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_costs_five_queries(count: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    """Counts, the page's ids, its services, calendars that are not known yet, and what is taken on them."""
    hair = category("Hair")
    for n in range(count):
        bob = expert(f"Bob{n}", stars=(5,), knows=("Hair",), place=PARK_STREET)
        offer(bob, f"Cut {n}", category=hair)
        offer(bob, f"Colour {n}", category=hair, minutes=90)

    with django_assert_num_queries(5):
        assert len(found(query="hair", category="hair", max_price="2000")["services"]) == 2 * count
    # Nothing has changed on their calendars.
    with django_assert_num_queries(3):
        assert len(found(query="hair", category="hair", max_price="2000")["services"]) == 2 * count
    with django_assert_num_queries(1):
        assert found(query="alchemy")["services"] == []


@pytest.mark.parametrize("count", [1, 3])
def test_a_search_by_time_costs_six_queries(count: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for n in range(count):
        bob = expert(f"Bob{n}")
        offer(bob, f"Cut {n}")
        # Shut for days: the second look goes further ahead.
        book(bob.calendar, between("00:00", "23:30"))
        Calendar.objects.filter(pk=bob.calendar.pk).update(minimum_notice_minutes=3 * 24 * 60)

    with django_assert_num_queries(6):
        assert len(found(sort_by="next_available")["services"]) == count
    with django_assert_num_queries(6):
        assert len(found(availability="2026-03-06")["services"]) == count


def test_the_search_tells_when_the_room_is_free_as_well(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    bob, lotus = expert("Bob"), room("12:00-18:00")
    offer(bob, "Massage", room=lotus)
    offer(bob, "Talk")

    with django_assert_num_queries(5):
        services = found()["services"]
    sooner = names(sort_by="next_available")

    assert {each["name"]: each["next_available"] for each in services} == {
        "Massage": "2026-03-02T06:30:00Z",
        "Talk": "2026-03-02T05:00:00Z",
    }
    assert sooner == ["Talk", "Massage"]


def test_nobody_who_cannot_be_booked_is_found(market: dict[str, Service]) -> None:
    offer(expert("Paul", is_verified=False), "Coaching without papers")
    service(market["career"].owner, name="Coaching no more", is_active=False)
    service(None, name="Coaching in the dark", category=category("Hidden", is_active=False))

    assert sorted(names(query="coaching")) == ["Career coaching", "Sleep consultation"]


def test_who_is_free_first_comes_first(market: dict[str, Service]) -> None:
    career, massage = market["career"].owner, market["massage"].owner
    assert career is not None
    assert massage is not None
    book(career.calendar, between("00:00", "23:00"))
    book(career.calendar, between("09:00", "23:00", at("10:00").date().replace(day=2)))

    shown = found(sort_by="next_available", limit="3")["services"]
    rest = found(sort_by="next_available", limit="3", page="2")["services"]

    assert [each["name"] for each in shown] == ["Sleep consultation", "Deep tissue massage", "Career coaching"]
    assert shown[2]["next_available"] == utc_text(at("09:00", at("10:00").date().replace(day=4)))
    assert [each["name"] for each in rest] == ["Facial"]


def test_a_day_finds_who_has_something_free_on_it(market: dict[str, Service]) -> None:
    owner = market["career"].owner
    assert owner is not None
    book(owner.calendar, between("09:00", "16:30"))

    assert sorted(names(availability="2026-03-03")) == ["Deep tissue massage", "Sleep consultation"]
    assert len(names(availability="2026-03-04")) == 3
    assert names(availability="2026-03-01") == []
    assert names(availability="2027-03-01") == []
    assert found(availability="2026-03-03")["filters"]["categories"] == [
        {"slug": "therapy", "name": "Therapy", "count": 2}
    ]

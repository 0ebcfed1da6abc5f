"""/checkout: what a basket costs, how long that is promised, and the booking that it becomes."""

from typing import Any
from uuid import UUID

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from accounts.tests.authorisation import an_address
from bookings.models import Booking, CheckoutPreview
from bookings.tests.checkout import at_home, basket_of, confirm, confirmed, facial, prepare, preview, yes_to
from bookings.tests.conftest import Travel
from bookings.tests.factories import in_force, offered, somebody
from catalog.tests.factories import NOW, at, room, service
from common.tests.probe.client import client_of, detail_codes, refused
from loyalty.tests.factories import save10
from payments.tests.fake_gateway import PATH, FakeGateway

NOBODY = str(UUID(int=7))

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fake(settings: Settings) -> None:
    settings.PAYMENT_GATEWAYS = {"fake": PATH, "cash": "payments.gateways.cash.CashGateway"}
    settings.RATE_LIMITS = False
    FakeGateway.world()


@pytest.fixture
def alice() -> User:
    return somebody("Alice")


def codes(response: Any, status: int = 422, code: str = "BUSINESS_RULE_VIOLATION") -> dict[str, str]:
    return detail_codes(refused(response, status, code))


# What a basket costs


@pytest.mark.parametrize(("price", "status"), [(99_999, 422), (100_000, 200)])
def test_a_code_with_a_minimum_counts_from_exactly_there(alice: User, price: int, status: int) -> None:
    """E122."""
    save10()

    answer = prepare(alice, basket_of(facial(price_minor=price), promo_code="SAVE10"))

    assert answer.status_code == status
    if status == 422:
        assert codes(answer) == {"promo_code": "PROMO_MIN_ORDER"}
        assert not CheckoutPreview.objects.exists()


def test_whoever_guesses_codes_is_stopped_and_whoever_buys_is_not(alice: User, settings: Settings) -> None:
    """A108, A109."""
    settings.RATE_LIMITS = True
    save10()
    one = facial()
    in_force(promo_misses_per_hour=2)

    for code in ("GUESS-1", "GUESS-2"):
        unknown = prepare(alice, basket_of(one, promo_code=code))
        assert codes(unknown, 404, "RESOURCE_NOT_FOUND") == {"promo_code": "PROMO_UNKNOWN"}

    refused(prepare(alice, basket_of(one, promo_code="SAVE10")), 429, "RATE_LIMIT_EXCEEDED")
    preview(alice, basket_of(one))


def test_the_same_service_named_twice_is_wanted_twice(alice: User) -> None:
    one, other = facial(), facial("Clean up", price_minor=60_000, market_price_minor=None)

    shown = preview(alice, {"service_ids": [str(one.pk), str(other.pk), str(one.pk)]})

    assert [(each["name"], each["quantity"]) for each in shown["services"]] == [("Facial", 2), ("Clean up", 1)]
    assert (shown["pricing"]["subtotal"], shown["pricing"]["savings"]) == ("2600.00", "400.00")
    assert (shown["duration_minutes"], shown["promo"], shown["address"]) == (180, None, None)


def in_two_rooms() -> dict[str, Any]:
    one = offered(room=room(name="One"))
    return basket_of(one, service(one.owner, room=room(name="Other")))


@pytest.mark.parametrize(
    ("basket", "field", "code"),
    [
        (lambda: basket_of(facial(is_active=False)), "items.0.service_id", "NOT_BOOKABLE"),
        (lambda: basket_of(facial(), facial(archived_at=NOW)), "items.1.service_id", "NOT_BOOKABLE"),
        (lambda: basket_of(facial(), offered()), "items", "TWO_OWNERS"),
        (lambda: basket_of(offered(), offered("Priya")), "items", "TWO_OWNERS"),
        (lambda: basket_of(facial(), facial(currency="USD")), "items", "TWO_CURRENCIES"),
        (lambda: basket_of(facial(), quantity=20) | {"promo_code": ""}, None, None),
        (lambda: basket_of(facial(), facial(), quantity=13), "items", "TOO_LONG"),
        (in_two_rooms, "items", "TWO_ROOMS"),
        (lambda: basket_of(offered("Alice")), "service_id", "OWN_CALENDAR"),
    ],
    ids=["off", "archived", "mixed", "two people", "two currencies", "just", "too long", "two rooms", "oneself"],
)
def test_what_is_booked_together_is_one_visit_or_one_appointment(basket: Any, field: Any, code: Any) -> None:
    """E136."""
    body = basket()

    answer = prepare(somebody("Alice"), body)

    if code is None:
        assert answer.status_code == 200
    else:
        assert codes(answer) == {field: code}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {"items": "REQUIRED"}),
        ({"items": []}, {"items": "REQUIRED"}),
        ({"items": [{"service_id": "x"}]}, {"items.0.service_id": "INVALID"}),
        ({"items": [{"service_id": str(NOW), "price": 1}]}, {"items.0.price": "UNKNOWN_FIELD"}),
        ({"service_ids": [], "items": []}, {"service_ids": "AMBIGUOUS"}),
        ({"service_ids": [NOBODY], "grand_total": "1.00"}, {"grand_total": "UNKNOWN_FIELD"}),
        ({"service_ids": [NOBODY], "booking_time": "10:00"}, {"booking_date": "REQUIRED"}),
        ({"service_ids": [NOBODY], "use_points": -1}, {"use_points": "MIN_VALUE"}),
    ],
)
def test_a_basket_is_read_strictly(alice: User, body: dict[str, Any], expected: dict[str, str]) -> None:
    """A085."""
    assert codes(prepare(alice, body), 400, "VALIDATION_ERROR") == expected


# When


def test_visits_can_begin_every_half_hour_that_leaves_room_for_them(alice: User, travel: Travel) -> None:
    one = facial()
    tomorrow = preview(alice, basket_of(one, quantity=2, booking_date="2026-03-03"))["available_time_slots"]
    travel(at("17:10"))
    today = preview(alice, basket_of(one, booking_date="2026-03-03"))["available_time_slots"]

    assert (tomorrow[:2], tomorrow[-1], len(tomorrow)) == (["08:00 AM", "08:30 AM"], "06:00 PM", 21)
    # An hour of notice, and an hour before they are over at eight.
    assert today == ["06:30 PM", "07:00 PM"]
    assert preview(alice, basket_of(one, booking_date="2026-05-01"))["available_time_slots"] == []


def test_a_specialist_is_asked_for_all_of_it_in_one_piece(alice: User) -> None:
    one = offered(minutes=60)
    more = service(one.owner, 90, name="Longer")
    held = preview(alice, basket_of(one, booking_date="2026-03-03", booking_time="12:00"))

    slots = preview(somebody("Charlie"), basket_of(one, more, booking_date="2026-03-03"))["available_time_slots"]

    assert (held["is_held"], held["start_time"], held["end_time"]) == (
        True,
        "2026-03-03T06:30:00Z",
        "2026-03-03T07:30:00Z",
    )
    # Her own is still offered to her.
    assert [each for each in held["available_time_slots"] if each in ("11:30 AM", "12:00 PM", "12:30 PM")] == [
        "12:00 PM"
    ]
    assert slots == ["09:00 AM", "09:30 AM", "01:00 PM", "01:30 PM", "02:00 PM", "02:30 PM"]


@pytest.mark.parametrize("written", ["10:00 AM", "10:00", "10:00:00"])
def test_a_time_of_day_is_read_in_every_form(alice: User, written: str) -> None:
    """E016."""
    shown = preview(alice, basket_of(facial()))

    told = confirmed(alice, at_home(alice, yes_to(shown["preview_id"], booking_time=written)))

    assert told["booking"]["start_time"] == "2026-03-03T04:30:00Z"


@pytest.mark.parametrize(
    ("when", "status", "expected"),
    [
        ({"booking_time": "13:00 PM"}, 400, {"booking_time": "INVALID"}),
        ({"booking_time": "12:00 AM"}, 422, {"booking_time": "OUTSIDE_BUSINESS_HOURS"}),
        ({"booking_time": "07:30 PM"}, 422, {"booking_time": "OUTSIDE_BUSINESS_HOURS"}),
        ({"booking_date": "2026-03-02", "booking_time": "10:30"}, 422, {"booking_time": "MINIMUM_NOTICE"}),
        ({"booking_date": "2026-03-02", "booking_time": "10:00"}, 422, {"booking_time": "PAST"}),
        ({"booking_date": "2026-04-02"}, 422, {"booking_time": "BEYOND_HORIZON"}),
        ({"start_time": "2026-03-03T04:30:00Z"}, 400, {"start_time": "AMBIGUOUS"}),
    ],
)
def test_times_that_no_visit_can_have_are_refused(
    alice: User, when: dict[str, str], status: int, expected: dict[str, str]
) -> None:
    shown = preview(alice, basket_of(facial()))
    kind = "VALIDATION_ERROR" if status == 400 else "BUSINESS_RULE_VIOLATION"

    assert codes(confirm(alice, at_home(alice, yes_to(shown["preview_id"], **when))), status, kind) == expected
    assert not Booking.objects.exists()


def test_clocks_that_are_put_back_or_forward_are_not_guessed_about(
    alice: User, settings: Settings, travel: Travel
) -> None:
    """E004, E005."""
    settings.BUSINESS_TIME_ZONE = "America/New_York"
    in_force(visits_from=at("00:00").time().replace(0, 0), visit_horizon_days=300)
    shown = preview(alice, basket_of(facial()))

    def told(**when: Any) -> Any:
        said = at_home(alice, yes_to(shown["preview_id"]))
        return confirm(alice, {**{name: said[name] for name in said if not name.startswith("booking_")}, **when})

    skipped = refused(told(booking_date="2026-03-08", booking_time="02:30"), 422, "BUSINESS_RULE_VIOLATION")
    twice = refused(told(booking_date="2026-11-01", booking_time="1:30 AM"), 422, "BUSINESS_RULE_VIOLATION")
    meant = told(start_time="2026-11-01T01:30:00-05:00")

    assert (detail_codes(skipped), skipped["suggestion"]) == (
        {"booking_time": "NONEXISTENT_LOCAL_TIME"},
        "2026-03-08T03:30:00-04:00",
    )
    assert twice["candidates"] == ["2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z"]
    assert meant.json()["data"]["booking"]["start_time"] == "2026-11-01T06:30:00Z"


@pytest.mark.parametrize("count", [1, 3])
def test_a_preview_takes_as_many_statements_for_one_service_as_for_three(
    alice: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    save10()
    body = basket_of(*(facial(f"Facial {n}") for n in range(count)), promo_code="SAVE10", booking_date="2026-03-03")
    body["address_id"] = str(an_address(alice).pk)
    client = client_of(alice)

    with django_assert_num_queries(9):
        client.post("/api/v1/checkout/prepare", body, "application/json")

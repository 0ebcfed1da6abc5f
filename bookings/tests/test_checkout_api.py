"""/checkout: what a basket costs, how long that is promised, and the booking that it becomes."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from accounts.tests.authorisation import an_address
from bookings.models import Booking, CheckoutPreview
from bookings.tests.checkout import basket_of, confirm, confirmed, facial, prepare, preview, yes_to
from bookings.tests.conftest import Travel
from bookings.tests.factories import in_force, offered, somebody
from catalog.models import Service
from catalog.tests.factories import NOW, at, room, service
from common.tests.probe.client import client_of, detail_codes, refused
from loyalty.models import PromoCode, PromoRedemption
from loyalty.tests.factories import save10
from payments.gateways.base import Silent, Unavailable
from payments.models import Payment
from payments.tests.fake_gateway import PATH, FakeGateway

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


def test_the_golden_basket_is_right_to_the_paisa(alice: User) -> None:
    """E120, E127."""
    save10()
    home = an_address(alice)
    one = facial()

    shown = preview(alice, basket_of(one, quantity=2, promo_code=" save10 ", address_id=str(home.pk)))
    said = yes_to(shown["preview_id"], payment_method="online", amount="2124.00")
    contact = {"customer_name": "Alice  A.", "customer_phone": "+91 98765 43210", "customer_email": "a@example.com"}
    told = confirmed(alice, said | contact)

    assert shown["pricing"] == {
        "currency": "INR",
        "subtotal": "2000.00",
        "savings": "400.00",
        "discount": "200.00",
        "tax": "324.00",
        "grand_total": "2124.00",
        "points": "0.00",
        "credit": "0.00",
        "amount_due": "2124.00",
    }
    assert shown["promo"]["code"] == "SAVE10"
    assert shown["services"] == [
        {
            "id": str(one.pk),
            "name": "Facial",
            "quantity": 2,
            "unit_price": "1000.00",
            "market_price": "1200.00",
            "duration_minutes": 60,
        }
    ]
    payment, booking = told["payment"], told["booking"]
    assert (payment["amount"], payment["currency"], payment["order_id"]) == (212_400, "INR", f"order-{payment['id']}")
    assert payment["prefill"] == {"contact": "+919876543210", "email": "a@example.com", "name": "Alice A."}
    assert payment["notes"] == {"booking_id": booking["id"], "booking_number": booking["number"]}
    assert (booking["status"], booking["kind"], booking["grand_total"]) == ("pending_payment", "visit", "2124.00")
    assert booking["contact"] == {"name": "Alice A.", "phone": "+919876543210", "email": "a@example.com"}
    assert (booking["address"]["address_line1"], booking["duration"]) == ("12 Park Street", 120)
    assert [(each["name"], each["quantity"], each["total"]) for each in booking["services"]] == [
        ("Facial", 2, "2000.00")
    ]
    assert booking["expires_at"] == "2026-03-02T04:55:00Z"
    FakeGateway.pays(payment["order_id"])
    paid = client_of(alice).post(
        "/api/v1/payments/verify",
        {"payment_id": payment["id"]},
        "application/json",
        headers={"Idempotency-Key": "paid"},
    )
    assert (paid.json()["data"]["booking_status"], paid.json()["data"]["payment_status"]) == ("pending", "paid")


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
        (lambda: in_two_rooms(), "items", "TWO_ROOMS"),
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


def in_two_rooms() -> dict[str, Any]:
    one = offered(room=room(name="One"))
    return basket_of(one, service(one.owner, room=room(name="Other")))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {"items": "REQUIRED"}),
        ({"items": []}, {"items": "REQUIRED"}),
        ({"items": [{"service_id": "x"}]}, {"items.0.service_id": "INVALID"}),
        ({"items": [{"service_id": str(NOW), "price": 1}]}, {"items.0.price": "UNKNOWN_FIELD"}),
        ({"service_ids": [], "items": []}, {"service_ids": "AMBIGUOUS"}),
        ({"service_ids": ["0" * 32], "grand_total": "1.00"}, {"grand_total": "UNKNOWN_FIELD"}),
        ({"service_ids": ["0" * 32], "booking_time": "10:00"}, {"booking_date": "REQUIRED"}),
        ({"service_ids": ["0" * 32], "use_points": -1}, {"use_points": "MIN_VALUE"}),
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
    taken = preview(alice, basket_of(one, booking_date="2026-03-03", booking_time="12:00"))

    slots = preview(somebody("Charlie"), basket_of(one, more, booking_date="2026-03-03"))["available_time_slots"]

    assert (taken["is_held"], taken["start_time"], taken["end_time"]) == (
        True,
        "2026-03-03T06:30:00Z",
        "2026-03-03T07:30:00Z",
    )
    assert "12:00 PM" in taken["available_time_slots"] or "12:00 PM" not in slots
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


# Confirming


def at_home(alice: User, said: dict[str, Any]) -> dict[str, Any]:
    home = alice.addresses.first() or an_address(alice)
    return {"address_id": str(home.pk), **said}


def test_cash_is_booked_at_once_and_up_to_a_limit(alice: User) -> None:
    """E137."""
    one = facial()
    shown = preview(alice, basket_of(one, address_id=str(an_address(alice).pk)))

    told = confirmed(alice, yes_to(shown["preview_id"], notes="Ring twice"))

    assert "payment" not in told
    assert told["message"] == "Booking created. Partner will be assigned shortly."
    booking = told["booking"]
    assert (booking["status"], booking["payment_status"], booking["payment_method"]) == ("pending", "unpaid", "cash")
    assert (booking["notes"], booking["expires_at"], booking["contact"]) == ("Ring twice", None, None)
    assert not Payment.objects.exists()

    in_force(cash_limit_minor=117_999)
    again = preview(alice, basket_of(one))
    answer = confirm(alice, at_home(alice, yes_to(again["preview_id"])))
    assert codes(answer) == {"payment_method": "CASH_LIMIT"}
    assert Booking.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "status", "expected"),
    [
        ({"cancellation_policy_accepted": False}, 422, {"cancellation_policy_accepted": "POLICY_NOT_ACCEPTED"}),
        ({"cancellation_policy_accepted": None}, 400, {"cancellation_policy_accepted": "NULL"}),
        ({"payment_method": "gold"}, 400, {"payment_method": "INVALID_CHOICE"}),
        ({"amount": "1.00"}, 422, {"amount": "AMOUNT_MISMATCH"}),
        ({"currency": "USD"}, 400, {"currency": "UNKNOWN_FIELD"}),
        ({"gateway": "cash", "payment_method": "online"}, 400, {"gateway": "INVALID"}),
        ({"customer_phone": "12"}, 400, {"customer_phone": "NOT_A_NUMBER"}),
        ({"answers": {"Allergies?": "None"}}, 400, {"answers.Allergies?": "UNKNOWN_FIELD"}),
        ({"address_id": None}, 400, {"address_id": "NULL"}),
        ({"address_id": "theirs"}, 404, {"address_id": "NOT_FOUND"}),
        ({"address_id": "none"}, 400, {"address_id": "REQUIRED"}),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_what_a_customer_says_is_checked_and_never_obeyed(
    alice: User, more: dict[str, Any], status: int, expected: dict[str, str]
) -> None:
    """E138, A085."""
    shown = preview(alice, basket_of(facial()))
    said = at_home(alice, yes_to(shown["preview_id"])) | more
    if more.get("address_id") == "theirs":
        said["address_id"] = str(an_address(somebody("Charlie")).pk)
    if more.get("address_id") == "none":
        del said["address_id"]
    kinds = {400: "VALIDATION_ERROR", 404: "RESOURCE_NOT_FOUND", 422: "BUSINESS_RULE_VIOLATION"}

    assert codes(confirm(alice, said), status, kinds[status]) == expected
    assert not Booking.objects.exists()


def test_what_was_promised_is_binding_whatever_the_catalog_says_since(alice: User) -> None:
    """E130."""
    one = facial()
    shown = preview(alice, basket_of(one))
    Service.objects.filter(pk=one.pk).update(price_minor=999_900, market_price_minor=None, name="Facial de luxe")
    in_force(tax_percent="28.00", cancellation_fee_percent="50.00")

    booking = confirmed(alice, at_home(alice, yes_to(shown["preview_id"])))["booking"]

    assert (booking["grand_total"], booking["pricing"]["tax"]) == ("1180.00", "180.00")
    assert booking["services"][0]["name"] == "Facial"
    assert Booking.objects.get().policy["fee_basis_points"] == 1_000

    gone = preview(alice, basket_of(facial("Bleach")))
    Service.objects.filter(name="Bleach").update(is_active=False)
    answer = confirm(alice, at_home(alice, yes_to(gone["preview_id"])))
    assert codes(answer) == {"items.0.service_id": "NOT_BOOKABLE"}


@pytest.mark.parametrize(
    ("changes", "discount"),
    [({"is_active": False}, "0.00"), ({"minimum_minor": 200_000}, "0.00"), ({"percent": 5}, "50.00")],
    ids=["switched off", "another minimum", "another percentage"],
)
def test_a_code_that_is_not_what_it_was_is_told_with_the_new_price(
    alice: User, changes: dict[str, Any], discount: str
) -> None:
    """E129."""
    save10()
    shown = preview(alice, basket_of(facial(), promo_code="SAVE10"))
    PromoCode.objects.update(**changes)

    error = refused(confirm(alice, at_home(alice, yes_to(shown["preview_id"]))), 409, "DUPLICATE_RESOURCE")

    assert detail_codes(error) == {"preview_id": "PRICE_CHANGED"}
    assert error["quote"]["pricing"]["discount"] == discount
    assert Booking.objects.count() == PromoRedemption.objects.count() == PromoCode.objects.get().used_count == 0


def test_a_code_that_is_used_up_meanwhile_is_told_as_such(alice: User) -> None:
    """E133, U27."""
    save10(total_limit=1)
    one = facial()
    hers, his = (preview(each, basket_of(one, promo_code="SAVE10")) for each in (alice, somebody("Charlie")))

    confirmed(alice, at_home(alice, yes_to(hers["preview_id"])))

    charlie = somebody("Charlie")
    assert codes(confirm(charlie, at_home(charlie, yes_to(his["preview_id"])))) == {"promo_code": "PROMO_EXHAUSTED"}
    assert (PromoCode.objects.get().used_count, Booking.objects.count()) == (1, 1)


def test_a_preview_is_its_owners_once_and_for_two_minutes(alice: User, travel: Travel) -> None:
    """E131, A086."""
    one = facial()
    first = preview(alice, basket_of(one))
    said = at_home(alice, yes_to(first["preview_id"]))

    refused(confirm(somebody("Charlie"), said), 404, "RESOURCE_NOT_FOUND")
    booking = confirmed(alice, said)["booking"]
    used = refused(confirm(alice, said), 409, "DUPLICATE_RESOURCE")

    assert detail_codes(used) == {"preview_id": "PREVIEW_USED"}
    assert (used["booking_id"], used["booking_number"]) == (booking["id"], booking["number"])

    late = preview(alice, basket_of(one))
    travel(NOW + timedelta(seconds=121))
    error = refused(confirm(alice, at_home(alice, yes_to(late["preview_id"]))), 409, "DUPLICATE_RESOURCE")
    assert detail_codes(error) == {"preview_id": "PREVIEW_EXPIRED"}
    assert Booking.objects.count() == 1

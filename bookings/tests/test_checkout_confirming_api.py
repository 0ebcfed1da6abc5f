"""/checkout/confirm: what was promised becomes a booking, once and at that price."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from accounts.tests.authorisation import an_address
from bookings.models import Booking
from bookings.services.closing import expire_booking
from bookings.tests.checkout import CHECKOUT, at_home, basket_of, confirm, confirmed, facial, preview, yes_to
from bookings.tests.conftest import Travel
from bookings.tests.factories import in_force, offered, somebody
from bookings.tests.paying import follow_up, post, synced
from catalog.models import Service
from catalog.tests.factories import NOW
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
        ({"gateway": "fake"}, 400, {"gateway": "UNKNOWN_FIELD"}),
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
    in_force(tax_percent=Decimal(28), cancellation_fee_percent=Decimal(50))

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


# Under a key


def online(user: User, body: dict[str, Any]) -> dict[str, Any]:
    shown = preview(user, body)
    return at_home(user, yes_to(shown["preview_id"], payment_method="online"))


def test_the_same_key_is_answered_as_before_and_another_finds_the_booking(alice: User) -> None:
    """E150, E131, A088, A089, A093."""
    said = online(alice, basket_of(facial()))

    without = client_of(alice).post(f"{CHECKOUT}/confirm", said, "application/json")
    assert codes(without, 400, "VALIDATION_ERROR") == {"Idempotency-Key": "REQUIRED"}
    first, again = (confirm(alice, said, key="one") for _ in range(2))
    refused(confirm(alice, said | {"notes": "other"}, key="one"), 422, "IDEMPOTENCY_KEY_REUSED")
    other = refused(confirm(alice, said, key="two"), 409, "DUPLICATE_RESOURCE")

    assert (first.status_code, again.content, again["Idempotent-Replayed"]) == (201, first.content, "true")
    booking = first.json()["data"]["booking"]
    assert first["Location"] == f"/api/v1/bookings/{booking['id']}"
    assert (other["booking_id"], Booking.objects.count(), len(FakeGateway.orders)) == (booking["id"], 1, 1)


@pytest.mark.parametrize(
    ("when", "error"),
    [("before", Unavailable("down")), ("after", Silent("timed out"))],
    ids=["not reached", "no answer"],
)
def test_a_gateway_that_is_down_keeps_the_booking_and_the_same_key_goes_on(
    alice: User, when: str, error: Exception
) -> None:
    """E174, E175, A096."""
    said = online(alice, basket_of(facial()))
    getattr(FakeGateway, when)["open"] = error

    refused(confirm(alice, said, key="one"), 503, "SERVICE_UNAVAILABLE")
    booking = Booking.objects.get()
    assert (booking.status, booking.expires_at) == ("pending_payment", NOW + timedelta(minutes=15))
    told = confirm(alice, said, key="one")

    assert told.status_code == 201, told.content
    assert told.json()["data"]["booking"]["id"] == str(booking.pk)
    # Who has lost the key as well finds the same order.
    full = post(alice, "/process-full-payment", {"booking_id": str(booking.pk)}).json()["data"]
    assert full["payment"]["id"] == told.json()["data"]["payment"]["id"]
    assert (Booking.objects.count(), Payment.objects.count(), len(FakeGateway.orders)) == (1, 1, 1)


def test_who_paid_nothing_in_time_has_neither_booking_nor_used_code(alice: User, travel: Travel) -> None:
    """U24, U28."""
    save10(per_user_limit=1)
    said = online(alice, basket_of(facial(), promo_code="SAVE10"))
    booking = Booking.objects.get(pk=confirmed(alice, said)["booking"]["id"])
    assert PromoRedemption.objects.get().state == "held"

    travel(NOW + timedelta(minutes=16))
    expire_booking(booking.pk)
    follow_up()

    booking.refresh_from_db()
    assert (booking.status, Payment.objects.get().status) == ("expired", "cancelled")
    assert (PromoCode.objects.get().used_count, PromoRedemption.objects.get().state) == (0, "released")
    again = preview(alice, basket_of(facial("Again"), promo_code="SAVE10"))
    assert again["pricing"]["discount"] == "100.00"


def test_a_specialist_who_wants_a_deposit_is_not_paid_in_cash(alice: User) -> None:
    """The deposit is a part of what is paid online, and is what a late cancellation keeps."""
    one = offered(deposit_minor=20_000)
    shown = preview(alice, basket_of(one))
    assert codes(confirm(alice, yes_to(shown["preview_id"]))) == {"payment_method": "DEPOSIT_DUE"}

    told = confirmed(alice, yes_to(shown["preview_id"], payment_method="online"))

    assert (told["booking"]["kind"], told["booking"]["deposit_amount"]) == ("appointment", "200.00")
    assert told["payment"]["amount"] == 177_000
    FakeGateway.pays(told["payment"]["order_id"])
    synced(Payment.objects.get())
    booking = Booking.objects.get()
    assert (booking.status, booking.payment_status) == ("pending", "paid")


def test_questions_are_answered_at_the_checkout_too(alice: User) -> None:
    asked = [{"question": "Any allergies?", "type": "text", "required": True}]
    shown = preview(alice, basket_of(facial(intake_questions=asked), facial("Bleach")))
    said = at_home(alice, yes_to(shown["preview_id"]))

    assert codes(confirm(alice, said), 400, "VALIDATION_ERROR") == {"answers.Any allergies?": "REQUIRED"}
    booking = confirmed(alice, said | {"answers": {"Any allergies?": "Nuts"}})["booking"]

    assert booking["answers"] == {"Any allergies?": "Nuts"}


@pytest.mark.parametrize("count", [1, 3])
def test_confirming_takes_as_many_statements_for_one_service_as_for_three(
    alice: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    save10()
    services = [facial(f"Facial {n}") for n in range(count)]
    shown = preview(alice, basket_of(*services, promo_code="SAVE10", address_id=str(an_address(alice).pk)))
    client, key = client_of(alice), {"Idempotency-Key": "one"}

    with django_assert_num_queries(19):
        client.post(f"{CHECKOUT}/confirm", yes_to(shown["preview_id"]), "application/json", headers=key)
    again = online(alice, basket_of(*services, promo_code="SAVE10"))
    with django_assert_num_queries(58):
        client.post(f"{CHECKOUT}/confirm", again, "application/json", headers={"Idempotency-Key": "two"})

"""A checkout that points and credit pay a part of, or all."""

from decimal import Decimal
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import User
from bookings.models import Booking
from bookings.services.cancelling import cancel_booking
from bookings.tests.checkout import at_home, basket_of, confirm, confirmed, facial, prepare, preview, yes_to
from bookings.tests.factories import by_customer, in_force, somebody
from bookings.tests.means import balance, credit, with_credit, with_points
from bookings.tests.paying import follow_up
from common.tests.probe.client import detail_codes, refused
from loyalty.enums import DiscountKind
from loyalty.models import PromoCode, PromoRedemption
from loyalty.services import redeem_for_credit
from loyalty.tests.factories import save10
from payments.models import Payment
from payments.tests.fake_gateway import PATH, FakeGateway

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fake(settings: Settings) -> None:
    settings.PAYMENT_GATEWAYS = {"fake": PATH}
    settings.RATE_LIMITS = False
    FakeGateway.world()


@pytest.fixture
def alice() -> User:
    return somebody("Alice")


def online(user: User, shown: dict[str, Any]) -> dict[str, Any]:
    return at_home(user, yes_to(shown["preview_id"], payment_method="online"))


def test_a_code_then_points_then_credit_and_the_rest_in_money(alice: User) -> None:
    """E134."""
    save10()
    with_points(with_credit(alice, 50_000), 100)

    wanted = basket_of(facial(), quantity=2, promo_code="SAVE10", use_points=True, use_credit=True)
    shown = preview(alice, wanted)
    told = confirmed(alice, online(alice, shown))

    pricing = shown["pricing"]
    assert (pricing["grand_total"], pricing["points"], pricing["credit"], pricing["amount_due"]) == (
        *("2124.00", "10.00", "500.00"),
        "1614.00",
    )
    assert shown["points_used"] == 100
    assert told["payment"]["amount"] == 161_400
    assert (told["booking"]["pricing"]["points"], told["booking"]["pricing"]["credit"]) == ("10.00", "500.00")
    assert (balance(alice), credit(alice)) == (0, 0)

    cancel_booking(booking := Booking.objects.get(), actor=by_customer(booking))
    follow_up()
    assert (balance(alice), credit(alice), PromoCode.objects.get().used_count) == (100, 50_000, 0)


def test_a_code_that_takes_everything_off_leaves_nothing_to_ask_a_gateway_for(alice: User) -> None:
    """E123."""
    fixed = {"discount_kind": DiscountKind.FIXED, "percent": None, "amount_minor": 50_000}
    save10(code="FREE", minimum_minor=None, cap_minor=None, **fixed)

    shown = preview(alice, basket_of(facial(price_minor=30_000), promo_code="FREE"))
    told = confirmed(alice, online(alice, shown))

    pricing = shown["pricing"]
    assert (pricing["discount"], pricing["tax"], pricing["grand_total"]) == ("300.00", "0.00", "0.00")
    assert "payment" not in told
    assert (told["booking"]["status"], told["booking"]["payment_status"]) == ("pending", "paid")
    assert (PromoRedemption.objects.get().state, Payment.objects.count(), len(FakeGateway.orders)) == ("used", 0, 0)


def test_points_and_credit_alone_pay_for_it_whatever_was_said_of_cash(alice: User) -> None:
    in_force(point_value_minor=100, cash_limit_minor=0)
    with_points(with_credit(alice, 100_000), 200)

    shown = preview(alice, basket_of(facial(), use_points=200, use_credit=True))
    told = confirmed(alice, at_home(alice, yes_to(shown["preview_id"])))

    assert (shown["pricing"]["points"], shown["pricing"]["credit"], shown["pricing"]["amount_due"]) == (
        *("200.00", "980.00"),
        "0.00",
    )
    assert (told["booking"]["status"], told["booking"]["payment_status"]) == ("pending", "paid")
    assert (balance(alice), credit(alice)) == (0, 2_000)


@pytest.mark.parametrize(
    ("points", "code"), [(301, "NOT_ENOUGH_POINTS"), (300, "POINTS_EXCEED_DUE")], ids=["not there", "no room"]
)
def test_more_points_than_can_be_used_are_refused_at_once(alice: User, points: int, code: str) -> None:
    in_force(point_value_minor=1_000, points_pay_tax=False)
    with_points(alice, 300)

    answer = prepare(alice, basket_of(facial(), use_points=points))

    assert detail_codes(refused(answer, 422, "BUSINESS_RULE_VIOLATION")) == {"use_points": code}
    # The tax is left to be paid in another way.
    assert preview(alice, basket_of(facial(), use_points=True))["pricing"]["amount_due"] == "180.00"


def test_points_that_are_gone_or_worth_something_else_by_now_book_nothing(alice: User) -> None:
    with_points(alice, 100)
    one = facial()
    shown = preview(alice, basket_of(one, use_points=True))
    in_force(point_value_minor=5, tax_percent=Decimal(18))

    changed = refused(confirm(alice, online(alice, shown)), 409, "DUPLICATE_RESOURCE")
    assert detail_codes(changed) == {"preview_id": "PRICE_CHANGED"}
    in_force()
    redeem_for_credit(alice, 50)
    gone = refused(confirm(alice, online(alice, shown)), 422, "BUSINESS_RULE_VIOLATION")

    assert detail_codes(gone) == {"points": "NOT_ENOUGH_POINTS"}
    assert (Booking.objects.count(), balance(alice)) == (0, 50)

"""What a code takes off a basket, decided on values alone."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import DomainError
from common.ids import new_id
from common.money import Money
from loyalty.errors import PromoExhausted, PromoRefused, PromoUnknown
from loyalty.promo import Basket, Customer, Line, Terms, discount_of, normal_code
from loyalty.tests.factories import basket, rupees

KOLKATA = ZoneInfo("Asia/Kolkata")
NOON = datetime(2026, 3, 2, 12, tzinfo=KOLKATA)
SAVE10 = Terms(currency="INR", percent=Decimal(10), minimum=rupees(100_000), cap=rupees(50_000))
FIXED = Terms(currency="INR", amount=rupees(50_000))
SOMEBODY = Customer()


def off(terms: Terms, basket: Basket, customer: Customer = SOMEBODY, now: datetime = NOON) -> int:
    return discount_of(terms, basket, customer, now=now).minor


def refusal(terms: Terms, basket: Basket, customer: Customer = SOMEBODY, now: datetime = NOON) -> str:
    with pytest.raises(DomainError) as refused:
        discount_of(terms, basket, customer, now=now)
    assert isinstance(refused.value, PromoRefused)
    return refused.value.details[0].code


def test_the_golden_basket() -> None:
    """E120: 2 × 1000.00 less 10 %, then 18 % tax."""
    discount = discount_of(SAVE10, basket(200_000), SOMEBODY, now=NOON)
    tax = (rupees(200_000) - discount).percent(18)

    assert (discount, tax, rupees(200_000) - discount + tax) == (rupees(20_000), rupees(32_400), rupees(212_400))


def test_a_percentage_is_capped_and_rounded_half_up() -> None:
    assert off(SAVE10, basket(900_000)) == 50_000
    assert off(replace(SAVE10, minimum=None), basket(15)) == 2


def test_the_minimum_is_reached_by_the_whole_basket() -> None:
    """E122."""
    assert refusal(SAVE10, basket(99_999)) == "PROMO_MIN_ORDER"
    assert off(SAVE10, basket(60_000, 40_000)) == 10_000


def test_a_fixed_amount_is_never_more_than_the_basket() -> None:
    """E123."""
    assert off(FIXED, basket(30_000)) == 30_000
    assert off(FIXED, basket(80_000)) == 50_000


def test_what_a_code_is_not_for_pays_its_full_price() -> None:
    facial, massage, sauna = new_id(), new_id(), new_id()
    lines = (
        Line(rupees(100_000), service_id=facial, category_id=sauna),
        Line(rupees(50_000), service_id=massage, category_id=new_id()),
    )

    assert off(replace(SAVE10, service_ids=[massage]), Basket("INR", lines)) == 5_000
    assert off(replace(SAVE10, category_ids=[sauna]), Basket("INR", lines)) == 10_000
    assert off(replace(SAVE10, category_ids=[sauna], service_ids=[massage]), Basket("INR", lines)) == 15_000
    assert refusal(replace(SAVE10, service_ids=[new_id()]), Basket("INR", lines)) == "PROMO_SCOPE"


def test_a_window_holds_its_first_moment_and_not_its_end() -> None:
    """E128, in the business zone."""
    march = replace(
        FIXED, valid_from=datetime(2026, 3, 1, tzinfo=KOLKATA), valid_until=datetime(2026, 4, 1, tzinfo=KOLKATA)
    )
    first, end = march.valid_from, march.valid_until
    assert first is not None
    assert end is not None

    assert off(march, basket(80_000), now=first) == off(march, basket(80_000), now=end - timedelta(seconds=1)) == 50_000
    for outside in (first - timedelta(microseconds=1), end, end + timedelta(seconds=1)):
        with pytest.raises(PromoUnknown):
            discount_of(march, basket(80_000), SOMEBODY, now=outside)


def test_expired_and_switched_off_read_like_unknown_whatever_else_is_wrong() -> None:
    """A108."""
    over: dict[str, Any] = {"is_exhausted": True, "valid_until": NOON}

    for terms in (replace(SAVE10, **over), replace(SAVE10, is_active=False)):
        with pytest.raises(PromoUnknown) as refused:
            discount_of(terms, basket(1), SOMEBODY, now=NOON)
        assert (refused.value.message, refused.value.details) == (PromoUnknown().message, ())


def test_limits_currency_and_first_booking_refuse_with_a_code_of_their_own() -> None:
    """A100."""
    wanted = basket(200_000)

    with pytest.raises(PromoExhausted):
        discount_of(replace(SAVE10, is_exhausted=True), wanted, SOMEBODY, now=NOON)
    assert refusal(replace(SAVE10, per_user_limit=2), wanted, Customer(uses=2)) == "PROMO_USED"
    assert off(replace(SAVE10, per_user_limit=2), wanted, Customer(uses=1)) == 20_000
    assert refusal(replace(SAVE10, first_booking_only=True), wanted, Customer(has_booked=True)) == "PROMO_FIRST_BOOKING"
    assert refusal(SAVE10, Basket("EUR", (Line(Money(200_000, "EUR")),))) == "PROMO_CURRENCY"


@settings(max_examples=80)
@given(
    st.lists(st.integers(0, 10**7), min_size=1, max_size=5),
    st.integers(1, 10_000),
    st.none() | st.integers(1, 10**6),
)
def test_a_discount_is_never_negative_nor_more_than_the_basket_or_the_cap(
    amounts: list[int], hundredths: int, cap: int | None
) -> None:
    """E134."""
    terms = replace(SAVE10, percent=Decimal(hundredths) / 100, minimum=None, cap=None if cap is None else rupees(cap))

    discount = off(terms, basket(*amounts))

    assert 0 <= discount <= min(sum(amounts), 10**12 if cap is None else cap)


@pytest.mark.parametrize(
    "typed",
    ["SAVE10", " save10\n", "Save 10", "ＳＡＶＥ１０", "sa\u200bve10", "s\u00adave10\ufeff"],
    ids=["as is", "blanks and case", "blank inside", "full width", "zero width", "soft hyphen"],
)
def test_a_code_is_found_however_it_is_spelled(typed: str) -> None:
    """E127 and A108."""
    assert normal_code(typed) == "SAVE10"


@pytest.mark.parametrize(
    "typed",
    ["", "  ", "AB", "A" * 41, "A" * 10_000, "SАVE10", "' OR 1=1 --", "-SAVE", "SÄVE10"],
    ids=["empty", "blank", "short", "long", "huge", "cyrillic", "sql", "dash first", "umlaut"],
)
def test_what_can_be_no_code_is_none(typed: str) -> None:
    """A108."""
    assert normal_code(typed) == ""

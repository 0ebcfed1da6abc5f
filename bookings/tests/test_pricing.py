"""Prices to the last cent."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.pricing import Priced, Tax, basis_points_of, priced
from common.money import CurrencyMismatch, Money, round_half_up


def inr(minor: int) -> Money:
    return Money(minor, "INR")


EIGHTEEN = Tax.of_percent(Decimal("18.00"), is_included=False)


def test_the_worked_example() -> None:
    """E120."""
    pricing = priced([Priced(inr(100_000), 2, inr(120_000))], EIGHTEEN, currency="INR", discount=inr(20_000))

    assert [
        amount.minor for amount in (pricing.subtotal, pricing.savings, pricing.discount, pricing.tax, pricing.total)
    ] == [200_000, 40_000, 20_000, 32_400, 212_400]


def test_a_discount_takes_no_more_than_there_is() -> None:
    """E123."""
    pricing = priced([Priced(inr(30_000))], EIGHTEEN, currency="INR", discount=inr(50_000))

    assert (pricing.discount, pricing.tax, pricing.total) == (inr(30_000), inr(0), inr(0))


def test_tax_that_prices_contain_is_taken_out_of_them() -> None:
    """E126."""
    pricing = priced([Priced(inr(99_900))], Tax(1800, is_included=True), currency="INR")

    assert (pricing.total - pricing.tax, pricing.tax, pricing.total) == (inr(84_661), inr(15_239), inr(99_900))


def test_currencies_do_not_mix() -> None:
    with pytest.raises(CurrencyMismatch):
        priced([Priced(inr(100)), Priced(Money(100, "USD"))], EIGHTEEN, currency="INR")


def test_nothing_costs_nothing() -> None:
    assert priced([], EIGHTEEN, currency="INR").total == inr(0)


def test_a_rate_finer_than_settings_have_is_a_mistake_of_ours() -> None:
    assert basis_points_of(Decimal("0.01")) == 1
    with pytest.raises(ValueError, match="finer"):
        basis_points_of(Decimal("0.001"))


@given(
    lines=st.lists(st.tuples(st.integers(0, 10**9), st.integers(1, 20), st.integers(0, 10**6)), max_size=5),
    off=st.integers(0, 10**10),
    rate=st.integers(0, 10_000),
    is_included=st.booleans(),
)
@settings(max_examples=60)
def test_amounts_always_add_up(lines: list[tuple[int, int, int]], off: int, rate: int, is_included: bool) -> None:
    wanted = [Priced(inr(price), quantity, inr(price + more)) for price, quantity, more in lines]

    pricing = priced(wanted, Tax(rate, is_included), currency="INR", discount=inr(off))

    left = pricing.subtotal - pricing.discount
    assert pricing.subtotal.minor == sum(price * quantity for price, quantity, _ in lines)
    assert pricing.savings.minor == sum(more * quantity for _, quantity, more in lines)
    assert inr(0) <= pricing.discount <= min(pricing.subtotal, inr(off))
    if is_included:
        assert pricing.total == left
        assert pricing.tax.minor == left.minor - round_half_up(Fraction(left.minor * 10_000, 10_000 + rate))
    else:
        assert pricing.total == left + pricing.tax
        assert pricing.tax.minor == round_half_up(Fraction(left.minor * rate, 10_000))

"""Amounts: exact, in one currency, never losing a cent."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.money import (
    MOST_MINOR,
    AmountOutOfRange,
    CurrencyMismatch,
    Money,
    MoneyError,
    NotAnAmount,
    UnknownCurrency,
    exponent,
    round_half_up,
    total,
)

currencies = st.sampled_from(["JPY", "INR", "USD", "KWD", "XOF"])
amounts = st.builds(Money, st.integers(-(10**12), 10**12), currencies)
weights = st.lists(st.integers(0, 10**6), min_size=1, max_size=30).filter(any)


def inr(text: str) -> Money:
    return Money.parse(text, "INR")


@pytest.mark.parametrize(("code", "places"), [("JPY", 0), ("INR", 2), ("EUR", 2), ("KWD", 3), ("XAF", 0), ("XCD", 2)])
def test_each_currency_has_its_own_decimal_places(code: str, places: int) -> None:
    assert exponent(code) == places


@pytest.mark.parametrize("code", ["XXX", "XTS", "XAU", "XDR", "inr", "Inr", "ZZZ", "", "IN", "INRR", "ÍNR", "IN\n"])
def test_what_nobody_pays_in_is_no_currency(code: str) -> None:
    with pytest.raises(UnknownCurrency):
        Money(100, code)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("500", "JPY", 500), ("18.600", "KWD", 18600), ("1771.20", "INR", 177120), ("19.99", "USD", 1999)],
)
def test_gateways_are_told_minor_units(text: str, currency: str, minor: int) -> None:
    assert Money.parse(text, currency).minor == minor


@pytest.mark.parametrize(
    ("text", "minor"), [("12", 1200), ("12.5", 1250), ("0.05", 5), ("-0.50", -50), ("0", 0), ("-12.34", -1234)]
)
def test_missing_decimals_are_zeros(text: str, minor: int) -> None:
    assert inr(text).minor == minor


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "1 000", " 1", "1 ", "1\n", "+1", "--1", "-", ".", ".5", "5.", "1,5", "1e3", "1E3", "0x10", "1_000"),
        *("007", "00", "NaN", "Infinity", "١٢", "１２", "1.0.0", "-.5", "½", "1.234", "12.500"),
    ],
)
def test_only_plain_digits_are_an_amount(text: str) -> None:
    with pytest.raises(NotAnAmount):
        inr(text)


def test_a_currency_without_minor_unit_has_no_decimals() -> None:
    with pytest.raises(NotAnAmount, match="at most 0"):
        Money.parse("500.0", "JPY")


@pytest.mark.parametrize("text", ["10000000000000", "9999999999999999", "-10000000000000.00"])
def test_an_absurd_amount_is_out_of_range(text: str) -> None:
    with pytest.raises(AmountOutOfRange):
        inr(text)


def test_the_largest_amount_survives_a_browser() -> None:
    assert int(float(Money(MOST_MINOR, "INR").minor)) == MOST_MINOR


def test_an_endless_text_is_refused_at_once() -> None:
    with pytest.raises(NotAnAmount):
        inr("9" * 1_000_000)


@pytest.mark.parametrize("wrong", [1.0, True, "1", None, Decimal(1)])
def test_minor_units_are_whole_numbers(wrong: Any) -> None:
    with pytest.raises(TypeError):
        Money(wrong, "INR")


@pytest.mark.parametrize("wrong", [1.1, True, "1.10", None])
def test_an_amount_is_never_made_of_a_float(wrong: Any) -> None:
    with pytest.raises(TypeError):
        Money.from_decimal(wrong, "INR")


@pytest.mark.parametrize("ratio", [0.18, True, "18"])
def test_money_is_never_multiplied_by_a_float(ratio: Any) -> None:
    with pytest.raises(TypeError):
        inr("100").times(ratio)
    with pytest.raises(TypeError):
        inr("100").percent(ratio)
    with pytest.raises(TypeError):
        inr("100") * ratio
    with pytest.raises(TypeError):
        inr("100").allocate([ratio])


def test_a_decimal_finer_than_the_minor_unit_is_refused_and_not_rounded() -> None:
    with pytest.raises(NotAnAmount, match="at most 2"):
        Money.from_decimal(Decimal("1.005"), "INR")


@pytest.mark.parametrize("amount", [Decimal("NaN"), Decimal("Infinity"), Decimal("sNaN")])
def test_a_decimal_that_is_no_number_is_refused(amount: Decimal) -> None:
    with pytest.raises(NotAnAmount):
        Money.from_decimal(amount, "INR")


def test_a_decimal_with_a_million_digits_is_refused_at_once() -> None:
    with pytest.raises(AmountOutOfRange):
        Money.from_decimal(Decimal("1E+999999"), "INR")


def test_trailing_zeros_of_a_decimal_do_no_harm() -> None:
    assert Money.from_decimal(Decimal("12.5000"), "INR") == inr("12.50")
    assert Money.from_decimal(12, "JPY") == Money(12, "JPY")


def test_amounts_of_two_currencies_never_mix() -> None:
    rupees, yen = inr("1"), Money(100, "JPY")

    for attempt in (
        lambda: rupees + yen,
        lambda: rupees - yen,
        lambda: rupees < yen,
        lambda: rupees <= yen,
        lambda: rupees > yen,
        lambda: rupees >= yen,
        lambda: total([yen], "INR"),
    ):
        with pytest.raises(CurrencyMismatch):
            attempt()
    assert rupees != yen


def test_money_combines_with_nothing_but_money() -> None:
    five: Any = 5

    with pytest.raises(TypeError):
        inr("1") + five
    with pytest.raises(TypeError):
        inr("1") < five  # noqa: B015 - the comparison itself is under test


def test_arithmetic_within_a_currency() -> None:
    assert inr("10.10") + inr("0.90") == inr("11")
    assert inr("1") - inr("2.50") == inr("-1.50")
    assert -inr("1.50") == inr("-1.50")
    assert abs(inr("-1.50")) == inr("1.50")
    assert inr("1.50") * 3 == 3 * inr("1.50") == inr("4.50")
    assert inr("1") < inr("1.01") <= inr("1.01") < inr("2")
    assert total([inr("1"), inr("2.50")], "INR") == inr("3.50")
    assert total([], "JPY") == Money.zero("JPY")
    assert not Money.zero("INR")
    assert inr("0.01")


@pytest.mark.parametrize(
    ("value", "rounded"),
    [("0.5", 1), ("-0.5", -1), ("1.5", 2), ("2.5", 3), ("-2.5", -3), ("2.4999999999999999999999", 2), ("-1.5", -2)],
)
def test_a_tie_is_rounded_away_from_zero(value: str, rounded: int) -> None:
    assert round_half_up(Decimal(value)) == rounded


def test_the_golden_basket() -> None:
    price, market = inr("1000"), inr("1200")

    subtotal = price * 2
    discount = min(subtotal.percent(10), inr("500"))
    tax = (subtotal - discount).percent(18)

    assert (market - price) * 2 == inr("400.00")
    assert (str(subtotal), str(discount), str(tax)) == ("2000.00", "200.00", "324.00")
    assert subtotal - discount + tax == inr("2124.00")
    assert (subtotal - discount + tax).minor == 212400


def test_a_late_cancellation_costs_ten_percent() -> None:
    paid = inr("1771.20")

    fee = paid.percent(Decimal("10.00"))

    assert (str(fee), str(paid - fee)) == ("177.12", "1594.08")


def test_a_partial_refund_is_parted_into_net_and_tax() -> None:
    net, tax = inr("1000").allocate([180000, 32400])

    assert (str(net), str(tax)) == ("847.46", "152.54")


def test_a_price_that_includes_tax_is_parted() -> None:
    net, tax = inr("999").allocate([100, 18])

    assert (str(net), str(tax)) == ("846.61", "152.39")


def test_the_last_part_carries_the_odd_cent() -> None:
    assert [str(part) for part in inr("100").split(3)] == ["33.33", "33.33", "33.34"]
    assert [str(part) for part in inr("200").split(3)] == ["66.66", "66.67", "66.67"]
    assert [str(part) for part in inr("-100").split(3)] == ["-33.33", "-33.33", "-33.34"]


@pytest.mark.parametrize("wrong", [[], [0], [0, 0], [-1, 2], [1, -1]])
def test_shares_need_weights(wrong: list[int]) -> None:
    with pytest.raises(MoneyError):
        inr("100").allocate(wrong)


@given(amounts)
def test_what_is_written_can_be_read(amount: Money) -> None:
    assert Money.parse(str(amount), amount.currency) == amount
    assert Money.from_decimal(amount.decimal, amount.currency) == amount
    assert -amount.decimal.as_tuple().exponent == exponent(amount.currency)  # type: ignore[operator]  # it is finite


@given(amounts, weights)
def test_shares_add_up_and_lie_within_a_unit_of_their_exact_part(amount: Money, parts: list[int]) -> None:
    shares = amount.allocate(parts)

    assert total(shares, amount.currency) == amount
    for share, weight in zip(shares, parts, strict=True):
        assert abs(share.minor - Fraction(amount.minor * weight, sum(parts))) < 1
        assert weight or not share


@given(amounts, st.integers(1, 100))
def test_equal_parts_differ_by_one_unit_at_most_and_never_fall(amount: Money, parts: int) -> None:
    shares = [abs(share.minor) for share in amount.split(parts)]

    assert sum(shares) == abs(amount.minor)
    assert shares == sorted(shares)
    assert shares[-1] - shares[0] <= 1


@given(amounts, weights)
def test_a_refund_mirrors_the_charge(amount: Money, parts: list[int]) -> None:
    assert (-amount).allocate(parts) == [-share for share in amount.allocate(parts)]


@given(st.fractions())
def test_rounding_is_symmetric_and_never_farther_than_half(value: Fraction) -> None:
    assert abs(round_half_up(value) - value) <= Fraction(1, 2)
    assert round_half_up(-value) == -round_half_up(value)


@given(st.integers(0, 10**12), st.decimals(0, 100, places=2))
def test_a_percentage_and_its_rest_make_the_whole(minor: int, rate: Decimal) -> None:
    whole = Money(minor, "INR")

    part = whole.percent(rate)

    assert Money.zero("INR") <= part <= whole
    assert part + (whole - part) == whole

"""A million carts at random: every amount is a whole number, adds up, and is what plain integers say.

In the order in which things are taken off: the promo code off the subtotal, tax on what is left, then points, then
credit, and the rest in money.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from random import Random

import pytest

from bookings.pricing import BASIS, Priced, Pricing, Tax, priced
from catalog.tests.factories import NOW
from common.money import Money
from loyalty.points import most_points_for
from loyalty.promo import Basket, Customer, Line, Terms, discount_of

CURRENCIES = ("INR", "JPY", "KWD", "USD")
TAXES = tuple(
    Tax(rate, is_included) for rate in (0, 1, 500, 1_250, 1_800, 2_899, 10_000) for is_included in (False, True)
)
PERCENTS = tuple(Decimal(percent) / 100 for percent in (1, 333, 1_000, 1_250, 3_333, 9_999, 10_000))
ANYBODY = Customer()
MILLION = 1_000_000


def half_up(numerator: int, denominator: int) -> int:
    """Of what is never negative."""
    return (2 * numerator + denominator) // (2 * denominator)


def shop(seed: int, carts: int) -> int:
    """Fills so many carts and compares every amount; returns how many were compared."""
    chance = Random(seed)  # noqa: S311 - of tests
    for number in range(carts):
        try:
            fill_cart(chance)
        except Exception as error:
            raise AssertionError(f"cart {number} of seed {seed}") from error
    return carts


def fill_cart(chance: Random) -> None:
    currency, tax = chance.choice(CURRENCIES), chance.choice(TAXES)
    bound = 10 ** chance.randrange(1, 8)
    bought = [(int(chance.random() * bound), 1 + int(chance.random() * 4)) for _ in range(1 + int(chance.random() * 4))]
    amounts = [price * quantity for price, quantity in bought]

    off = promo_of(chance, amounts, currency)
    pricing = priced(
        [Priced(Money(price, currency), many) for price, many in bought], tax, currency=currency, discount=off
    )

    require_sums(pricing, amounts, off.minor, tax)
    require_shares(pricing.discount, amounts)
    pay(chance, pricing)


def promo_of(chance: Random, amounts: Sequence[int], currency: str) -> Money:
    """What a code takes off: a share or a sum, perhaps capped. As integers have it, or it raises."""
    cap, of_all = int(chance.random() * 2 * (sum(amounts) + 1)), sum(amounts)
    is_capped = chance.random() < 0.5
    lines = tuple(Line(Money(amount, currency)) for amount in amounts)
    most = Money(cap, currency) if is_capped else None
    if chance.random() < 0.5:
        percent = chance.choice(PERCENTS)
        terms = Terms(currency=currency, percent=percent, cap=most)
        wanted = half_up(of_all * int(percent * 100), 10_000)
    else:
        wanted = int(chance.random() * 2 * (of_all + 1))
        terms = Terms(currency=currency, amount=Money(wanted, currency), cap=most)
    off = discount_of(terms, Basket(currency, lines), ANYBODY, now=NOW)
    assert off.minor == min(wanted, of_all, *([cap] if is_capped else []))
    return off


def require_sums(pricing: Pricing, amounts: Sequence[int], off: int, tax: Tax) -> None:
    subtotal = sum(amounts)
    left = subtotal - off
    assert (pricing.subtotal.minor, pricing.discount.minor, pricing.savings.minor) == (subtotal, off, 0)
    if tax.is_included:
        net = half_up(left * BASIS, BASIS + tax.basis_points)
        assert (pricing.total.minor, pricing.tax.minor) == (left, left - net)
    else:
        taxed = half_up(left * tax.basis_points, BASIS)
        assert (pricing.total.minor, pricing.tax.minor) == (left + taxed, taxed)
    assert 0 <= off <= subtotal
    assert 0 <= pricing.tax.minor <= pricing.total.minor


def require_shares(discount: Money, amounts: Sequence[int]) -> None:
    """Shared among the lines by largest remainder, nothing is lost, and no line comes to less than nothing."""
    whole = sum(amounts)
    if not whole:
        return
    shares = [share.minor for share in discount.allocate(amounts)]
    assert sum(shares) == discount.minor
    for share, amount in zip(shares, amounts, strict=True):
        exact = discount.minor * amount
        assert exact // whole <= share <= min(amount, exact // whole + 1)


def pay(chance: Random, pricing: Pricing) -> None:
    """With as many points and as much credit as go, and never with more than is due."""
    total = pricing.total
    worth_of_one = 1 + int(chance.random() * 100)
    points = min(most_points_for(total, worth_of_one), int(chance.random() * 1_000))
    after_points = total - Money(worth_of_one * points, total.currency)
    credit = min(after_points, Money(int(chance.random() * 10_000), total.currency))
    due = after_points - credit
    assert due.minor >= 0
    assert due.minor + credit.minor + worth_of_one * points == total.minor


def test_two_thousand_carts_add_up() -> None:
    assert shop(seed=0, carts=2_000) == 2_000


@pytest.mark.deep
@pytest.mark.timeout(600)
def test_a_million_carts_add_up() -> None:
    """E120–E126."""
    hands = os.cpu_count() or 1
    with ProcessPoolExecutor(hands) as pool:
        done = sum(pool.map(shop, range(1, 21), [MILLION // 20] * 20))

    assert done == MILLION

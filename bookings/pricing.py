"""What a booking costs, from its lines to its total. Arithmetic on money alone.

1. The subtotal is the sum of price times quantity.
2. Savings are what the market would have asked more. They are shown and change nothing.
3. The discount is taken from the subtotal, and never takes more than there is.
4. Tax is on what is left, rounded half-up once for the whole booking. Where prices include tax it is in there already:
   the net amount is rounded, and the tax is the rest.

Worked example: 2 × 1000.00 (market 1200.00), 200.00 off, 18 % tax: subtotal 2000.00, savings 400.00, tax 324.00, total
2124.00. With tax included, 999.00 at 18 % is 846.61 net and 152.39 tax.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from common.money import Money, total

BASIS = 10_000


@dataclass(frozen=True, slots=True)
class Priced:
    """So many of one thing. The market price, where there is one, is never below the price."""

    price: Money
    quantity: int = 1
    market_price: Money | None = None

    @property
    def total(self) -> Money:
        return self.price * self.quantity

    @property
    def savings(self) -> Money:
        if self.market_price is None:
            return Money.zero(self.price.currency)
        return (self.market_price - self.price) * self.quantity


@dataclass(frozen=True, slots=True)
class Tax:
    """A rate in hundredths of a per cent, and whether prices contain it."""

    basis_points: int
    is_included: bool = False

    @classmethod
    def of_percent(cls, percent: Decimal, *, is_included: bool) -> "Tax":
        return cls(basis_points_of(percent), is_included)

    def of(self, amount: Money) -> Money:
        """The tax on an amount without it, or the tax within an amount with it."""
        if self.is_included:
            return amount - amount.times(Fraction(BASIS, BASIS + self.basis_points))
        return amount.times(Fraction(self.basis_points, BASIS))


@dataclass(frozen=True, slots=True)
class Pricing:
    subtotal: Money
    savings: Money
    discount: Money
    tax: Money
    total: Money


def priced(lines: Sequence[Priced], tax: Tax, *, currency: str, discount: Money | None = None) -> Pricing:
    """The amounts of a booking with these lines; refuses lines of another currency (`CurrencyMismatch`)."""
    subtotal = total([line.total for line in lines], currency)
    savings = total([line.savings for line in lines], currency)
    taken_off = min(discount, subtotal) if discount is not None else Money.zero(currency)
    left = subtotal - taken_off
    taxed = tax.of(left)
    return Pricing(subtotal, savings, taken_off, taxed, left if tax.is_included else left + taxed)


def basis_points_of(percent: Decimal) -> int:
    """18.00 per cent is 1800; settings have two decimals, so nothing is lost."""
    points = percent * 100
    if points != int(points):
        raise ValueError(f"{percent} per cent is finer than a hundredth.")
    return int(points)

"""Amounts of money: whole numbers of a currency's minor unit. Nothing here is ever a float.

Every division of money in the platform goes through `round_half_up` (one amount) or `allocate` (shares of an amount).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Self

from moneyed import CurrencyDoesNotExist, get_currency

# The largest amount that a JSON number carries unharmed through a browser, with room to add a few.
MOST_MINOR = 10**15 - 1
# Of the codes that belong to no country only these are money; the rest are metals, funds and test codes.
SUPRANATIONAL = frozenset({"XAF", "XCD", "XOF", "XPF"})

_CODE = re.compile(r"[A-Z]{3}", re.ASCII)
_AMOUNT = re.compile(r"-?(0|[1-9][0-9]{0,15})(\.[0-9]+)?", re.ASCII)

Ratio = int | Decimal | Fraction


class MoneyError(ValueError):
    """An amount that cannot be; its message can be shown."""


class UnknownCurrency(MoneyError):
    """Not the ISO 4217 code of a currency that people pay in."""


class CurrencyMismatch(MoneyError):
    """Amounts of two currencies cannot be added or compared."""


class NotAnAmount(MoneyError):
    """A text that is no decimal amount, or one finer than the currency's smallest unit."""


class AmountOutOfRange(MoneyError):
    """More than the platform handles."""


@cache
def exponent(currency: str) -> int:
    """Decimal places of a currency's minor unit: JPY 0, INR 2, KWD 3."""
    if not _CODE.fullmatch(currency) or (currency.startswith("X") and currency not in SUPRANATIONAL):
        raise UnknownCurrency(f"{currency!r} is not the code of a currency.")
    try:
        return len(str(get_currency(currency).sub_unit)) - 1
    except CurrencyDoesNotExist as error:
        raise UnknownCurrency(f"{currency!r} is not the code of a currency.") from error


def round_half_up(value: Ratio) -> int:
    """The nearest whole number; of two equally near ones the one farther from zero. The platform's only rounding."""
    exact = Fraction(value)
    rounded = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
    return rounded if exact >= 0 else -rounded


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the minor unit of its currency, which is part of the value: two currencies never mix."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        # A bool is an int to Python and a mistake here.
        if type(self.minor) is not int:
            raise TypeError(f"Minor units are whole numbers, not {type(self.minor).__name__}.")
        exponent(self.currency)
        if abs(self.minor) > MOST_MINOR:
            raise AmountOutOfRange("The amount is too large.")

    @classmethod
    def zero(cls, currency: str) -> Self:
        return cls(0, currency)

    @classmethod
    def parse(cls, text: str, currency: str) -> Self:
        """Reads what `decimal` writes: `-12.5`, `12.50`, `0`. No exponent, plus, blanks, grouping or leading zeros."""
        places = exponent(currency)
        match = _AMOUNT.fullmatch(text)
        if not match:
            raise NotAnAmount("Write an amount as digits with a decimal point, such as 12.50.")
        fraction = (match[2] or ".")[1:]
        if len(fraction) > places:
            raise NotAnAmount(f"An amount in {currency} has at most {places} decimal places.")
        return cls(int(text.partition(".")[0] + fraction.ljust(places, "0")), currency)

    @classmethod
    def from_decimal(cls, amount: Decimal | int, currency: str) -> Self:
        """The exact amount; refuses one finer than the minor unit, because rounding must be asked for."""
        if isinstance(amount, bool) or not isinstance(amount, Decimal | int):
            raise TypeError(f"An amount is a Decimal or an int, not {type(amount).__name__}.")
        if isinstance(amount, Decimal) and not amount.is_finite():
            raise NotAnAmount("The amount is not a number.")
        # Ahead of the multiplication, because 1E+999999 is a number of a million digits.
        if isinstance(amount, Decimal) and amount.adjusted() > len(str(MOST_MINOR)):
            raise AmountOutOfRange("The amount is too large.")
        scaled = Fraction(amount) * 10 ** exponent(currency)
        if scaled.denominator != 1:
            raise NotAnAmount(f"An amount in {currency} has at most {exponent(currency)} decimal places.")
        return cls(scaled.numerator, currency)

    @property
    def decimal(self) -> Decimal:
        """The amount in major units, with the currency's number of decimal places."""
        digits = tuple(int(digit) for digit in str(abs(self.minor)))
        return Decimal((int(self.minor < 0), digits, -exponent(self.currency)))

    def __str__(self) -> str:
        """The decimal string of the API, without the currency: `2124.00`, `500`, `18.600`."""
        # A list of bookings has hundreds of amounts, and a Decimal costs several times its digits.
        places = exponent(self.currency)
        sign, digits = "-" if self.minor < 0 else "", str(abs(self.minor)).zfill(places + 1)
        return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"

    def __bool__(self) -> bool:
        return self.minor != 0

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._minor_of(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._minor_of(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __abs__(self) -> "Money":
        return Money(abs(self.minor), self.currency)

    def __mul__(self, count: int) -> "Money":
        if type(count) is not int:
            raise TypeError("Money is multiplied by whole numbers; `times` takes a fraction and rounds.")
        return Money(self.minor * count, self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._minor_of(other)

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._minor_of(other)

    def __gt__(self, other: "Money") -> bool:
        return self.minor > self._minor_of(other)

    def __ge__(self, other: "Money") -> bool:
        return self.minor >= self._minor_of(other)

    def times(self, ratio: Ratio) -> "Money":
        """The amount times an exact ratio, rounded half-up to a minor unit."""
        return Money(round_half_up(self.minor * _exact(ratio)), self.currency)

    def percent(self, rate: Ratio) -> "Money":
        """`rate` per cent of the amount, rounded half-up: 18 % of 1800.00 is 324.00."""
        return self.times(_exact(rate) / 100)

    def split(self, parts: int) -> list["Money"]:
        """Equal shares that add up to the amount. The later ones carry the odd cents: 33.33, 33.33, 33.34."""
        return self.allocate([1] * parts)

    def allocate(self, weights: Sequence[Ratio]) -> list["Money"]:
        """Shares in proportion to `weights` that add up to the amount, by largest remainder.

        1. Each share is its exact part, cut to a whole minor unit.
        2. The units left over go one each to the shares that lost most by the cut; of equals, the later first.

        A negative amount is allocated as its opposite and negated, so a refund mirrors the charge it undoes.
        """
        exact_weights = [_exact(weight) for weight in weights]
        total = sum(exact_weights)
        if total <= 0 or min(exact_weights) < 0:
            raise MoneyError("Shares need weights that are not negative, at least one of them above zero.")

        exact_shares = [abs(self.minor) * weight / total for weight in exact_weights]
        shares = [int(share) for share in exact_shares]

        lost = [(exact - share, place) for place, (exact, share) in enumerate(zip(exact_shares, shares, strict=True))]
        left_over = abs(self.minor) - sum(shares)
        for _, place in sorted(lost, reverse=True)[:left_over]:
            shares[place] += 1

        sign = -1 if self.minor < 0 else 1
        return [Money(sign * share, self.currency) for share in shares]

    def _minor_of(self, other: "Money") -> int:
        if not isinstance(other, Money):
            raise TypeError(f"Money combines with money, not with {type(other).__name__}.")
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} cannot be combined.")
        return other.minor


def total(amounts: Sequence[Money], currency: str) -> Money:
    """The sum; `currency` says which zero an empty sequence is, and refuses amounts of another."""
    return sum(amounts, start=Money.zero(currency))


def _exact(ratio: Ratio) -> Fraction:
    if isinstance(ratio, bool) or not isinstance(ratio, int | Decimal | Fraction):
        raise TypeError(f"Money is never multiplied by a {type(ratio).__name__}.")
    return Fraction(ratio)

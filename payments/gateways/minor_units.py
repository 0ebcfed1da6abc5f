"""How gateways count: mostly in the currency's own minor unit, and not always."""

from collections.abc import Mapping
from dataclasses import dataclass

from common.money import Money, MoneyError, exponent
from payments.gateways.base import Refused, Silent

ZERO = ("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF")
THREE = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")


@dataclass(frozen=True, slots=True)
class Counting:
    """`places` is what the gateway understands by a minor unit, where that is not two decimals; where it takes three,
    its last digit must be a zero, because cards settle in two."""

    places: Mapping[str, int]

    def theirs(self, money: Money) -> int:
        """The amount in the gateway's units; refuses one that it cannot take."""
        places = self.places.get(money.currency, 2)
        minor: int
        minor, rest = divmod(money.minor * 10**places, 10 ** exponent(money.currency))
        if rest or (places == 3 and minor % 10):
            raise Refused("amount", f"An amount of {money} {money.currency} cannot be paid by card: it is too fine.")
        return minor

    def ours(self, minor: int, currency: str) -> Money:
        """The amount that the gateway means."""
        try:
            ours, rest = divmod(minor * 10 ** exponent(currency), 10 ** self.places.get(currency, 2))
            if rest:
                raise Silent("the answer's amount is finer than the currency")
            return Money(ours, currency)
        except MoneyError as error:
            raise Silent("the answer's amount is impossible") from error


STRIPE = Counting(dict.fromkeys(ZERO, 0) | dict.fromkeys(THREE, 3))
RAZORPAY = Counting(dict.fromkeys((*ZERO, "ISK", "UGX"), 0) | dict.fromkeys(THREE, 3))

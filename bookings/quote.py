"""What somebody is promised for some minutes: these services at these prices, under this policy, with this much off.

A quote is made once and kept as JSON. Amounts are worked out again from what is kept by the one arithmetic of
`bookings.pricing`, so a quote that comes back is to the minor unit what was promised. Deductions come in one order: the
promo code off the subtotal before tax, then points, then credit, both off the total.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from bookings.cancellation import Policy
from bookings.pricing import Priced, Pricing, Tax, priced
from common.money import Money

VERSION = 1


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """So many of one service, as it was offered then."""

    service_id: UUID
    category_id: UUID | None
    name: str
    quantity: int
    minutes: int
    price: Money
    market_price: Money | None = None

    @property
    def priced(self) -> Priced:
        return Priced(self.price, self.quantity, self.market_price)

    def as_json(self) -> dict[str, Any]:
        return {
            "service_id": str(self.service_id),
            "category_id": None if self.category_id is None else str(self.category_id),
            "name": self.name,
            "quantity": self.quantity,
            "minutes": self.minutes,
            "price_minor": self.price.minor,
            "market_price_minor": None if self.market_price is None else self.market_price.minor,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any], currency: str) -> "QuotedLine":
        category, market = kept["category_id"], kept["market_price_minor"]
        return cls(
            service_id=UUID(kept["service_id"]),
            category_id=None if category is None else UUID(category),
            name=kept["name"],
            quantity=kept["quantity"],
            minutes=kept["minutes"],
            price=Money(kept["price_minor"], currency),
            market_price=None if market is None else Money(market, currency),
        )


@dataclass(frozen=True, slots=True)
class QuotedPromo:
    promo_id: UUID
    code: str
    discount: Money


@dataclass(frozen=True, slots=True)
class Means:
    """What pays a part of the total before money does."""

    points: int
    worth: Money
    credit: Money

    @classmethod
    def none(cls, currency: str) -> "Means":
        return cls(0, Money.zero(currency), Money.zero(currency))

    @property
    def total(self) -> Money:
        return self.worth + self.credit


@dataclass(frozen=True, slots=True)
class Quote:
    currency: str
    lines: tuple[QuotedLine, ...]
    tax: Tax
    policy: Policy
    means: Means
    promo: QuotedPromo | None = None

    @property
    def pricing(self) -> Pricing:
        discount = self.promo.discount if self.promo is not None else None
        return priced([line.priced for line in self.lines], self.tax, currency=self.currency, discount=discount)

    @property
    def due(self) -> Money:
        """What is left to be paid by money."""
        return self.pricing.total - self.means.total

    def amounts(self) -> dict[str, str]:
        """All of them as decimal strings, as whoever is to agree sees them."""
        pricing = self.pricing
        shown = {
            "subtotal": pricing.subtotal,
            "savings": pricing.savings,
            "discount": pricing.discount,
            "tax": pricing.tax,
            "grand_total": pricing.total,
            "points": self.means.worth,
            "credit": self.means.credit,
            "amount_due": self.due,
        }
        return {"currency": self.currency, **{name: str(amount) for name, amount in shown.items()}}

    @property
    def duration(self) -> timedelta:
        return timedelta(minutes=sum(line.minutes * line.quantity for line in self.lines))

    def as_json(self) -> dict[str, Any]:
        promo = self.promo
        return {
            "version": VERSION,
            "currency": self.currency,
            "lines": [line.as_json() for line in self.lines],
            "tax": {"basis_points": self.tax.basis_points, "is_included": self.tax.is_included},
            "policy": self.policy.as_json(),
            "promo": promo and {"id": str(promo.promo_id), "code": promo.code, "discount_minor": promo.discount.minor},
            "means": {
                "points": self.means.points,
                "worth_minor": self.means.worth.minor,
                "credit_minor": self.means.credit.minor,
            },
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Quote":
        currency, promo, means = kept["currency"], kept["promo"], kept["means"]
        return cls(
            currency=currency,
            lines=tuple(QuotedLine.from_json(line, currency) for line in kept["lines"]),
            tax=Tax(kept["tax"]["basis_points"], kept["tax"]["is_included"]),
            policy=Policy.from_json(kept["policy"]),
            means=Means(means["points"], Money(means["worth_minor"], currency), Money(means["credit_minor"], currency)),
            promo=promo and QuotedPromo(UUID(promo["id"]), promo["code"], Money(promo["discount_minor"], currency)),
        )

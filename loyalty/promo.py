"""What a promo code takes off a basket, or why it does not.

1. A code that is switched off or not of this time is answered as one that never was.
2. Its limits, its currency and whom it is for are looked at before the basket.
3. The minimum is compared with the whole basket; the discount is taken of the lines that the code is for.
4. A percentage is rounded half-up to a minor unit and capped; a fixed amount is at most what the lines come to.

Promo codes come before points, and points before credit: what is left after each is what the next is taken of.
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from common.money import Money
from loyalty.errors import PromoExhausted, PromoRefused, PromoUnknown

CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{2,39}", re.ASCII)
# What somebody types is at most so long before anybody looks at it.
LONGEST_TYPED = 120
FIELD = "promo_code"


@dataclass(frozen=True, slots=True)
class Line:
    """What one line of a basket comes to, and what it is for."""

    amount: Money
    service_id: UUID | None = None
    category_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Basket:
    currency: str
    lines: tuple[Line, ...]

    @property
    def subtotal(self) -> Money:
        return sum((line.amount for line in self.lines), Money.zero(self.currency))


@dataclass(frozen=True, slots=True)
class Customer:
    """`uses`: how often they, or whoever has their phone, have the code already."""

    has_booked: bool = False
    uses: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Exactly one of `percent` and `amount` is given. The window is half-open; empty scopes are for everything."""

    currency: str
    percent: Decimal | None = None
    amount: Money | None = None
    minimum: Money | None = None
    cap: Money | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    category_ids: Collection[UUID] = ()
    service_ids: Collection[UUID] = ()
    first_booking_only: bool = False
    per_user_limit: int | None = None
    is_active: bool = True
    is_exhausted: bool = False

    @property
    def is_scoped(self) -> bool:
        return bool(self.category_ids or self.service_ids)


def normal_code(typed: str) -> str:
    """One spelling of a code: look-alike forms folded, blanks and invisible characters gone, upper case.

    Empty for what can be no code.
    """
    if len(typed) > LONGEST_TYPED:
        return ""
    folded = unicodedata.normalize("NFKC", typed)
    seen = "".join(each for each in folded if not each.isspace() and unicodedata.category(each) not in ("Cf", "Cc"))
    upper = seen.upper()
    return upper if CODE.fullmatch(upper) else ""


def discount_of(terms: Terms, basket: Basket, customer: Customer, *, now: datetime) -> Money:
    """What is taken off; refuses a code that is unknown just now, used up, or not for this basket or customer."""
    if not (terms.is_active and _is_open(terms, now)):
        raise PromoUnknown
    _require_room(terms, customer)
    _require_fit(terms, basket, customer)
    eligible = sum((line.amount for line in basket.lines if _is_for(terms, line)), Money.zero(basket.currency))
    if terms.percent is not None:
        wanted = eligible.percent(terms.percent)
    else:
        wanted = terms.amount or Money.zero(basket.currency)
    return min(wanted, eligible, *([terms.cap] if terms.cap is not None else []))


def _is_open(terms: Terms, now: datetime) -> bool:
    begun = terms.valid_from is None or terms.valid_from <= now
    return begun and (terms.valid_until is None or now < terms.valid_until)


def _require_room(terms: Terms, customer: Customer) -> None:
    if terms.is_exhausted:
        raise PromoExhausted.of(FIELD, PromoExhausted.default_message, "PROMO_EXHAUSTED")
    if terms.per_user_limit is not None and customer.uses >= terms.per_user_limit:
        raise PromoRefused.of(FIELD, "You have used this code already.", "PROMO_USED")


def _require_fit(terms: Terms, basket: Basket, customer: Customer) -> None:
    if terms.currency != basket.currency:
        raise PromoRefused.of(FIELD, f"This code is for prices in {terms.currency}.", "PROMO_CURRENCY")
    if terms.first_booking_only and customer.has_booked:
        raise PromoRefused.of(FIELD, "This code is for a first booking.", "PROMO_FIRST_BOOKING")
    if terms.minimum is not None and basket.subtotal < terms.minimum:
        message = f"This code is for orders of at least {terms.minimum} {terms.currency}."
        raise PromoRefused.of(FIELD, message, "PROMO_MIN_ORDER")
    if not any(_is_for(terms, line) for line in basket.lines):
        raise PromoRefused.of(FIELD, "This code is not for these services.", "PROMO_SCOPE")


def _is_for(terms: Terms, line: Line) -> bool:
    return not terms.is_scoped or line.service_id in terms.service_ids or line.category_id in terms.category_ids

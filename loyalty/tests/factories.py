"""The cast and their points."""

from typing import Any
from uuid import UUID

from accounts.models import User
from common.ids import new_id
from common.money import Money
from loyalty.enums import DiscountKind
from loyalty.models import LoyaltyAccount, LoyaltyEntry, PromoCode
from loyalty.promo import Basket, Line
from loyalty.services import earn_points


def person(name: str = "Alice", **fields: Any) -> User:
    return User.objects.create_user(f"{name.lower()}@example.com", first_name=name, **fields)


def rupees(minor: int) -> Money:
    return Money(minor, "INR")


def earned(user: User, points: int, cause: str = "booking:1") -> LoyaltyEntry:
    entry = earn_points(user, points, source_key=cause, reason="Booking completed")
    assert entry is not None
    return entry


def account_of(user: User) -> LoyaltyAccount:
    account: LoyaltyAccount = LoyaltyAccount.objects.get(user=user)
    return account


def balance_of(user: User) -> int:
    return account_of(user).balance


def remaining_of(user: User) -> list[int]:
    """What is left in each lot, oldest first."""
    return list(account_of(user).lots.order_by("id").values_list("remaining", flat=True))


def save10(**fields: Any) -> PromoCode:
    """10 % off from 1,000.00, at most 500.00."""
    terms: dict[str, Any] = {
        "code": "SAVE10",
        "discount_kind": DiscountKind.PERCENTAGE,
        "percent": 10,
        "currency": "INR",
        "minimum_minor": 100_000,
        "cap_minor": 50_000,
    }
    promo: PromoCode = PromoCode.objects.create(**terms | fields)
    return promo


def basket(*amounts: int, service_id: UUID | None = None, category_id: UUID | None = None) -> Basket:
    lines = tuple(Line(rupees(amount), service_id or new_id(), category_id or new_id()) for amount in amounts)
    return Basket("INR", lines)

"""Reads of points: a summary, what they are worth, and what a profile shows of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from accounts.models import User
from accounts.selectors import facts_of
from common import clock
from common.money import Money
from common.platform import platform_settings
from loyalty.errors import PromoUnknown
from loyalty.models import LoyaltyAccount, LoyaltyEntry, PointsLot, PromoCode
from loyalty.points import expiry_of, points_for
from loyalty.promo import Basket, Customer, Line, discount_of, normal_code
from loyalty.tiers import BENEFITS, Ladder, Tier
from payments.selectors import credit_of

RECENT = 5


@dataclass(frozen=True, slots=True)
class Expiring:
    """The points that go next."""

    points: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Summary:
    current_balance: int
    total_earned: int
    total_spent: int
    tier: Tier
    benefits: list[str]
    next_tier: Tier | None
    next_tier_points: int | None
    next_tier_benefits: list[str]
    point_value: Money
    credit: list[Money]
    expiring: Expiring | None
    recent_activity: Sequence[LoyaltyEntry]


def ladder() -> Ladder:
    figures = platform_settings()
    return Ladder(figures.silver_points, figures.gold_points, figures.platinum_points)


def summary_of(user: Any) -> Summary:
    """Four queries: the account, the lots that expire, the latest entries, and the credit."""
    account = LoyaltyAccount.objects.visible_to(user).first() or LoyaltyAccount()
    tier = ladder().tier(account.lifetime_points)
    step = ladder().next_step(account.lifetime_points)
    return Summary(
        current_balance=account.balance,
        total_earned=account.lifetime_points,
        total_spent=account.spent_points,
        tier=tier,
        benefits=BENEFITS[tier].sentences(),
        next_tier=step[0] if step else None,
        next_tier_points=step[1] if step else None,
        next_tier_benefits=BENEFITS[step[0]].sentences() if step else [],
        point_value=worth(1),
        credit=credit_of(user.pk),
        expiring=_next_to_expire(account),
        recent_activity=list(LoyaltyEntry.objects.visible_to(user).order_by("-number")[:RECENT]),
    )


def worth(points: int) -> Money:
    """What points come to in the platform's currency."""
    figures = platform_settings()
    return Money(points * figures.point_value_minor, figures.default_currency)


def points_for_price(price: Money) -> int:
    """What a completed booking at this price earns."""
    return points_for(price, platform_settings().units_per_point)


def expiry_for(account: LoyaltyAccount) -> datetime | None:
    """When points that this account is given now expire: its tier may let them live longer."""
    months = platform_settings().points_live_months
    extra = BENEFITS[ladder().tier(account.lifetime_points)].extra_months
    zone = ZoneInfo(settings.BUSINESS_TIME_ZONE)
    return expiry_of(clock.today(zone), None if extra is None or not months else months + extra, zone)


def profile_facts(user: Any) -> dict[str, int]:
    """What a profile shows of points, in one query."""
    balance = LoyaltyAccount.objects.filter(user=user.pk).values_list("balance", flat=True).first()
    return {"loyalty_points": balance or 0}


def find_promo(typed: str) -> PromoCode | None:
    """The code that somebody typed, however they spelled it; usable or not."""
    code = normal_code(typed)
    return PromoCode.objects.filter(code=code).first() if code else None


def checked_on_amount(typed: str, amount: Money, user: User | None) -> tuple[PromoCode, Money]:
    """The code that was typed and what it takes off an amount before anybody knows what that is for.

    Refuses as a basket would. A code for some services only is looked at as if the amount were all theirs.
    """
    promo = find_promo(typed)
    if promo is None:
        raise PromoUnknown
    terms = replace(promo.terms, category_ids=(), service_ids=())
    has_booked = terms.first_booking_only and user is not None and facts_of(user).get("total_bookings", 0) > 0
    customer = Customer(has_booked=has_booked, uses=uses_of(promo, user))
    basket = Basket(amount.currency, (Line(amount),))
    return promo, discount_of(terms, basket, customer, now=clock.now())


def uses_of(promo: PromoCode, user: User | None, phone_hashes: Sequence[str] = ()) -> int:
    """How often the code counts for the person, under whichever account their verified phone was."""
    if promo.per_user_limit is None or user is None:
        return 0
    counted = promo.redemptions.counted()
    of_person = counted.filter(user=user.pk)
    return int((of_person | counted.filter(phone_hash__in=phone_hashes)).count() if phone_hashes else of_person.count())


def _next_to_expire(account: LoyaltyAccount) -> Expiring | None:
    lots = PointsLot.objects.filter(account=account.pk, expires_at__isnull=False).with_points()
    at, points = None, 0
    for expires_at, remaining in lots.order_by("expires_at").values_list("expires_at", "remaining"):
        if at is not None and expires_at != at:
            break
        at, points = expires_at, points + remaining
    return None if at is None else Expiring(points, at)

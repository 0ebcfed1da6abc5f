"""The demo world has customers of every tier and codes of every kind, and stays as it is when it is seeded again."""

from datetime import date

import pytest

from accounts.models import User
from common.management.demo import DemoWorld
from common.proofs import check, invariants
from loyalty.management.demo import seed
from loyalty.management.invariants import OWN
from loyalty.models import LoyaltyAccount, LoyaltyEntry, PromoCode
from loyalty.selectors import ladder
from loyalty.tiers import Tier

pytestmark = pytest.mark.django_db

WORLD = DemoWorld(scale=1, today=date(2026, 3, 4))


def test_it_is_whole_and_seeded_once() -> None:
    User.objects.create_user("admin@almanac.example", is_staff=True)
    User.objects.bulk_create(User(email=f"customer{number}@example.com") for number in range(8))

    seed(WORLD)
    entries, codes = LoyaltyEntry.objects.count(), PromoCode.objects.count()
    seed(WORLD)

    assert (LoyaltyEntry.objects.count(), PromoCode.objects.count()) == (entries, codes) == (43, 24)
    tiers = {ladder().tier(points) for points in LoyaltyAccount.objects.values_list("lifetime_points", flat=True)}
    assert {Tier.BRONZE, Tier.GOLD} <= tiers
    assert [each.id for each in invariants() if each.id in OWN and check(each).outcome != "ok"] == []

"""How often people and services may ask, by their groups. `RATE_LIMIT_TIER` names it."""

from typing import Any

from accounts.enums import Role
from accounts.rules import is_service
from common.api import throttles
from common.api.throttles import Tier

# The more generous one counts for whoever is in several.
_TIERS = ((Role.PREMIUM, Tier.PREMIUM), (Role.PARTNERS, Tier.PARTNER))


def tier_of(user: Any) -> Tier:
    """Costs no query: the row that authentication has read names the groups."""
    if is_service(user):
        return Tier.SERVICE
    tier = throttles.tier_of(user)
    if tier is not Tier.STANDARD:
        return tier
    return next((found for role, found in _TIERS if role in user.group_names), tier)

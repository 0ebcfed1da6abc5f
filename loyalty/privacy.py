"""What is kept of a person here. Points and uses of codes stay, without a name: they belong to the books."""

from typing import Any

from common.personal_data import PersonalData, plain_rows
from loyalty.models import LoyaltyAccount, LoyaltyEntry, PromoRedemption

_ACCOUNT = ("balance", "lifetime_points", "spent_points", "created_at")
_ENTRY = (
    "kind",
    "points",
    "balance_after",
    "reason",
    "subject_id",
    "expires_at",
    "reward",
    "value_minor",
    "created_at",
)
_PROMO = ("promo__code", "subject_id", "state", "discount_minor", "currency", "created_at")


def export(user: Any) -> dict[str, Any]:
    return {
        "points": plain_rows(LoyaltyAccount.objects.visible_to(user), *_ACCOUNT),
        "entries": plain_rows(LoyaltyEntry.objects.visible_to(user), *_ENTRY),
        "promo_codes": plain_rows(PromoRedemption.objects.visible_to(user), *_PROMO),
    }


def erase(user: Any) -> None:
    """Forgets by which phone somebody's use of a code would be recognised."""
    PromoRedemption.objects.visible_to(user).exclude(phone_hash="").update(phone_hash="")


PERSONAL_DATA = PersonalData("loyalty", export=export, erase=erase)

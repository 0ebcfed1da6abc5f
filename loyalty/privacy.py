"""What is kept of a person here. Points and uses of codes stay, without a name: they belong to the books."""

from datetime import datetime
from typing import Any
from uuid import UUID

from common.personal_data import PersonalData
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
        "points": _rows(LoyaltyAccount.objects.visible_to(user), *_ACCOUNT),
        "entries": _rows(LoyaltyEntry.objects.visible_to(user), *_ENTRY),
        "promo_codes": _rows(PromoRedemption.objects.visible_to(user), *_PROMO),
    }


def erase(user: Any) -> None:
    """Forgets by which phone somebody's use of a code would be recognised."""
    PromoRedemption.objects.visible_to(user).exclude(phone_hash="").update(phone_hash="")


def _rows(queryset: Any, *fields: str) -> list[dict[str, Any]]:
    return [{name: _plain(value) for name, value in row.items()} for row in queryset.order_by("pk").values(*fields)]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


PERSONAL_DATA = PersonalData("loyalty", export=export, erase=erase)

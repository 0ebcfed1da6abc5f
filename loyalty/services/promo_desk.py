"""What staff do with promo codes: make one, change it, make many at once."""

import secrets
from collections.abc import Collection

from django.db import transaction
from django.db.models import Count, F, Max

from accounts.models import User
from common import audit
from common.errors import ValidationFailed
from loyalty.models import PromoCode
from loyalty.promo import normal_code

# Neither of a pair that is mistaken for one another.
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
RANDOM_CHARACTERS = 8
MOST_AT_ONCE = 5_000


@transaction.atomic
def save_promo(promo: PromoCode, *, actor: User, reason: str = "") -> PromoCode:
    """Saves what somebody has edited, with the row locked since; limits stay above what is used already."""
    require_room_for_uses(promo)
    # The counter belongs to those who hold and release, whatever the edited copy says of it.
    own = [field.name for field in PromoCode._meta.concrete_fields if field.name not in ("id", "used_count")]
    with audit.acting(actor, reason=reason):
        promo.save(**({} if promo._state.adding else {"update_fields": own}))
    return promo


def require_room_for_uses(promo: PromoCode) -> None:
    """Refuses limits below what is held or used: those uses would be wrong afterwards."""
    if promo._state.adding:
        return
    used = PromoCode.objects.filter(pk=promo.pk).values_list("used_count", flat=True).first() or 0
    if promo.total_limit is not None and promo.total_limit < used:
        message = f"It is used {used} times already; the limit cannot be lower."
        raise ValidationFailed.of("total_limit", message, "UNDER_USE")
    most = most_by_one_person(promo)
    if promo.per_user_limit is not None and promo.per_user_limit < most:
        message = f"Somebody has used it {most} times already; the limit cannot be lower."
        raise ValidationFailed.of("per_user_limit", message, "UNDER_USE")


def most_by_one_person(promo: PromoCode) -> int:
    per_person = promo.redemptions.counted().order_by().values("user").annotate(uses=Count("id"))
    return int(per_person.aggregate(most=Max(F("uses")))["most"] or 0)


@transaction.atomic
def generate_promos(model: PromoCode, *, count: int, beginning: str, actor: User, reason: str = "") -> list[PromoCode]:
    """Makes `count` codes with the terms of `model`, each for one use unless it says otherwise, under its batch."""
    start = normal_code(f"{beginning}XXX")[:-3]
    if beginning and not start:
        raise ValidationFailed.of("beginning", "Use letters, digits, - and _.", "INVALID")
    if not 1 <= count <= MOST_AT_ONCE:
        raise ValidationFailed.of("count", f"Between 1 and {MOST_AT_ONCE} at once.", "OUT_OF_RANGE")
    made: list[PromoCode] = []
    with audit.acting(actor, reason=reason):
        while len(made) < count:
            made += _made(model, _fresh_codes(start, count - len(made)))
    return made


def _fresh_codes(start: str, count: int) -> list[str]:
    codes: set[str] = set()
    while len(codes) < count:
        codes.add(start + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARACTERS)))
    taken = set(PromoCode.objects.filter(code__in=codes).values_list("code", flat=True))
    return sorted(codes - taken)


def _made(model: PromoCode, codes: Collection[str]) -> list[PromoCode]:
    own = ("id", "code", "created_at", "updated_at", "used_count")
    terms = {
        field.name: getattr(model, field.name) for field in PromoCode._meta.concrete_fields if field.name not in own
    }
    return PromoCode.objects.bulk_create([PromoCode(code=code, **terms) for code in codes], batch_size=1_000)

"""What staff have in hand when they look for money: an id, a gateway's reference, or who paid."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

LONGEST_SEARCH = 200
# How a payment is named in words. Ids, references and addresses are whole; names may be begun.
WORDS = (
    "gateway_ref",
    "gateway_charge_ref",
    "payer__email__iexact",
    "payer__phone_number",
    "payer__first_name__istartswith",
    "payer__last_name__istartswith",
)


def payments_meant(queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Payments by an id of theirs or of what was paid for, by the gateway's words, or by their payer."""
    return _meant(queryset, text, ids=("pk", "payable_id"), words=WORDS)


def refunds_meant(queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
    """The same by way of their payments; and by a refund's own id and reference."""
    through = tuple(f"payment__{name}" for name in WORDS)
    return _meant(queryset, text, ids=("pk", "payment_id", "payment__payable_id"), words=("gateway_ref", *through))


def journals_meant(queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
    """By an id of theirs or of what they are about, or by how their keys begin, which is their kind."""
    return _meant(queryset, text, ids=("pk", "payable_id"), words=("key__startswith",))


def _meant(queryset: QuerySet[Any], text: str, *, ids: tuple[str, ...], words: tuple[str, ...]) -> QuerySet[Any]:
    text = text.strip()[:LONGEST_SEARCH].replace("\0", "")
    if not text:
        return queryset
    asked = _id(text)
    meant = Q()
    for lookup in words if asked is None else ids:
        meant |= Q(**{lookup: text if asked is None else asked})
    return queryset.filter(meant)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

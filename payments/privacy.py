"""What is kept of a person here. Amounts stay: they are the books of the platform, and name nobody."""

from typing import Any

from common import clock
from common.personal_data import PersonalData
from common.queue import enqueue
from payments.models import Payment, Refund, SavedCard


def export(user: Any) -> dict[str, Any]:
    payments = Payment.objects.visible_to(user)
    refunds = Refund.objects.visible_to(user)
    cards = SavedCard.objects.visible_to(user)
    return {
        "payments": _rows(
            payments, "purpose", "gateway", "status", "currency", "amount_minor", "captured_minor", "created_at"
        ),
        "refunds": _rows(refunds, "payment_id", "status", "destination", "amount_minor", "reason", "created_at"),
        "saved_cards": _rows(cards, "gateway", "brand", "last4", "expires_on"),
    }


def erase(user: Any) -> None:
    """Forgets the cards, and what a browser was told to pay with."""
    for card in SavedCard.objects.visible_to(user).order_by("pk"):
        SavedCard.objects.filter(pk=card.pk).update(forgotten_at=clock.now())
        enqueue("payments.forget_card", str(card.pk))
    Payment.objects.visible_to(user).update(client={})
    Refund.objects.visible_to(user).update(reason="")


def _rows(queryset: Any, *fields: str) -> list[dict[str, Any]]:
    return [
        {name: value if isinstance(value, int | str | None) else str(value) for name, value in row.items()}
        for row in queryset.order_by("pk").values(*fields)
    ]


PERSONAL_DATA = PersonalData("payments", export=export, erase=erase)

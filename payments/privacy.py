"""What is kept of a person here. Amounts stay: they are the books of the platform, and name nobody."""

from typing import Any

from common import clock
from common.personal_data import PersonalData, plain_rows
from common.queue import enqueue
from payments.models import Payment, Refund, SavedCard
from payments.selectors import credit_of


def export(user: Any) -> dict[str, Any]:
    payments = Payment.objects.visible_to(user)
    refunds = Refund.objects.visible_to(user)
    cards = SavedCard.objects.visible_to(user)
    return {
        "payments": plain_rows(
            payments, "purpose", "gateway", "status", "currency", "amount_minor", "captured_minor", "created_at"
        ),
        "refunds": plain_rows(refunds, "payment_id", "status", "destination", "amount_minor", "reason", "created_at"),
        "credit": [{"amount": str(each), "currency": each.currency} for each in credit_of(user.pk)],
        "saved_cards": plain_rows(cards, "gateway", "brand", "last4", "expires_on"),
    }


def erase(user: Any) -> None:
    """Forgets the cards, and what a browser was told to pay with."""
    for card in SavedCard.objects.visible_to(user).order_by("pk"):
        SavedCard.objects.filter(pk=card.pk).update(forgotten_at=clock.now())
        enqueue("payments.forget_card", str(card.pk))
    Payment.objects.visible_to(user).update(client={})
    Refund.objects.visible_to(user).update(reason="")


PERSONAL_DATA = PersonalData("payments", export=export, erase=erase)

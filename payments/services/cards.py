"""Forgetting saved cards: here at once, at the gateway a moment later; nothing is charged to them in between."""

from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from common import clock
from common.queue import enqueue
from payments.gateways.base import Card
from payments.gateways.registry import gateway_of
from payments.models import SavedCard
from payments.services.calls import outside_of_transactions


@transaction.atomic
def forget_card(card: SavedCard) -> None:
    """What is held on it stays held: that was agreed before."""
    SavedCard.objects.filter(pk=card.pk, forgotten_at=None).update(forgotten_at=clock.now())
    enqueue("payments.forget_card", str(card.pk))


def forget_at_gateway(pk: UUID) -> None:
    """Tells the gateway, and drops the row. May run twice and at once."""
    card = SavedCard.objects.filter(pk=pk, forgotten_at__isnull=False).first()
    if card is None:
        return
    SavedCard.objects.filter(pk=pk).update(updated_at=Now())
    gateway = outside_of_transactions(gateway_of(card.gateway))
    gateway.forget_card(Card(card.customer_ref, card.method_ref))
    SavedCard.objects.filter(pk=pk).delete()

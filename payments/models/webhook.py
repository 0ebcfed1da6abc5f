"""What gateways told us: verified, stored once, answered, and then worked on."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from common.models.base import BaseModel
from payments.enums import WebhookState


class WebhookEventQuerySet(models.QuerySet["WebhookEvent"]):
    def due(self) -> Self:
        return self.filter(state__in=[WebhookState.RECEIVED, WebhookState.ORPHAN], due_at__isnull=False)


class WebhookEvent(BaseModel):
    """Only what bears a good signature gets here. `body` is kept byte for byte: it is what was signed."""

    gateway = models.CharField(max_length=20)
    event_id = models.CharField(max_length=120)
    type = models.CharField(max_length=80)
    # The order, intent or refund that it is about, as the gateway calls it.
    reference = models.CharField(max_length=100, blank=True)
    body = models.BinaryField()
    state = models.CharField(max_length=14, choices=WebhookState.choices, default=WebhookState.RECEIVED)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)
    processed_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)

    objects: ClassVar = WebhookEventQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        permissions: ClassVar = [("replay_webhookevent", "Can process webhooks again")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["gateway", "event_id"], name="webhook_event_is_stored_once"),
            models.CheckConstraint(name="webhook_state_is_known", condition=Q(state__in=WebhookState.values)),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="webhooks_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["gateway", "reference"], name="webhooks_by_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"

"""What happened, to be told to its subscribers, and who has been told. See docs/outbox.md."""

from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from common.models.base import BaseModel


class OutboxEventQuerySet(models.QuerySet["OutboxEvent"]):
    def waiting(self) -> Self:
        """Those that some subscriber has still to be told."""
        return self.filter(delivered_at=None, dead_at=None)

    def dead(self) -> Self:
        return self.exclude(dead_at=None)


class OutboxEvent(BaseModel):
    """One thing that happened, written in the transaction in which it happened.

    `subscribers` are those that existed at that moment: one that is added later is not told old news.
    """

    name = models.CharField(max_length=80)
    subject = models.CharField(max_length=100)
    data = models.JSONField(default=dict)
    key = models.CharField(max_length=200, null=True, blank=True)
    subscribers = ArrayField(models.CharField(max_length=200), default=list)
    request_id = models.CharField(max_length=128, blank=True, default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now())
    delivered_at = models.DateTimeField(null=True, blank=True)
    dead_at = models.DateTimeField("given up at", null=True, blank=True)

    objects: ClassVar[models.Manager["OutboxEvent"]] = OutboxEventQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        verbose_name = "event"
        indexes: ClassVar = [
            models.Index(fields=["due_at", "id"], name="outbox_waiting", condition=Q(delivered_at=None, dead_at=None)),
            models.Index(fields=["dead_at"], name="outbox_dead", condition=Q(dead_at__isnull=False)),
        ]
        constraints: ClassVar = [
            # Most events have no key, and cost this index nothing.
            models.UniqueConstraint(fields=["key"], name="outbox_key_is_unique", condition=Q(key__isnull=False)),
            models.CheckConstraint(
                name="outbox_event_is_delivered_or_dead", condition=Q(delivered_at=None) | Q(dead_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.subject}"


class EventReceipt(BaseModel):
    """That one subscriber handled one event, or how often and where it failed to.

    `handled_at` is set in the transaction of the subscriber's own effect, so there is both or neither.
    """

    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, related_name="receipts", db_index=False)
    subscriber = models.CharField(max_length=200)
    handled_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True, default="")

    class Meta(BaseModel.Meta):
        verbose_name = "receipt"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event", "subscriber"], name="one_receipt_per_event_and_subscriber"),
            models.CheckConstraint(
                name="receipt_says_handled_or_why_not", condition=Q(handled_at__isnull=False) | Q(failures__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber} of {self.event_id}"

"""What is to be sent, was sent or could not be, and the outbox that stands in for providers."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from common.models.base import BaseModel
from notifications.enums import CLOSED_STATES, MISSED_STATES, OPEN_STATES, Channel, DeliveryState, Urgency

MAX_ERROR = 200


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def waiting(self) -> Self:
        return self.filter(state=DeliveryState.WAITING)

    def open(self) -> Self:
        return self.filter(state__in=OPEN_STATES)

    def missed(self) -> Self:
        return self.filter(state__in=MISSED_STATES)


class Delivery(BaseModel):
    """One message on its way to one person by one channel; a second one for the same event cannot be written.

    `recipient` is null for a code to a number that is nobody's yet. `sealed` holds the values of the text (and that
    number) as ciphertext, and nothing once the delivery is over. Where to send is looked up when it is sent.
    """

    event_key = models.CharField(max_length=200)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", null=True, blank=True, db_index=False
    )
    channel = models.CharField(max_length=10, choices=Channel.choices)
    kind = models.CharField(max_length=60)
    urgency = models.PositiveSmallIntegerField(choices=Urgency.choices, default=Urgency.SOON)
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    sealed = models.BinaryField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    # While it is being sent: after this moment the worker that claimed it is taken for dead.
    leased_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    provider_id = models.CharField(max_length=200, blank=True, default="")
    last_error = models.CharField(max_length=MAX_ERROR, blank=True, default="")

    objects: ClassVar[models.Manager["Delivery"]] = DeliveryQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        verbose_name_plural = "deliveries"
        permissions: ClassVar = [("retry_delivery", "Can send failed deliveries again")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["event_key", "recipient", "channel"],
                name="one_delivery_per_event_recipient_and_channel",
            ),
            # Of those without recipient. NULLS NOT DISTINCT would say both, but Django asks the server whether it knows
            # that before it looks at settings, and a process with a missing secret must say so with the server down.
            models.UniqueConstraint(
                fields=["event_key", "channel"],
                name="one_delivery_per_event_to_a_stranger",
                condition=Q(recipient=None),
            ),
            models.CheckConstraint(
                name="delivery_under_way_has_a_lease",
                condition=Q(state=DeliveryState.SENDING, leased_until__isnull=False)
                | (~Q(state=DeliveryState.SENDING) & Q(leased_until=None)),
            ),
            models.CheckConstraint(
                name="sent_delivery_says_when",
                condition=Q(state=DeliveryState.SENT, sent_at__isnull=False)
                | (~Q(state=DeliveryState.SENT) & Q(sent_at=None)),
            ),
            models.CheckConstraint(
                name="closed_delivery_keeps_nothing_personal",
                condition=~Q(state__in=[state.value for state in CLOSED_STATES]) | Q(sealed=None),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["channel", "urgency", "due_at", "id"],
                name="deliveries_waiting",
                condition=Q(state=DeliveryState.WAITING),
            ),
            models.Index(fields=["leased_until"], name="deliveries_sending", condition=Q(state=DeliveryState.SENDING)),
            models.Index(fields=["recipient", "channel"], name="deliveries_of_recipient"),
            models.Index(fields=["state", "-id"], name="deliveries_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.get_channel_display()}"


class OutgoingMessage(BaseModel):
    """What a provider would have been given, where there is none: development and the demo read their codes here.

    Never written in production.
    """

    delivery_id = models.UUIDField()
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", null=True, blank=True
    )
    channel = models.CharField(max_length=10, choices=Channel.choices)
    kind = models.CharField(max_length=60)
    to = models.CharField(max_length=1_000)
    subject = models.CharField(max_length=255, blank=True)
    body = models.TextField()
    html = models.TextField(blank=True)

    class Meta(BaseModel.Meta):
        verbose_name = "outgoing message"
        constraints: ClassVar = [
            # A delivery that is repeated after a crash shows once.
            models.UniqueConstraint(fields=["delivery_id", "to"], name="one_outgoing_message_per_delivery_and_address"),
        ]

    def __str__(self) -> str:
        return self.subject or f"{self.kind} by {self.get_channel_display()}"

    @property
    def masked_to(self) -> str:
        """Enough to recognise one's own address by."""
        return masked(self.to)


def masked(address: str) -> str:
    name, at, domain = address.partition("@")
    if at:
        return f"{name[:1]}…@{domain}"
    return f"…{address[-4:]}" if len(address) > 6 else "…"

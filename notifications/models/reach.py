"""How somebody can be reached, and how they want to be."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from common.models.base import BaseModel
from notifications.enums import SWITCHED_CHANNELS, SWITCHED_TOPICS, Channel, Platform, Topic


class PreferenceQuerySet(models.QuerySet["Preference"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(user=user.pk) if user.is_authenticated else self.none()


class Preference(BaseModel):
    """One switch of one person's grid. A switch that was never touched has no row: the default may change then."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    topic = models.CharField(max_length=30, choices=Topic.choices)
    is_on = models.BooleanField()

    objects: ClassVar[models.Manager["Preference"]] = PreferenceQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "channel", "topic"], name="one_preference_per_switch"),
            models.CheckConstraint(
                name="preference_is_of_a_switch",
                condition=Q(
                    channel__in=[channel.value for channel in SWITCHED_CHANNELS],
                    topic__in=[topic.value for topic in SWITCHED_TOPICS],
                ),
                violation_error_message="Security and money cannot be switched off.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_topic_display()} by {self.get_channel_display()}: {'on' if self.is_on else 'off'}"


class DeviceQuerySet(models.QuerySet["Device"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(user=user.pk) if user.is_authenticated else self.none()


class Device(BaseModel):
    """An installed app that takes push messages. Its token belongs to whoever registered it last."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    token = models.CharField(max_length=1_000, unique=True)
    platform = models.CharField(max_length=10, choices=Platform.choices)
    seen_at = models.DateTimeField("last registered")

    objects: ClassVar[models.Manager["Device"]] = DeviceQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.get_platform_display()} …{self.token[-4:]}"


class UnreachableChannel(BaseModel):
    """A provider said for good that somebody cannot be reached this way: a blocked bot, a dead mailbox.

    `address_hash` says which address that was said of; with another address the channel is tried again.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    address_hash = models.CharField(max_length=64)
    reason = models.CharField(max_length=100, blank=True)

    class Meta(BaseModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "channel"], name="one_unreachable_row_per_channel"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} of {self.user_id}"

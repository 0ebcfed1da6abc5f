"""The inbox: what a person was told, kept where they can read it again."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from common.models.base import BaseModel
from notifications.enums import Topic


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: Any) -> Self:
        """One's own. Staff read others' in the back office only."""
        return self.filter(recipient=user.pk) if user.is_authenticated else self.none()

    def unread(self) -> Self:
        return self.filter(read_at=None)


class Notification(BaseModel):
    """One entry of one person's inbox, in the words of their language at that time.

    `data` holds what an app needs to lead on (ids, a link), under the names that the catalogue allows.
    """

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    event_key = models.CharField(max_length=200)
    kind = models.CharField(max_length=60)
    topic = models.CharField(max_length=30, choices=Topic.choices)
    title = models.CharField(max_length=255)
    message = models.TextField()
    data = models.JSONField(default=dict, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["Notification"]] = NotificationQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        verbose_name = "inbox entry"
        verbose_name_plural = "inbox entries"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["recipient", "event_key"], name="one_inbox_entry_per_event_and_recipient"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["recipient", "-id"], name="inbox_of_recipient"),
            # The number on the bell, asked for with every page of the inbox.
            models.Index(fields=["recipient"], name="inbox_unread", condition=Q(read_at=None)),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_read(self) -> bool:
        return self.read_at is not None

"""Reading one's inbox."""

from typing import Any

from django.db.models.functions import Now

from common import clock
from notifications.models import Notification


def mark_read(entry: Notification) -> Notification:
    """Keeps the time of the first reading; reading again changes nothing."""
    if entry.read_at is None:
        Notification.objects.filter(pk=entry.pk, read_at=None).update(read_at=Now(), updated_at=Now())
        entry.read_at = clock.now()
    return entry


def mark_all_read(user: Any) -> int:
    """Returns how many were unread."""
    return Notification.objects.visible_to(user).unread().update(read_at=Now(), updated_at=Now())

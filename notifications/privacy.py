"""What is kept of a person here, and how it is erased."""

from typing import Any

from common.personal_data import PersonalData, plain_rows
from notifications.models import (
    ContactSubmission,
    Delivery,
    Device,
    Notification,
    OutgoingMessage,
    Preference,
    UnreachableChannel,
)

ERASED = "erased"
ERASED_EMAIL = "erased@invalid.invalid"


def export(user: Any) -> dict[str, Any]:
    return {
        "notifications": plain_rows(
            Notification.objects.visible_to(user), "kind", "title", "message", "data", "read_at", "created_at"
        ),
        "preferences": plain_rows(Preference.objects.visible_to(user), "channel", "topic", "is_on"),
        "devices": plain_rows(Device.objects.visible_to(user), "platform", "token", "seen_at"),
        "deliveries": plain_rows(
            Delivery.objects.filter(recipient=user.pk), "kind", "channel", "state", "sent_at", "created_at"
        ),
        "contact_forms": plain_rows(_written_by(user), "name", "email", "phone", "subject", "message", "created_at"),
    }


def erase(user: Any) -> None:
    """Deletes it all. What they wrote to us stays as a number in the statistics, without words or sender."""
    _written_by(user).update(
        sender=None, name=ERASED, email=ERASED_EMAIL, phone="", subject="", message=ERASED, notes=""
    )
    # What waits for them is deleted with the rest, so nothing more is sent.
    OutgoingMessage.objects.filter(recipient=user.pk).delete()
    Delivery.objects.filter(recipient=user.pk).delete()
    Notification.objects.visible_to(user).delete()
    Preference.objects.visible_to(user).delete()
    Device.objects.visible_to(user).delete()
    UnreachableChannel.objects.filter(user=user.pk).delete()


def _written_by(user: Any) -> Any:
    # An address that nobody had to prove may be anybody's, so only forms sent while signed in are surely theirs.
    return ContactSubmission.objects.filter(sender=user.pk)


PERSONAL_DATA = PersonalData("messages", export=export, erase=erase)

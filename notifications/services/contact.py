"""The contact form and what staff make of it."""

from typing import Any

from django.db import transaction

from common import audit
from common.errors import BusinessRuleViolation
from notifications.enums import ContactStatus
from notifications.models import ContactSubmission


def submit_contact(
    *, name: str, email: str, message: str, phone: str = "", subject: str = "", sender: Any = None
) -> ContactSubmission:
    return ContactSubmission.objects.create(
        sender=sender, name=name, email=email, phone=phone, subject=subject, message=message
    )


@transaction.atomic
def mark_contact(submission: ContactSubmission, *, status: ContactStatus, actor: Any, reason: str) -> ContactSubmission:
    """Moves it on, or back where somebody clicked too early. The audit log tells who, and why."""
    locked = ContactSubmission.objects.select_for_update().get(pk=submission.pk)
    if locked.status == status:
        raise BusinessRuleViolation(f"This is marked as {status.label.lower()} already.")
    locked.status = status
    with audit.acting(actor, reason=reason):
        locked.save(update_fields=["status"])
    return locked

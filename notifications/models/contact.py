"""What visitors write to us through the contact form, and what became of it."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from common.models.base import BaseModel
from notifications.enums import ContactStatus


class ContactSubmission(BaseModel):
    """`sender` is known if they were signed in. What they wrote is never edited; status and notes are the staff's."""

    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", null=True, blank=True, editable=False
    )
    name = models.CharField(max_length=255)
    email = models.EmailField(max_length=254)
    phone = models.CharField(max_length=32, blank=True)
    subject = models.CharField(max_length=255, blank=True)
    message = models.TextField()
    status = models.CharField(max_length=10, choices=ContactStatus.choices, default=ContactStatus.NEW)
    notes = models.TextField("our notes", blank=True, help_text="For colleagues; the sender never sees them.")

    class Meta(BaseModel.Meta):
        verbose_name = "contact form"
        permissions: ClassVar = [("answer_contactsubmission", "Can mark contact forms as read, replied and resolved")]
        indexes: ClassVar = [models.Index(fields=["status", "-id"], name="contact_by_status")]

    def __str__(self) -> str:
        return self.subject or f"{self.name}'s message"

"""What visitors write to us: read, answered, resolved, with notes for colleagues (O29, O30)."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse

from common.admin.base import AlmanacModelAdmin, fields_of
from common.admin.decorators import action, display
from common.admin.filters import DaysFilter
from notifications.enums import ContactStatus
from notifications.models import ContactSubmission
from notifications.services import mark_contact


@admin.register(ContactSubmission)
class ContactSubmissionAdmin(AlmanacModelAdmin):
    """Only the notes can be edited; the status moves by actions, and what was written stays as it was."""

    list_display = ("created_at", "name", "email", "subject", "badge")
    list_select_related: ClassVar[Any] = ()
    list_filter = ("status", ("created_at", DaysFilter))
    search_fields = ("name", "email", "subject", "=id")
    search_help_text = "A name, an e-mail address, a word of the subject or an id"
    date_hierarchy = "created_at"
    ordering = ("-id",)
    fields = ("name", "email", "phone", "subject", "message", "sender", "status", "notes", "created_at", "updated_at")
    readonly_fields = tuple(name for name in fields_of(ContactSubmission, but=("id", "notes", "sender_id")))
    actions = ("mark_as_read", "mark_as_replied", "mark_as_resolved")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Erasing a person blanks what they wrote; a deleted form would be a question that nobody answered."""
        return False

    def has_answer_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("notifications.answer_contactsubmission"))

    def described(self, row: ContactSubmission) -> str:
        return f"{row.subject or 'No subject'} from {row.name}"

    @display(
        description="Status",
        ordering="status",
        label={"New": "warning", "Read": "info", "Replied": "info", "Resolved": "success"},
    )
    def badge(self, submission: ContactSubmission) -> str:
        return str(submission.get_status_display())

    @action(description="Mark as read…", permissions=["answer"])
    def mark_as_read(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> HttpResponse | None:
        return self._mark(request, queryset, "mark_as_read", ContactStatus.READ)

    @action(description="Mark as replied…", permissions=["answer"])
    def mark_as_replied(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> HttpResponse | None:
        return self._mark(request, queryset, "mark_as_replied", ContactStatus.REPLIED)

    @action(description="Mark as resolved…", permissions=["answer"])
    def mark_as_resolved(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> HttpResponse | None:
        return self._mark(request, queryset, "mark_as_resolved", ContactStatus.RESOLVED)

    def _mark(
        self, request: HttpRequest, queryset: models.QuerySet[Any], name: str, status: ContactStatus
    ) -> HttpResponse | None:
        return self.confirm(
            request,
            queryset,
            action=name,
            question=f"Mark these as {status.label.lower()}?",
            run=lambda submission, reason: mark_contact(submission, status=status, actor=request.user, reason=reason),
        )

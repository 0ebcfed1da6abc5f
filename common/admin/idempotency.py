"""Idempotency keys, to look at when a client asks what became of a request."""

from typing import Any, ClassVar

from django.contrib import admin

from common.admin.base import ReadOnlyModelAdmin, fields_of
from common.admin.decorators import display
from common.models import IdempotencyRecord


@admin.register(IdempotencyRecord)
class IdempotencyRecordAdmin(ReadOnlyModelAdmin):
    list_display = ("key", "principal", "method", "path", "state", "response_status", "created_at")
    list_select_related: ClassVar[Any] = ()
    list_filter = ("method", "response_status")
    search_fields = ("=key", "=principal")
    search_help_text = "A key or a principal, exactly"
    date_hierarchy = "created_at"
    ordering = ("-id",)
    # The stored answer is a customer's; whoever needs it finds the object itself in the back office.
    fields = fields_of(IdempotencyRecord, but=["response_body", "recovery_data"])

    @display(description="State", label={"answered": "success", "running": "info"})
    def state(self, record: IdempotencyRecord) -> str:
        return "answered" if record.finished_at else "running"

"""Events and who has been told of them; dead ones can be sent again."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from unfold.admin import TabularInline

from common import audit
from common.admin.base import ReadOnlyModelAdmin, fields_of
from common.admin.decorators import action, display
from common.errors import BusinessRuleViolation
from common.models import EventReceipt, OutboxEvent
from common.outbox import replay


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("waiting", "Waiting"), ("delivered", "Delivered"), ("dead", "Given up")]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        if self.value() == "waiting":
            return queryset.filter(delivered_at=None, dead_at=None)
        if self.value() == "delivered":
            return queryset.exclude(delivered_at=None)
        return queryset.exclude(dead_at=None) if self.value() == "dead" else queryset


class ReceiptInline(TabularInline):
    model = EventReceipt
    fields = readonly_fields = ("subscriber", "handled_at", "failures", "last_error")
    extra = 0
    can_delete = False
    tab = False
    hide_title = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(OutboxEvent)
class OutboxEventAdmin(ReadOnlyModelAdmin):
    list_display = ("name", "subject", "state", "attempts", "created_at")
    list_select_related: ClassVar[Any] = ()
    list_filter = (StateFilter,)
    search_fields = ("=subject", "name", "=request_id", "=id")
    search_help_text = "A subject, an event's name, a request id or an event's id"
    date_hierarchy = "created_at"
    ordering = ("-id",)
    fields = fields_of(OutboxEvent)
    inlines = (ReceiptInline,)
    actions = ("replay",)

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("common.change_outboxevent"))

    @display(description="State", label={"delivered": "success", "waiting": "info", "given up": "danger"})
    def state(self, event: OutboxEvent) -> str:
        if event.dead_at:
            return "given up"
        return "delivered" if event.delivered_at else "waiting"

    @action(description="Replay what was given up…", permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> HttpResponse | None:
        def send_again(event: OutboxEvent, reason: str) -> None:
            if not replay(event.pk):
                raise BusinessRuleViolation("Only events that were given up can be replayed.")
            audit.record("replayed", event, actor=request.user, reason=reason)

        return self.confirm(
            request,
            queryset,
            action="replay",
            question="Tell those subscribers again that have not handled these events?",
            run=send_again,
        )

"""What leaves and how it fares. The outbox is the page where the demo and development read their codes."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from common.admin.base import ReadOnlyModelAdmin, fields_of
from common.admin.decorators import action, display
from notifications.models import Delivery, OutgoingMessage
from notifications.services import retry_delivery


@admin.register(OutgoingMessage)
class OutgoingMessageAdmin(ReadOnlyModelAdmin):
    """The list masks addresses and shows no text: a code is seen by whoever opens its message."""

    list_display = ("created_at", "channel", "address", "subject", "kind")
    list_select_related: ClassVar[Any] = ()
    list_filter = ("channel", ("kind", admin.AllValuesFieldListFilter))
    search_fields = ("=to", "=delivery_id")
    search_help_text = "A whole address or number, or a delivery's id"
    ordering = ("-id",)
    fields = ("created_at", "channel", "to", "kind", "subject", "body", "delivery_id")

    @display(description="To")
    def address(self, message: OutgoingMessage) -> str:
        return message.masked_to


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyModelAdmin):
    list_display = ("created_at", "kind", "channel", "recipient", "badge", "attempts", "due_at", "last_error")
    list_select_related = ("recipient",)
    list_filter = (("state", ChoicesDropdownFilter), "channel", ("kind", admin.AllValuesFieldListFilter))
    search_fields = ("=event_key", "=recipient__id", "=provider_id", "=id")
    search_help_text = "An event's key, a person's id, a provider's id or a delivery's id"
    ordering = ("-id",)
    # Sealed content opens nowhere but on its way out.
    fields = fields_of(Delivery, but=("sealed",))
    actions = ("retry",)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("notifications.retry_delivery"))

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        listed: models.QuerySet[Any] = super().get_queryset(request)
        return listed.defer("sealed")

    def described(self, row: Delivery) -> str:
        return f"{row} to {row.recipient or 'nobody known'}"

    @display(
        description="State",
        ordering="state",
        label={
            "Sent": "success",
            "Waiting": "info",
            "Being sent": "info",
            "Failed": "danger",
            "Outcome unknown": "warning",
        },
    )
    def badge(self, delivery: Delivery) -> str:
        return str(delivery.get_state_display())

    @action(description="Send again…", permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> HttpResponse | None:
        return self.confirm(
            request,
            queryset,
            action="retry",
            question="Send these messages again? One whose outcome is unknown may arrive twice.",
            run=lambda delivery, reason: retry_delivery(delivery, actor=request.user, reason=reason),
        )

"""What gateways told us, what became of it, and doing it again where it needs a person."""

import json
from typing import Any, ClassVar

from django.contrib import admin
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from accounts.admin.actors import actor_of
from common import audit
from common.admin.base import ReadOnlyModelAdmin
from common.admin.decorators import action, display
from common.admin.filters import DaysFilter
from common.errors import BusinessRuleViolation
from common.scrubbing import scrub
from payments.admin.filters import GatewayFilter
from payments.enums import WebhookState
from payments.models import WebhookEvent
from payments.services.webhooks import replay_webhook

STATE_COLOURS = {
    WebhookState.RECEIVED.label: "info",
    WebhookState.DONE.label: "success",
    WebhookState.IGNORED.label: "info",
    WebhookState.ORPHAN.label: "warning",
    WebhookState.NEEDS_REVIEW.label: "danger",
}
# What is still worked on by itself, or is done, is not played again.
REPLAYABLE = (WebhookState.NEEDS_REVIEW, WebhookState.ORPHAN)


@admin.register(WebhookEvent)
class WebhookEventAdmin(ReadOnlyModelAdmin):
    list_display = ("created_at", "gateway", "type", "state_shown", "reference", "attempts", "error")
    list_select_related: ClassVar[Any] = ()
    list_filter = (("state", ChoicesDropdownFilter), GatewayFilter, ("created_at", DaysFilter))
    search_fields = ("event_id__exact", "reference__exact", "type__startswith")
    search_help_text = "A gateway's id of the event, the reference that it is about, or how its type begins"
    date_hierarchy = "created_at"
    ordering = ("-id",)
    actions = ("replay",)
    fieldsets = (
        ("What came", {"fields": (("gateway", "type", "state"), ("event_id", "reference"))}),
        ("What became of it", {"fields": (("attempts", "processed_at", "due_at"), "error")}),
        ("What it says", {"fields": ("told",)}),
        ("Times", {"fields": (("created_at", "updated_at"),)}),
    )
    readonly_fields = ("told",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[WebhookEvent]:
        """Bodies are long, and a list shows none."""
        found: models.QuerySet[WebhookEvent] = super().get_queryset(request)
        match = request.resolver_match
        is_page = match is not None and match.url_name == "payments_webhookevent_change"
        return found if is_page else found.defer("body")

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("payments.replay_webhookevent"))

    @display(description="State", ordering="state", label=STATE_COLOURS)
    def state_shown(self, event: WebhookEvent) -> str:
        return str(WebhookState(event.state).label)

    @display(description="Body, without secrets")
    def told(self, event: WebhookEvent) -> SafeString:
        return format_html('<pre class="almanac-mono">{}</pre>', readable(bytes(event.body)))

    @action(description="Process again…", permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: models.QuerySet[WebhookEvent]) -> HttpResponse | None:
        return self.confirm(
            request,
            queryset,
            action="replay",
            question="Work on these webhooks again? The gateways are asked for the truth anew.",
            run=lambda event, reason: _replay(request, event, reason),
        )


def readable(body: bytes) -> str:
    """The body indented and scrubbed; of what is no JSON only its length."""
    try:
        said = json.loads(body)
    except ValueError:
        return f"{len(body)} bytes that are no JSON"
    return json.dumps(scrub(said), indent=2, ensure_ascii=False)


def _replay(request: HttpRequest, event: WebhookEvent, reason: str) -> None:
    """Of two who click at once the second finds that it is worked on."""
    user = actor_of(request)
    with transaction.atomic(), audit.acting(user, reason=reason):
        present = WebhookEvent.objects.select_for_update(no_key=True).defer("body").get(pk=event.pk)
        if present.state not in REPLAYABLE:
            raise BusinessRuleViolation("Only what needs review, or is of nothing we know, is worked on again.")
        replay_webhook(present)

"""Money on its way back: what waits for a second person, what failed, what went."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from accounts.admin.actors import actor_of
from common import audit
from common.admin.decorators import action, display
from common.admin.filters import DaysFilter
from payments.admin.base import MoneyAdmin
from payments.admin.export import REFUND_COLUMNS
from payments.admin.filters import RefundGatewayFilter
from payments.admin.looking_up import refunds_meant
from payments.admin.panels import calls_panel, link_to, priced
from payments.enums import RefundStatus
from payments.models import Refund
from payments.services.refunding import approve_refund, reject_refund, retry_refund

STATE_COLOURS = {
    RefundStatus.AWAITING_APPROVAL.label: "warning",
    RefundStatus.PENDING.label: "info",
    RefundStatus.PROCESSING.label: "info",
    RefundStatus.SUCCEEDED.label: "success",
    RefundStatus.FAILED.label: "danger",
    RefundStatus.REJECTED.label: "danger",
}
SHOWN = ("payment__payer", "requested_by", "approved_by")


@admin.register(Refund)
class RefundAdmin(MoneyAdmin):
    """A refund is asked for on its payment's page; here others decide about it."""

    list_display = (
        "created_at",
        "payer",
        "gateway",
        "amount_shown",
        "state",
        "destination",
        "reason",
        "asked_by",
        "approved_by",
    )
    list_select_related: ClassVar[Any] = SHOWN
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("destination", ChoicesDropdownFilter),
        RefundGatewayFilter,
        ("created_at", DaysFilter),
        ("succeeded_at", DaysFilter),
    )
    # Says that there is a search; `get_search_results` does it.
    search_fields = ("gateway_ref",)
    search_help_text = "A booking's id, a gateway's reference, or the payer's name, e-mail address or phone number"
    date_hierarchy = "created_at"
    ordering = ("-id",)
    actions = ("approve_selected", "reject_selected", "retry_selected", "export_csv")
    export_permission = "payments.export_payment"
    export_filename = "refunds.csv"
    export_columns = REFUND_COLUMNS
    fieldsets = (
        (
            "What goes back",
            {"fields": (("amount_shown", "status", "destination"), ("payment_link", "payer"), "reason")},
        ),
        ("Who", {"fields": (("asked_by", "approved_by"), "cause")}),
        ("At the gateway", {"fields": (("gateway", "gateway_ref"), "failure_message")}),
        ("Times", {"fields": (("created_at", "updated_at", "succeeded_at"),)}),
    )
    readonly_fields = ("amount_shown", "payment_link", "payer", "asked_by", "gateway")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Refund]:
        found: models.QuerySet[Refund] = super().get_queryset(request)
        return found.select_related(*SHOWN)

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        return refunds_meant(queryset, search_term), False

    def has_approve_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("payments.approve_refund"))

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("payments.refund_payment"))

    def total_of(self, row: Refund) -> str:
        return str(row.payment.currency)

    def exported_rows(self, queryset: models.QuerySet[Refund]) -> Iterable[Refund]:
        return super().exported_rows(queryset.select_related(*SHOWN))

    def described(self, row: Refund) -> str:
        return f"{priced(row.amount)} to {row.payment.payer} by {row.payment.gateway}"

    def besides(self, request: HttpRequest, row: Refund) -> Mapping[str, Any]:
        if not request.user.has_perm("payments.view_gatewaycall"):
            return {}
        panel = calls_panel(row.calls.order_by("pk"))
        return {"panels": [panel] if panel.rows else []}

    @display(description="Payer")
    def payer(self, refund: Refund) -> str:
        return str(refund.payment.payer)

    @display(description="Gateway")
    def gateway(self, refund: Refund) -> str:
        return str(refund.payment.gateway)

    @display(description="Amount", ordering="amount_minor")
    def amount_shown(self, refund: Refund) -> str:
        return priced(refund.amount)

    @display(description="State", ordering="status", label=STATE_COLOURS)
    def state(self, refund: Refund) -> str:
        return str(RefundStatus(refund.status).label)

    @display(description="Asked for by")
    def asked_by(self, refund: Refund) -> str:
        return str(refund.requested_by or "The platform")

    @display(description="Payment")
    def payment_link(self, refund: Refund) -> str:
        return link_to("payment", refund.payment_id, refund.payment)

    @action(description="Approve…", permissions=["approve"])
    def approve_selected(self, request: HttpRequest, queryset: models.QuerySet[Refund]) -> HttpResponse | None:
        return self.confirm(
            request,
            queryset,
            action="approve_selected",
            question="Let these refunds go? Nobody approves what they asked for themselves.",
            is_dangerous=True,
            run=_deciding(request, lambda refund, _reason: approve_refund(refund, by=actor_of(request))),
        )

    @action(description="Reject…", permissions=["approve"])
    def reject_selected(self, request: HttpRequest, queryset: models.QuerySet[Refund]) -> HttpResponse | None:
        return self.confirm(
            request,
            queryset,
            action="reject_selected",
            question="Keep this money after all? It may be promised back anew.",
            is_dangerous=True,
            run=_deciding(request, lambda refund, reason: reject_refund(refund, by=actor_of(request), reason=reason)),
        )

    @action(description="Try again…", permissions=["retry"])
    def retry_selected(self, request: HttpRequest, queryset: models.QuerySet[Refund]) -> HttpResponse | None:
        return self.confirm(
            request,
            queryset,
            action="retry_selected",
            question="Ask the gateways again for refunds that they refused?",
            is_dangerous=True,
            run=_deciding(request, lambda refund, _reason: retry_refund(refund)),
        )


def _deciding(request: HttpRequest, decide: Callable[[Refund, str], Refund]) -> Callable[[Refund, str], None]:
    """The decision, with who took it and why in the audit log."""

    def decided(refund: Refund, reason: str) -> None:
        with audit.acting(actor_of(request), reason=reason):
            decide(refund, reason)

    return decided

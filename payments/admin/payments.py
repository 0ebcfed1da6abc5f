"""Every payment: what came, what went, what the gateway said; and giving money back."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from accounts.admin.actors import actor_of
from common.admin.decorators import display
from common.admin.filters import DaysFilter
from common.errors import NotFound
from common.money import Money
from payments.admin.base import MoneyAdmin
from payments.admin.export import PAYMENT_COLUMNS
from payments.admin.filters import DisputedFilter, GatewayFilter
from payments.admin.looking_up import payments_meant
from payments.admin.panels import panels_of, priced
from payments.admin.refunding import may_refund, refund_page
from payments.enums import PaymentStatus
from payments.models import Payment
from payments.selectors import receipted_for
from payments.services.receipts import MIME_TYPE, receipt_of

STATE_COLOURS = {
    PaymentStatus.CREATED.label: "info",
    PaymentStatus.PENDING.label: "warning",
    PaymentStatus.REQUIRES_ACTION.label: "warning",
    PaymentStatus.AUTHORIZED.label: "primary",
    PaymentStatus.CAPTURED.label: "success",
    PaymentStatus.FAILED.label: "danger",
    PaymentStatus.CANCELLED.label: "danger",
}


@admin.register(Payment)
class PaymentAdmin(MoneyAdmin):
    """Nothing of a payment is edited: gateways say what became of it, and money goes back by refunds."""

    list_display = ("created_at", "payer", "paid_for", "purpose", "gateway", "state", "asked", "taken", "given_back")
    list_select_related: ClassVar[Any] = ("payer",)
    list_filter = (
        ("status", ChoicesDropdownFilter),
        GatewayFilter,
        DisputedFilter,
        ("purpose", ChoicesDropdownFilter),
        ("created_at", DaysFilter),
    )
    # Says that there is a search; `get_search_results` does it.
    search_fields = ("gateway_ref",)
    search_help_text = "A booking's id, a gateway's reference, or the payer's name, e-mail address or phone number"
    date_hierarchy = "created_at"
    ordering = ("-id",)
    page_relations = ("payer",)
    export_permission = "payments.export_payment"
    export_filename = "payments.csv"
    export_columns = PAYMENT_COLUMNS
    change_form_outer_before_template = "admin/payment_steps.html"
    fieldsets = (
        ("What for", {"fields": (("paid_for", "purpose", "status"), ("payer_link", "captures_later"))}),
        (
            "Money",
            {
                "fields": (
                    ("asked", "authorized", "taken"),
                    ("given_back", "promised_back", "left"),
                    ("disputed", "fee"),
                )
            },
        ),
        (
            "At the gateway",
            {"fields": (("gateway", "gateway_ref", "gateway_charge_ref"), ("failure_code", "failure_message"))},
        ),
        ("Times", {"fields": (("created_at", "updated_at", "due_at"),)}),
    )
    readonly_fields = (
        "paid_for",
        "payer_link",
        "asked",
        "authorized",
        "taken",
        "given_back",
        "promised_back",
        "left",
        "disputed",
        "fee",
    )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("<uuid:payment_id>/refund/", view(self.refund_view), name="payments_payment_refund"),
            path("<uuid:payment_id>/receipt/", view(self.receipt_view), name="payments_payment_receipt"),
        ]
        return [*own, *super().get_urls()]

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        return payments_meant(queryset, search_term), False

    def exported_rows(self, queryset: models.QuerySet[Payment]) -> Iterable[Payment]:
        return super().exported_rows(queryset.select_related("payer"))

    def refund_view(self, request: HttpRequest, payment_id: UUID) -> HttpResponse:
        return refund_page(self, request, payment_id)

    def besides(self, request: HttpRequest, row: Payment) -> Mapping[str, Any]:
        user = actor_of(request)
        return {"may_refund": may_refund(row, user), "panels": panels_of(row, user)}

    def receipt_view(self, request: HttpRequest, payment_id: UUID) -> HttpResponse:
        """For everybody who may look at payments."""
        payment = get_object_or_404(receipted_for(request.user), pk=payment_id)
        try:
            name, file = receipt_of(payment)
        except NotFound as missing:
            raise Http404(missing.message) from missing
        headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store"}
        return HttpResponse(file, content_type=MIME_TYPE, headers=headers)

    @display(description="For")
    def paid_for(self, payment: Payment) -> str:
        return f"{payment.payable_type} {payment.payable_id}"

    @display(description="Payer")
    def payer_link(self, payment: Payment) -> SafeString:
        link = reverse("admin:accounts_user_change", args=[payment.payer_id])
        return format_html('<a class="almanac-link" href="{}">{}</a>', link, payment.payer)

    @display(description="State", ordering="status", label=STATE_COLOURS)
    def state(self, payment: Payment) -> str:
        return str(PaymentStatus(payment.status).label)

    @display(description="Amount", ordering="amount_minor")
    def asked(self, payment: Payment) -> str:
        return priced(payment.amount)

    @display(description="Held")
    def authorized(self, payment: Payment) -> str:
        return _priced(payment, payment.authorized_minor)

    @display(description="Captured", ordering="captured_minor")
    def taken(self, payment: Payment) -> str:
        return _priced(payment, payment.captured_minor)

    @display(description="Given back", ordering="refunded_minor")
    def given_back(self, payment: Payment) -> str:
        return _priced(payment, payment.refunded_minor)

    @display(description="Promised back")
    def promised_back(self, payment: Payment) -> str:
        return _priced(payment, payment.reserved_minor)

    @display(description="Left to give back")
    def left(self, payment: Payment) -> str:
        return priced(payment.refundable)

    @display(description="Disputed")
    def disputed(self, payment: Payment) -> str:
        return _priced(payment, payment.disputed_minor)

    @display(description="The gateway's fee")
    def fee(self, payment: Payment) -> str:
        return _priced(payment, payment.fee_minor)


def _priced(payment: Payment, minor: int) -> str:
    return priced(Money(minor, payment.currency)) if minor else "–"

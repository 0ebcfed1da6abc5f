"""The desk: every booking, what happened to it, and what may be done about it."""

from collections.abc import Iterable
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter

from accounts.admin.actors import actor_of
from bookings.admin.cash import cash_page, takes_cash
from bookings.admin.day_board import day_page
from bookings.admin.export import EXPORTED
from bookings.admin.new_booking import add_page
from bookings.admin.panels import panels_of
from bookings.admin.previews import priced, shown_time, shown_with
from bookings.admin.step_pages import step_page
from bookings.admin.steps import offered_steps
from bookings.admin.tax_report import tax_report_page
from bookings.enums import BookingStatus, PaymentStatus
from bookings.models import Booking
from bookings.selectors.looking_up import looked_up
from bookings.services.actors import staff
from bookings.services.cancelling import cancel_booking
from bookings.services.deciding import confirm_booking
from common import audit
from common.admin.base import ReadOnlyModelAdmin
from common.admin.decorators import action, display
from common.admin.exporting import PORTION, CsvExport
from common.admin.filters import DaysFilter
from common.money import Money

STATE_COLOURS = {
    BookingStatus.PENDING_PAYMENT.label: "warning",
    BookingStatus.PENDING.label: "warning",
    BookingStatus.PARTNER_ASSIGNED.label: "info",
    BookingStatus.CONFIRMED.label: "primary",
    BookingStatus.IN_PROGRESS.label: "info",
    BookingStatus.COMPLETED.label: "success",
    BookingStatus.CANCELLED.label: "danger",
    BookingStatus.EXPIRED.label: "danger",
    BookingStatus.NO_SHOW.label: "danger",
}
PAYMENT_COLOURS = {
    PaymentStatus.DEPOSIT_PAID.label: "info",
    PaymentStatus.PAID.label: "success",
    PaymentStatus.FAILED.label: "danger",
    PaymentStatus.PARTIALLY_REFUNDED.label: "warning",
    PaymentStatus.REFUNDED.label: "warning",
}
SHOWN = ("customer", "specialist", "resource", "service")


@admin.register(Booking)
class BookingAdmin(CsvExport, ReadOnlyModelAdmin):
    """Nothing of a booking is edited in place: each step goes by its service, after a page that asks."""

    list_display = ("number", "starts", "customer", "with_whom", "what", "state", "payment", "price")
    list_select_related: ClassVar[Any] = SHOWN
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("payment_status", ChoicesDropdownFilter),
        ("source", ChoicesDropdownFilter),
        ("specialist", AutocompleteSelectFilter),
        ("resource", AutocompleteSelectFilter),
        ("starts_at", DaysFilter),
    )
    # Says that there is a search; `get_search_results` does it.
    search_fields = ("number",)
    search_help_text = "A number, or the customer's name, e-mail address or phone number"
    date_hierarchy = "starts_at"
    ordering = ("-starts_at", "-id")
    actions = ("confirm_selected", "cancel_selected", "export_csv")
    export_permission = "bookings.export_booking"
    export_filename = "bookings.csv"
    export_columns = EXPORTED
    list_before_template = "admin/booking_links.html"
    change_form_outer_before_template = "admin/booking_steps.html"
    change_form_outer_after_template = "admin/booking_panels.html"
    fieldsets = (
        (
            "What and when",
            {"fields": (("number", "status"), ("when", "kind"), ("service_shown", "series_link"), "source")},
        ),
        ("People", {"fields": (("customer_link", "reached_by"), ("with_whom", "booked_by"))}),
        (
            "Money",
            {"fields": (("payment_status", "payment_method"), ("price", "made_up_of"), ("deposit", "fee"))},
        ),
        (
            "Told",
            {"fields": ("title", "description", "notes", "meeting_link", "preparation_notes", "completion_notes")},
        ),
        (
            "Times",
            {
                "fields": (
                    ("created_at", "confirmed_at"),
                    ("started_at", "completed_at"),
                    ("cancelled_at", "expires_at"),
                )
            },
        ),
    )
    readonly_fields = (
        "when",
        "service_shown",
        "series_link",
        "customer_link",
        "reached_by",
        "with_whom",
        "price",
        "made_up_of",
        "deposit",
        "fee",
    )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("day/", view(self.day_view), name="bookings_day"),
            path("<uuid:booking_id>/cash/", view(self.cash_view), name="bookings_booking_cash"),
            path("tax-report/", view(self.tax_report_view), name="bookings_tax_report"),
            path("<uuid:booking_id>/step/<slug:name>/", view(self.step_view), name="bookings_booking_step"),
        ]
        return [*own, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Booking]:
        """With all that its page shows, when it is the page of one."""
        found: models.QuerySet[Booking] = super().get_queryset(request)
        match = request.resolver_match
        is_page = match is not None and match.url_name == "bookings_booking_change"
        return found.select_related(*SHOWN, "specialist__user", "series", "booked_by", "calendar") if is_page else found

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        return looked_up(queryset, search_term), False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("bookings.add_booking"))

    def has_confirm_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("bookings.confirm_booking"))

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("bookings.cancel_booking"))

    def total_of(self, row: Booking) -> str:
        return row.currency

    def exported_rows(self, queryset: models.QuerySet[Booking]) -> Iterable[Booking]:
        return queryset.select_related(*SHOWN).order_by("starts_at", "pk").iterator(chunk_size=PORTION)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return add_page(self, request)

    def described(self, row: Booking) -> str:
        return f"{row.number}: {row.customer}, {shown_time(row)}, {shown_with(row)}"

    def step_view(self, request: HttpRequest, booking_id: UUID, name: str) -> HttpResponse:
        return step_page(self, request, booking_id, name)

    def cash_view(self, request: HttpRequest, booking_id: UUID) -> HttpResponse:
        return cash_page(self, request, booking_id)

    def day_view(self, request: HttpRequest) -> HttpResponse:
        return day_page(self, request)

    def tax_report_view(self, request: HttpRequest) -> HttpResponse:
        return tax_report_page(self, request)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        booking = self.get_object(request, object_id)
        if booking is None or not self.has_view_permission(request, booking):
            refused: HttpResponse = super().change_view(request, object_id, form_url, extra_context)
            return refused
        user = actor_of(request)
        shown = {
            "steps": offered_steps(booking, user),
            "takes_cash": takes_cash(booking, user),
            "panels": panels_of(booking),
            **(extra_context or {}),
        }
        response: HttpResponse = super().change_view(request, object_id, form_url, shown)
        return response

    @display(description="Starts", ordering="starts_at")
    def starts(self, booking: Booking) -> str:
        return f"{booking.starts_at.astimezone(booking.zone):%a %d %b %Y %H:%M}"

    @display(description="When")
    def when(self, booking: Booking) -> str:
        return shown_time(booking)

    @display(description="With")
    def with_whom(self, booking: Booking) -> str:
        return shown_with(booking)

    @display(description="What")
    def what(self, booking: Booking) -> str:
        return str(booking.service or booking.title or booking.get_kind_display())

    @display(description="Service")
    def service_shown(self, booking: Booking) -> str:
        return str(booking.service or "–")

    @display(description="State", ordering="status", label=STATE_COLOURS)
    def state(self, booking: Booking) -> str:
        return str(BookingStatus(booking.status).label)

    @display(description="Payment", ordering="payment_status", label=PAYMENT_COLOURS)
    def payment(self, booking: Booking) -> str:
        return str(PaymentStatus(booking.payment_status).label)

    @display(description="Price", ordering="total_minor")
    def price(self, booking: Booking) -> str:
        return priced(booking.total)

    @display(description="Made up of")
    def made_up_of(self, booking: Booking) -> str:
        amounts = {
            "services": booking.subtotal_minor,
            "discount": -booking.discount_minor,
            "tax": booking.tax_minor,
            "by points": booking.points_minor,
            "by credit": booking.credit_minor,
        }
        named = [f"{name} {Money(minor, booking.currency)}" for name, minor in amounts.items() if minor]
        return ", ".join(named) or "–"

    @display(description="Deposit")
    def deposit(self, booking: Booking) -> str:
        return priced(booking.deposit)

    @display(description="Cancellation fee")
    def fee(self, booking: Booking) -> str:
        return priced(Money(booking.cancellation_fee_minor, booking.currency))

    @display(description="Customer")
    def customer_link(self, booking: Booking) -> SafeString:
        link = reverse("admin:accounts_user_change", args=[booking.customer_id])
        return format_html('<a class="almanac-link" href="{}">{}</a>', link, booking.customer)

    @display(description="Reached by")
    def reached_by(self, booking: Booking) -> str:
        ways = (booking.customer.email, booking.customer.phone_number)
        return " · ".join(str(way) for way in ways if way) or "–"

    @display(description="Series")
    def series_link(self, booking: Booking) -> str | SafeString:
        if booking.series is None:
            return "–"
        link = reverse("admin:bookings_series_change", args=[booking.series_id])
        return format_html('<a class="almanac-link" href="{}">{}</a>', link, booking.series)

    @action(description="Confirm…", permissions=["confirm"])
    def confirm_selected(self, request: HttpRequest, queryset: models.QuerySet[Booking]) -> HttpResponse | None:
        return self.confirm(
            request,
            queryset,
            action="confirm_selected",
            question="Confirm these bookings in the specialists' place?",
            run=lambda booking, reason: _confirm(request, booking, reason),
        )

    @action(description="Cancel…", permissions=["cancel"])
    def cancel_selected(self, request: HttpRequest, queryset: models.QuerySet[Booking]) -> HttpResponse | None:
        return self.confirm(
            request,
            queryset,
            action="cancel_selected",
            question="Cancel these bookings and give their times back? It costs the customers nothing.",
            is_dangerous=True,
            run=lambda booking, reason: _cancel(request, booking, reason),
        )


def _confirm(request: HttpRequest, booking: Booking, reason: str) -> None:
    user = actor_of(request)
    with audit.acting(user, reason=reason):
        confirm_booking(booking, actor=staff(user), reason=reason)


def _cancel(request: HttpRequest, booking: Booking, reason: str) -> None:
    user = actor_of(request)
    with audit.acting(user, reason=reason):
        cancel_booking(booking, actor=staff(user), reason=reason)

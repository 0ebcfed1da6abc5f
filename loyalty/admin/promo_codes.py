"""Promo codes: what they say, how far they are used, and many at once."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from accounts.admin.actors import actor_of
from common import clock
from common.admin.base import AlmanacModelAdmin, ReadOnlyModelAdmin, fields_of
from common.admin.decorators import display
from common.admin.exporting import CsvExport
from common.admin.filters import DaysFilter
from common.errors import DomainError
from loyalty.admin.export import PORTION, USE_COLUMNS, Use, with_numbers
from loyalty.admin.forms import BatchForm, PromoForm, refuse
from loyalty.models import PromoCode, PromoRedemption
from loyalty.services import generate_promos, save_promo


@admin.register(PromoCode)
class PromoCodeAdmin(AlmanacModelAdmin):
    form = PromoForm
    list_display = ("code", "takes", "minimum_order", "use", "window", "state", "batch")
    list_select_related: ClassVar[Any] = ()
    list_filter = (
        "is_active",
        ("discount_kind", ChoicesDropdownFilter),
        "first_booking_only",
        ("valid_until", DaysFilter),
    )
    search_fields = ("code", "description", "batch")
    search_help_text = "A code, a word of its description, or a batch"
    ordering = ("-created_at", "-id")
    list_before_template = "admin/promo_links.html"
    readonly_fields = ("use", "batch")
    fieldsets = (
        (None, {"fields": ("code", "description", "is_active", "use", "batch")}),
        ("Takes off", {"fields": ("discount_kind", "percent", "amount", "currency", "minimum", "cap")}),
        ("When", {"fields": ("valid_from", "valid_until")}),
        ("How often", {"fields": (("per_user_limit", "total_limit"), "first_booking_only")}),
        ("For what", {"fields": ("category_ids", "service_ids"), "classes": ("collapse",)}),
        ("Why", {"fields": ("reason",)}),
    )

    def get_urls(self) -> list[URLPattern]:
        generate = path("generate/", self.admin_site.admin_view(self.generate_view), name="loyalty_promocode_generate")
        return [generate, *super().get_urls()]

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Codes are switched off; what they were used for refers to them."""
        return False

    def save_model(self, request: HttpRequest, obj: PromoCode, form: Any, change: bool) -> None:
        save_promo(obj, actor=actor_of(request), reason=form.cleaned_data["reason"])

    def generate_view(self, request: HttpRequest) -> HttpResponse:
        """Asks for the terms of many codes, and makes them when it is posted."""
        if not request.user.has_perm("loyalty.add_promocode"):
            raise PermissionDenied
        form = BatchForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            made = self._generated(request, form)
            if made:
                messages.success(request, f"{len(made)} codes were made.")
                return HttpResponseRedirect(f"{reverse('admin:loyalty_promocode_changelist')}?q={form.instance.batch}")
        page = {
            **self.admin_site.each_context(request),
            "title": "Make many codes at once",
            "opts": PromoCode._meta,
            "form": form,
            "verb": "Make them",
            "back": reverse("admin:loyalty_promocode_changelist"),
        }
        return TemplateResponse(request, "admin/loyalty_form.html", page)

    def _generated(self, request: HttpRequest, form: BatchForm) -> list[PromoCode]:
        asked = form.cleaned_data
        try:
            return generate_promos(
                form.instance,
                count=asked["count"],
                beginning=asked["beginning"],
                actor=actor_of(request),
                reason=asked["reason"],
            )
        except DomainError as refusal:
            refuse(form, refusal)
            return []

    @display(description="Takes off")
    def takes(self, promo: PromoCode) -> str:
        cap = promo.terms.cap
        return promo.takes_off() if cap is None else f"{promo.takes_off()}, at most {cap} {promo.currency}"

    @display(description="From", ordering="minimum_minor")
    def minimum_order(self, promo: PromoCode) -> str:
        minimum = promo.terms.minimum
        return "–" if minimum is None else f"{minimum} {promo.currency}"

    @display(description="Used", ordering="used_count")
    def use(self, promo: PromoCode) -> SafeString | str:
        if promo.total_limit is None:
            return f"{promo.used_count or 0}, no limit"
        share = f"{promo.used_count} of {promo.total_limit}"
        return format_html(
            '<meter min="0" max="{}" value="{}" title="{}"></meter> {}',
            promo.total_limit,
            promo.used_count,
            share,
            share,
        )

    @display(description="When")
    def window(self, promo: PromoCode) -> str:
        begins, ends = ("" if at is None else _shown(at) for at in (promo.valid_from, promo.valid_until))
        return f"{begins} – {ends}".strip() if begins or ends else "always"

    @display(
        description="State",
        label={"on": "success", "off": "danger", "over": "info", "used up": "warning", "to come": "info"},
    )
    def state(self, promo: PromoCode) -> str:
        now = clock.now()
        if not promo.is_active:
            return "off"
        if promo.valid_until is not None and promo.valid_until <= now:
            return "over"
        if promo.valid_from is not None and promo.valid_from > now:
            return "to come"
        return "used up" if promo.terms.is_exhausted else "on"


@admin.register(PromoRedemption)
class PromoRedemptionAdmin(CsvExport, ReadOnlyModelAdmin):
    list_display = ("created_at", "promo", "user", "discount_shown", "subject_id", "state")
    list_select_related: ClassVar[Any] = ("promo", "user")
    list_filter = (("state", ChoicesDropdownFilter), ("created_at", DaysFilter))
    search_fields = ("=promo__code", "=user__email", "=subject_id", "=id")
    search_help_text = "A code, a customer's e-mail address, or an id of the booking"
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")
    fields = fields_of(PromoRedemption, but=("phone_hash",))
    actions = ("export_csv",)
    export_permission = "loyalty.export_promoredemption"
    export_filename = "promo-codes.csv"
    export_columns = USE_COLUMNS

    def total_of(self, row: Use) -> str:
        return row.redemption.currency

    def exported_rows(self, queryset: models.QuerySet[PromoRedemption]) -> Iterator[Use]:
        return with_numbers(queryset.select_related("promo").order_by("pk").iterator(chunk_size=PORTION))

    @display(description="Discount", ordering="discount_minor")
    def discount_shown(self, redemption: PromoRedemption) -> str:
        return f"{redemption.discount} {redemption.currency}"


def _shown(at: datetime) -> str:
    """As the business' clocks show it: the back office is in that zone."""
    return date_format(localtime(at), "SHORT_DATETIME_FORMAT")

"""What is offered, for how long and for how much."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse

from catalog.admin.fields import AmountsForm, LinesField, amount_field
from catalog.admin.questions import QuestionsField
from catalog.models import Service
from catalog.models.service import LONGEST_LINE, MOST_LINES
from catalog.services.offers import archive_service, remove_service, restore_service, save_service
from common.admin.base import AlmanacModelAdmin
from common.admin.decorators import action, display


class ServiceForm(AmountsForm):
    amounts = ("price", "market_price")
    price = amount_field("Price", required=True)
    market_price = amount_field("Market price")
    requirements = LinesField(most=MOST_LINES, longest=LONGEST_LINE, help_text="What the customer brings, one a line.")
    deliverables = LinesField(most=MOST_LINES, longest=LONGEST_LINE, help_text="What the customer gets, one a line.")

    intake_questions = QuestionsField(required=False, label="Questions")

    class Meta:
        model = Service
        fields = (
            "owner",
            "room",
            "category",
            "tier",
            "name",
            "description",
            "long_description",
            "currency",
            "duration_minutes",
            "buffer_before_minutes",
            "buffer_after_minutes",
            "requirements",
            "deliverables",
            "image_url",
            "intake_questions",
            "position",
            "is_active",
        )

    def check(self, cleaned: dict[str, Any], minors: dict[str, int | None]) -> None:
        price, market_price = minors["price"], minors["market_price"]
        if price is not None and market_price is not None and market_price < price:
            self.add_error("market_price", "The market price must not be less than the price.")


@admin.register(Service)
class ServiceAdmin(AlmanacModelAdmin):
    form = ServiceForm
    list_display = ("name", "whose", "category", "tier", "shown_price", "duration_minutes", "state")
    list_select_related: ClassVar[Any] = ("owner__user", "category", "tier")
    list_filter = (
        "category",
        "tier",
        "is_active",
        ("archived_at", admin.EmptyFieldListFilter),
        ("owner", admin.EmptyFieldListFilter),
    )
    search_fields = ("name", "owner__business_name", "=id")
    search_help_text = "The name of a service or its specialist, or an id"
    autocomplete_fields = ("owner", "room", "category", "tier")
    readonly_fields = ("archived_at", "created_at", "updated_at")
    actions = ("archive", "restore")
    fieldsets = (
        (None, {"fields": ("name", ("owner", "room"), ("category", "tier"), ("is_active", "position"))}),
        ("Price", {"fields": (("currency", "price", "market_price"), "reason")}),
        ("Time", {"fields": ("duration_minutes", ("buffer_before_minutes", "buffer_after_minutes"))}),
        ("Words and pictures", {"fields": ("description", "long_description", "image_url")}),
        ("For the customer", {"fields": ("requirements", "deliverables", "intake_questions")}),
        ("When", {"fields": (("created_at", "updated_at"), "archived_at")}),
    )

    def has_archive_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("catalog.change_service"))

    @display(description="Whose", ordering="owner__business_name")
    def whose(self, service: Service) -> str:
        return str(service.owner) if service.owner else "the platform's"

    @display(description="Price", ordering="price_minor")
    def shown_price(self, service: Service) -> str:
        return f"{service.price} {service.currency}"

    @display(description="State", label={"offered": "success", "not offered": "warning", "archived": "info"})
    def state(self, service: Service) -> str:
        if service.archived_at:
            return "archived"
        return "offered" if service.is_active else "not offered"

    @action(description="Archive…", permissions=["archive"])
    def archive(self, request: HttpRequest, queryset: models.QuerySet[Service]) -> HttpResponse | None:
        return self.confirm(
            request,
            queryset,
            action="archive",
            question="Archive these services? Nobody can book them any more; what is booked stays.",
            run=lambda service, reason: archive_service(service, actor=request.user, reason=reason),
        )

    @action(description="Bring back…", permissions=["archive"])
    def restore(self, request: HttpRequest, queryset: models.QuerySet[Service]) -> HttpResponse | None:
        return self.confirm(
            request,
            queryset,
            action="restore",
            question="Bring these services back?",
            run=lambda service, reason: restore_service(service, actor=request.user, reason=reason),
        )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        save_service(obj, actor=request.user, reason=form.cleaned_data.get("reason", ""))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        remove_service(obj, actor=request.user)

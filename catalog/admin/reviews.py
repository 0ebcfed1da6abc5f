"""What customers said; what must not be read is hidden, and never rewritten."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse

from catalog.models import Review
from catalog.models.review import STARS
from catalog.services.reviews import hide_review, show_review
from common.admin.base import ReadOnlyModelAdmin
from common.admin.decorators import action, display
from common.admin.filters import DaysFilter


class StarsFilter(admin.SimpleListFilter):
    """The five are known; Django's own filter would look through all reviews for them."""

    title = "stars"
    parameter_name = "rating"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(star), "★" * star) for star in STARS]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        return queryset.filter(rating=self.value()) if self.value() in {str(star) for star in STARS} else queryset


@admin.register(Review)
class ReviewAdmin(ReadOnlyModelAdmin):
    list_display = ("created_at", "stars", "beginning", "customer", "specialist", "service", "state")
    list_select_related: ClassVar[Any] = ("customer", "specialist__user", "service")
    list_filter = (
        StarsFilter,
        ("hidden_at", admin.EmptyFieldListFilter),
        ("withdrawn_at", admin.EmptyFieldListFilter),
        ("created_at", DaysFilter),
    )
    search_fields = (
        "comment",
        "customer__email",
        "customer__first_name",
        "customer__last_name",
        "specialist__business_name",
        "=booking_id",
        "=id",
    )
    search_help_text = "A word of the review, who wrote it, the specialist's business, or an id"
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")
    actions = ("hide", "show")
    fieldsets = (
        (None, {"fields": ("customer", ("specialist", "service", "resource"), "booking_id")}),
        ("What was said", {"fields": ("rating", "comment", "tags", ("created_at", "edited_at", "withdrawn_at"))}),
        ("The reply", {"fields": ("reply", "replied_at")}),
        ("Hidden by staff", {"fields": (("hidden_at", "hidden_by"), "hidden_reason")}),
    )

    def has_hide_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("catalog.hide_review"))

    def described(self, row: Review) -> str:
        return f"{self.stars(row)} from {row.customer}: {self.beginning(row) or 'no words'}"

    @display(description="Stars", ordering="rating")
    def stars(self, review: Review) -> str:
        return "★" * review.rating

    @display(description="Comment")
    def beginning(self, review: Review) -> str:
        return review.comment if len(review.comment) <= 80 else f"{review.comment[:79]}…"

    @display(description="State", label={"shown": "success", "hidden": "danger", "taken back": "info"})
    def state(self, review: Review) -> str:
        if review.withdrawn_at is not None:
            return "taken back"
        return "shown" if review.hidden_at is None else "hidden"

    @action(description="Hide…", permissions=["hide"])
    def hide(self, request: HttpRequest, queryset: models.QuerySet[Review]) -> HttpResponse | None:
        return self.confirm(
            request,
            queryset,
            action="hide",
            question="Hide these reviews? Nobody but their authors reads them, and they count no longer.",
            run=lambda review, reason: hide_review(review, actor=request.user, reason=reason),
        )

    @action(description="Show again…", permissions=["hide"])
    def show(self, request: HttpRequest, queryset: models.QuerySet[Review]) -> HttpResponse | None:
        return self.confirm(
            request,
            queryset,
            action="show",
            question="Show these reviews again?",
            run=lambda review, reason: show_review(review, actor=request.user, reason=reason),
        )

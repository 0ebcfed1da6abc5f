"""How services are sorted."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.db.models import Count
from django.http import HttpRequest

from catalog.models import Category, Tier
from catalog.services.offers import remove_listed, save_listed
from common.admin.base import AlmanacModelAdmin
from common.admin.decorators import display


class SortingAdmin(AlmanacModelAdmin):
    """Categories and tiers: few rows, each of which the catalog shows, so that services save them."""

    list_select_related: ClassVar[Any] = ()
    search_fields = ("name", "slug")
    search_help_text = "Name"
    ordering = ("position", "name")
    prepopulated_fields: ClassVar = {"slug": ("name",)}

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        queryset: models.QuerySet[Any] = super().get_queryset(request)
        counted: models.QuerySet[Any] = queryset.annotate(services_count=Count("services"))
        return counted

    @display(description="Services", ordering="services_count")
    def services_in_it(self, row: Any) -> int:
        return int(row.services_count)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        save_listed(obj, actor=request.user)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        remove_listed(obj, actor=request.user)


@admin.register(Category)
class CategoryAdmin(SortingAdmin):
    list_display = ("name", "slug", "services_in_it", "position", "is_active")
    list_filter = ("is_active",)
    fields = (("name", "slug"), "description", ("icon", "position"), "is_active")


@admin.register(Tier)
class TierAdmin(SortingAdmin):
    list_display = ("name", "slug", "services_in_it", "position")
    fields = (("name", "slug"), "position")

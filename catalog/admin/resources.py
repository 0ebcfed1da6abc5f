"""Rooms and things."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalog.admin.fields import LinesField, reason_field
from catalog.models import Resource
from catalog.services.resources import save_resource
from common.admin.base import AlmanacModelAdmin
from common.admin.decorators import display


class ResourceForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    amenities = LinesField(most=50, longest=50, help_text="One a line.")
    reason = reason_field()

    class Meta:
        model = Resource
        fields = ("name", "type", "description", "capacity", "location", "amenities", "image_url", "is_active")


@admin.register(Resource)
class ResourceAdmin(AlmanacModelAdmin):
    form = ResourceForm
    list_display = ("name", "type", "capacity", "location", "is_active")
    list_select_related: ClassVar[Any] = ()
    list_filter = ("type", "is_active")
    search_fields = ("name", "location", "=id")
    search_help_text = "Name, place or id"
    ordering = ("name",)
    readonly_fields = ("time",)
    fieldsets = (
        (None, {"fields": ("name", ("type", "capacity"), "location", "is_active", "time")}),
        ("What there is", {"fields": ("description", "amenities", "image_url", "reason")}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Its calendar and whatever was booked there stay; one that is gone is no longer bookable."""
        return False

    @display(description="Hours and time off")
    def time(self, resource: Resource) -> SafeString | str:
        if resource._state.adding:
            return "Save first, then give it hours."
        link = reverse("admin:catalog_calendar_change", args=[resource.calendar_id])
        return format_html('<a class="almanac-link" href="{}">Calendar</a>', link)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        save_resource(obj, actor=request.user, reason=form.cleaned_data.get("reason", ""))

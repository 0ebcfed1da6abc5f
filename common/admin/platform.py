"""The platform settings: one row, so its list is its page. Saving goes through the service that all changes take."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.widgets import UnfoldAdminTextInputWidget

from common.admin.base import AlmanacModelAdmin
from common.models.platform import FIELDSETS, PlatformSettings
from common.platform import update_platform_settings


class PlatformSettingsForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    reason = forms.CharField(
        max_length=500,
        required=False,
        label="Why",
        help_text="Kept in the audit log.",
        widget=UnfoldAdminTextInputWidget(),
    )

    class Meta:
        model = PlatformSettings
        fields = tuple(name for _title, options in FIELDSETS for name in options["fields"])


@admin.register(PlatformSettings)
class PlatformSettingsAdmin(AlmanacModelAdmin):
    form = PlatformSettingsForm
    list_select_related: ClassVar[Any] = ()
    fieldsets = (
        (None, {"fields": ("reason",)}),
        *((title, {**options, "classes": ["tab"]}) for title, options in FIELDSETS),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_or_change_permission(request):
            refusal: HttpResponse = super().changelist_view(request, extra_context)
            return refusal
        return HttpResponseRedirect(reverse("admin:common_platformsettings_change", args=[1]))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        changes = {name: form.cleaned_data[name] for name in form.changed_data if name != "reason"}
        if changes:
            update_platform_settings(changes, actor=request.user, reason=form.cleaned_data["reason"])

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        response: HttpResponse = super().response_change(request, obj)
        if response.status_code == 302:
            return HttpResponseRedirect(request.path)
        return response

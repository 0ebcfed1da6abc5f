"""Service accounts in the back office. A key is on the one page that answers the click, and nowhere after that."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts.admin.actors import actor_of
from accounts.admin.inlines import ServiceKeyInline, ShownInline
from accounts.enums import ServiceScope
from accounts.models import ServiceAccount
from accounts.services import NewKey, revoke_keys, rotate_key
from common import clock
from common.admin.base import AlmanacModelAdmin
from common.admin.decorators import action, display


class ServiceForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    scopes = forms.MultipleChoiceField(
        choices=ServiceScope.choices, required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )

    class Meta:
        model = ServiceAccount
        fields = ("name", "owner", "scopes", "requests_per_minute", "is_active", "expires_at")


@admin.register(ServiceAccount)
class ServiceAdmin(AlmanacModelAdmin):
    form = ServiceForm
    list_display = ("name", "state", "allowed", "owner", "last_used", "created_at")
    list_select_related: ClassVar[Any] = ("owner",)
    list_filter = ("is_active",)
    search_fields = ("name", "=owner__email", "=keys__prefix", "=id")
    search_help_text = "Name, the owner's e-mail address, the beginning of a key, or an id"
    ordering = ("name",)
    autocomplete_fields = ("owner",)
    readonly_fields = ("id", "last_used", "created_at", "updated_at")
    fieldsets = (
        (None, {"fields": ("name", "owner", "is_active", "expires_at")}),
        ("May do", {"fields": ("scopes", "requests_per_minute")}),
        ("When", {"fields": ("id", "last_used", ("created_at", "updated_at"))}),
    )
    inlines = (ServiceKeyInline,)
    actions = ("new_key", "revoke")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        services: models.QuerySet[Any] = super().get_queryset(request).annotate(used_at=Max("keys__last_used_at"))
        return services

    def get_inlines(self, request: HttpRequest, obj: ServiceAccount | None) -> tuple[type[ShownInline], ...]:
        """There is nothing to show beside what is only being added."""
        return self.inlines if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: ServiceAccount | None = None) -> bool:
        """Services are switched off; what they did stays theirs."""
        return False

    def has_rotate_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("accounts.rotate_serviceaccount"))

    def response_add(self, request: HttpRequest, obj: ServiceAccount, *args: Any, **kwargs: Any) -> HttpResponse:
        """Shows the first key instead of going back to the list."""
        return self._shown_once(request, [rotate_key(obj, actor=actor_of(request), reason="Its first key")])

    @display(description="State", ordering="is_active", label={"active": "success", "off": "danger", "over": "info"})
    def state(self, service: ServiceAccount) -> str:
        if not service.is_active:
            return "off"
        return "over" if service.expires_at and service.expires_at <= clock.now() else "active"

    @display(description="May")
    def allowed(self, service: ServiceAccount) -> str:
        return ", ".join(service.scopes) or "nothing"

    @display(description="Last used", ordering="used_at")
    def last_used(self, service: Any) -> Any:
        return getattr(service, "used_at", None)

    @action(description="New key…", permissions=["rotate"])
    def new_key(self, request: HttpRequest, queryset: models.QuerySet[ServiceAccount]) -> HttpResponse | None:
        made: list[NewKey] = []
        answer = self.confirm(
            request,
            queryset,
            action="new_key",
            question="Make a new key for these services? The present one works for another 24 hours.",
            run=lambda service, reason: made.append(rotate_key(service, actor=actor_of(request), reason=reason)),
        )
        return self._shown_once(request, made) if made else answer

    @action(description="Revoke keys…", permissions=["rotate"])
    def revoke(self, request: HttpRequest, queryset: models.QuerySet[ServiceAccount]) -> HttpResponse | None:
        return self.confirm(
            request,
            queryset,
            action="revoke",
            question="Revoke all keys of these services? They are shut out at once.",
            is_dangerous=True,
            run=lambda service, reason: revoke_keys(service, actor=actor_of(request), reason=reason),
        )

    def _shown_once(self, request: HttpRequest, made: Sequence[NewKey]) -> HttpResponse:
        names = dict(ServiceAccount.objects.filter(pk__in=[new.service_id for new in made]).values_list("pk", "name"))
        page = {
            **self.admin_site.each_context(request),
            "title": "Copy these now",
            "opts": self.model._meta,
            "made": [(names[new.service_id], new) for new in made],
        }
        return TemplateResponse(request, "admin/service_keys.html", page)

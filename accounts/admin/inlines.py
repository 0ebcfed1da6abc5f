"""What a person's page shows besides: devices that are signed in, and addresses."""

from typing import Any

from django import forms
from django.db import models
from django.http import HttpRequest
from unfold.admin import TabularInline

from accounts.models import Address, KnownPerson, ServiceKey, Session


class ShownFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]  # generic in the stubs only
    """Rows to look at: whatever a POST says of them is not even read."""

    def __init__(self, data: Any = None, files: Any = None, **kwargs: Any) -> None:
        super().__init__(None, None, **kwargs)

    def is_valid(self) -> bool:
        return True

    def save(self, commit: bool = True) -> list[Any]:
        self.new_objects, self.changed_objects, self.deleted_objects = [], [], []
        return []


class ShownInline(TabularInline):
    formset = ShownFormSet
    extra = 0
    can_delete = False
    show_change_link = False
    # A row's name above it would only say what its columns say.
    hide_title = True

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> tuple[str, ...]:
        return tuple(self.fields or ())

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class SessionInline(ShownInline):
    model = Session
    verbose_name_plural = "Signed-in devices"
    fields = ("platform", "user_agent", "network", "last_used_at", "expires_at")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        """Devices that are signed in now; the page of sessions has those that were."""
        live: models.QuerySet[Any] = super().get_queryset(request).live()
        return live.order_by("-last_used_at")


class AddressInline(ShownInline):
    model = Address
    fields = ("name", "address_line1", "city", "pincode", "is_default")
    ordering = ("-is_default", "id")


class KnownPersonInline(ShownInline):
    model = KnownPerson
    verbose_name_plural = "Services that act for them"
    fields = ("service", "how", "phone_number", "chat_id", "created_at")
    ordering = ("id",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        known: models.QuerySet[Any] = super().get_queryset(request).select_related("service")
        return known


class ServiceKeyInline(ShownInline):
    model = ServiceKey
    verbose_name_plural = "Keys"
    fields = ("prefix", "created_at", "last_used_at", "expires_at", "revoked_at")
    ordering = ("-id",)

"""Roles in the back office."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from common.admin.base import AlmanacModelAdmin

admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(AlmanacModelAdmin, DjangoGroupAdmin):
    """Roles. Only superusers change them: a role that can edit roles can give itself everything."""

    list_display = ("name",)
    search_fields = ("name",)
    list_select_related: ClassVar[Any] = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return bool(request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return bool(request.user.is_superuser)

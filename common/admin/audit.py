"""The audit log: to read, to filter, to search. Nothing here can be changed, not even by a superuser."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db import connection, models
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from common.admin.base import ReadOnlyModelAdmin
from common.admin.decorators import display
from common.models import AuditEntry
from common.models.audit import model_of

AUDITED_TABLES = "SELECT DISTINCT tgargs FROM pg_trigger WHERE tgname = 'audit_update' ORDER BY 1"
NOBODY = UUID(int=0)
ROW_DEEDS = ("created", "updated", "deleted", "linked", "unlinked")
OTHER_DEEDS = ("signed in", "signed out", "sign-in failed", "locked out", "unlocked", "exported", "revealed")


class KindFilter(admin.SimpleListFilter):
    title = "kind of object"
    parameter_name = "target_table"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        with connection.cursor() as cursor:
            cursor.execute(AUDITED_TABLES)
            # Arguments are stored as zero-terminated strings; the third is the table that names the object.
            tables = {bytes(row[0]).split(b"\0")[2].decode() for row in cursor.fetchall()}
        return sorted((table, AuditEntry(target_table=table).kind.capitalize()) for table in tables)

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        return queryset.filter(target_table=self.value()) if self.value() else queryset


class ActionFilter(admin.SimpleListFilter):
    title = "action"
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(deed, deed.capitalize()) for deed in (*ROW_DEEDS, *OTHER_DEEDS)]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        return queryset.filter(action=self.value()) if self.value() else queryset


class ActorFilter(admin.SimpleListFilter):
    title = "actor"
    parameter_name = "actor_id"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        staff = get_user_model().objects.filter(is_staff=True).order_by("first_name", "pk")[:100]
        return [*((str(person.pk), str(person)) for person in staff), ("system", "System")]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        if self.value() == "system":
            return queryset.filter(actor_id=None)
        return queryset.filter(actor_id=_uuid(str(self.value()))) if self.value() else queryset


def _uuid(text: str) -> UUID:
    """The id in the address; one that is none is nobody's."""
    try:
        return UUID(text)
    except ValueError:
        return NOBODY


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyModelAdmin):
    list_display = ("at", "who", "what", "object_link", "summary", "ip")
    list_display_links = ("at",)
    list_select_related: ClassVar[Any] = ()
    list_filter = (ActionFilter, KindFilter, ActorFilter)
    search_fields = ("=target_id", "=request_id", "actor_name", "reason")
    search_help_text = "An object's id, a request id, a name or a word of the reason"
    date_hierarchy = "at"
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("at", "who", "what", "object_link", "reason", "diff", "more")}),
        ("From where", {"fields": ("source", "ip", "user_agent", "request_id")}),
        ("Seal", {"fields": ("seal_number", "prev_hash", "hash")}),
    )
    readonly_fields = ("who", "what", "object_link", "diff", "more")

    @display(description="Who", ordering="actor_name")
    def who(self, entry: AuditEntry) -> str:
        return entry.actor_name or ("System" if entry.source == "system" else "Nobody signed in")

    @display(
        description="Action",
        ordering="action",
        label={
            "created": "success",
            "linked": "success",
            "deleted": "danger",
            "unlinked": "danger",
            "locked out": "danger",
            "sign-in failed": "warning",
            "updated": "info",
        },
    )
    def what(self, entry: AuditEntry) -> str:
        return entry.action

    @display(description="Object")
    def object_link(self, entry: AuditEntry) -> str | SafeString:
        if not entry.target_table:
            return "–"
        kind = entry.kind.capitalize()
        if not entry.target_id:
            return kind
        label = f"{kind} …{entry.target_id[-8:]}" if len(entry.target_id) > 12 else f"{kind} {entry.target_id}"
        link = _change_page(entry)
        return format_html('<a class="almanac-link" href="{}">{}</a>', link, label) if link else label

    @display(description="Changed")
    def summary(self, entry: AuditEntry) -> str:
        names = sorted(entry.changes)
        return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "") or "–"

    @display(description="Before and after")
    def diff(self, entry: AuditEntry) -> SafeString:
        lines = [(name, *_sides(change)) for name, change in sorted(entry.changes.items())]
        return render_to_string("admin/audit_diff.html", {"lines": lines})

    @display(description="Details")
    def more(self, entry: AuditEntry) -> SafeString:
        return render_to_string("admin/audit_data.html", {"data": sorted(entry.data.items())})


def _sides(change: Any) -> tuple[str, str]:
    """A pair of values, or the one word that stands for a secret."""
    if not isinstance(change, list) or len(change) != 2:
        return "", str(change)
    before, after = ("" if side is None else str(side) for side in change)
    return before, after


def _change_page(entry: AuditEntry) -> str:
    model = model_of(entry.target_table)
    if model is None or entry.action == "deleted":
        return ""
    try:
        return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[entry.target_id])
    except NoReverseMatch:
        return ""

"""The audit log: to read, to filter, to search. Nothing here can be changed, not even by a superuser."""

from collections.abc import Iterable
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
from django.utils.text import Truncator

from common.admin.base import AlmanacChangeList, ReadOnlyModelAdmin
from common.admin.decorators import display
from common.audit_words import WHOLE_ROWS, AuditWords
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


class AuditChangeList(AlmanacChangeList):
    """Knows the names of what its page of entries speaks of."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        _give_words(self.result_list)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyModelAdmin):
    list_display = ("at", "who", "what", "summary", "reason_shown", "ip")
    list_display_links = ("at",)
    list_select_related: ClassVar[Any] = ()
    list_filter = (ActionFilter, KindFilter, ActorFilter)
    search_fields = ("=target_id", "=request_id", "actor_name", "reason")
    search_help_text = "An object's id, a request id, a name or a word of the reason"
    date_hierarchy = "at"
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("at", "who", "what", "reason", "diff", "more")}),
        ("From where", {"fields": ("source", "ip", "user_agent", "request_id")}),
        ("Seal", {"fields": ("seal_number", "prev_hash", "hash")}),
    )
    readonly_fields = ("who", "what", "diff", "more")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[AuditChangeList]:
        return AuditChangeList

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        entry = super().get_object(request, object_id, from_field)
        if entry is not None:
            _give_words([entry])
        return entry

    @display(description="Who", ordering="actor_name")
    def who(self, entry: Any) -> str:
        return str(entry.words.who(entry))

    @display(description="What happened", ordering="action")
    def what(self, entry: Any) -> SafeString:
        deed, name = entry.words.deed(entry), entry.words.object(entry)
        link = _change_page(entry) if name else ""
        if not link:
            return format_html("{} {}", deed, name)
        return format_html('{} <a class="almanac-link" href="{}">{}</a>', deed, link, name)

    @display(description="Before → after")
    def summary(self, entry: Any) -> str:
        if entry.action in WHOLE_ROWS:
            return "–"
        lines = [Truncator(line).chars(80) for line in entry.words.lines(entry)]
        return "; ".join(lines[:3]) + (f"; and {len(lines) - 3} more" if len(lines) > 3 else "") or "–"

    @display(description="Why", ordering="reason")
    def reason_shown(self, entry: AuditEntry) -> str:
        return Truncator(entry.reason).chars(80) or "–"

    @display(description="Before and after")
    def diff(self, entry: Any) -> SafeString:
        return render_to_string("admin/audit_diff.html", {"lines": entry.words.lines(entry)})

    @display(description="Details")
    def more(self, entry: AuditEntry) -> SafeString:
        return render_to_string("admin/audit_data.html", {"data": sorted(entry.data.items())})


def _give_words(entries: Iterable[Any]) -> None:
    """A list keeps the rows that were read for it, so that they have their words when they are shown."""
    words = AuditWords(entries)
    for entry in entries:
        entry.words = words


def _change_page(entry: AuditEntry) -> str:
    model = model_of(entry.target_table)
    if model is None or entry.action == "deleted":
        return ""
    try:
        return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[entry.target_id])
    except NoReverseMatch:
        return ""

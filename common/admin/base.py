"""What every page of the back office does alike; docs/back-office.md tells how an app brings its own."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib.admin.options import BaseModelAdmin
from django.core import checks
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from unfold.admin import ModelAdmin
from unfold.checks import UnfoldModelAdminChecks
from unfold.views import ChangeList

from common.admin.confirmation import ConfirmedActions

# What a row has only once it exists.
BORN_WITH_THE_ROW = frozenset({"id", "created_at", "updated_at", "archived_at"})
EDITED_VERSION = "edited_version"
STALE = (
    "Somebody else changed this while you were editing, so nothing was saved. "
    "Open the page again in a new tab, compare, and repeat your change there."
)


class AlmanacModelAdminChecks(UnfoldModelAdminChecks):
    """Finds at start-up what would show as a slow or unsafe page later."""

    def check(self, admin_obj: "BaseModelAdmin[Any]", **kwargs: Any) -> list[checks.CheckMessage]:
        found: list[checks.CheckMessage] = super().check(admin_obj, **kwargs)
        if admin_obj.list_select_related is None:  # type: ignore[attr-defined]
            found.append(
                checks.Error(
                    "list_select_related is not stated.",
                    hint="Name the relations that list_display shows, or say () if there are none.",
                    obj=admin_obj.__class__,
                    id="almanac.E101",
                )
            )
        if admin_obj.list_editable:  # type: ignore[attr-defined]
            found.append(
                checks.Error(
                    "list_editable saves rows without looking whether they changed meanwhile.",
                    hint="Offer an action, or let the change page do it.",
                    obj=admin_obj.__class__,
                    id="almanac.E102",
                )
            )
        return found


class AlmanacChangeList(ChangeList):
    """Says how many rows there are without counting them again; a list that leaves none out offers no "show all"."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if not self.query and not self.get_filters_params():
            self.full_result_count = self.result_count


class AlmanacModelAdmin(ConfirmedActions, ModelAdmin):
    """A page whose saves are refused when somebody else saved in between, and whose history is the audit log.

    Rows are not deleted in bulk, and an object that `readonly_fields` protects stays so in the POST as well: Django
    leaves such fields out of the form. Money and status belong there; actions that call a service change them.
    """

    checks_class = AlmanacModelAdminChecks
    list_select_related: ClassVar[Any] = None
    list_per_page = 50
    # Counting a large table twice for each page is what makes lists slow.
    show_full_result_count = False
    list_filter_submit = True
    warn_unsaved_form = True
    change_form_before_template: str | None = "admin/edited_version.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return AlmanacChangeList

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        offered: dict[str, Any] = super().get_actions(request)
        offered.pop("delete_selected", None)
        return offered

    def get_fieldsets(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        return fieldsets if obj is not None else _of_something_new(fieldsets)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Locks the row before a change page saves it, so that the comparison of versions cannot be overtaken."""
        if request.method == "POST" and connection.in_atomic_block and from_field is None:
            self._lock(object_id)
        return super().get_object(request, object_id, from_field)

    def get_form(
        self, request: HttpRequest, obj: models.Model | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        if request.method != "POST" or not change or not hasattr(obj, "updated_at"):
            return form
        return _refusing_stale(form, request, obj)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().changeform_view(request, *args, **kwargs)
        if getattr(request, "is_stale_edit", False):
            response.status_code = 409
        return response

    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The audit log knows more than Django's own log of clicks, which is not written at all."""
        query = urlencode({"target_table": self.model._meta.db_table, "target_id": object_id})
        return HttpResponseRedirect(f"{reverse('admin:common_auditentry_changelist')}?{query}")

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        """The row trigger has written it down."""

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        """The row trigger has written it down."""

    def log_deletions(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> Any:
        """The row trigger has written it down."""

    def _lock(self, object_id: str) -> None:
        try:
            # Without the key, so that rows which refer to this one can be written meanwhile.
            list(self.model._base_manager.select_for_update(no_key=True).filter(pk=object_id).values_list("pk"))
        except (ValidationError, ValueError):
            # An id that is none: Django's own look-up answers it.
            return


class ReadOnlyModelAdmin(AlmanacModelAdmin):
    """A page to look at. What may be done is done by actions."""

    change_form_before_template = None
    warn_unsaved_form = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


def fields_of(model: type[models.Model], *, but: Sequence[str] = ()) -> list[str]:
    """Every column of a model in its own order, for pages that only show."""
    return [field.name for field in model._meta.concrete_fields if field.name not in but]


def _of_something_new(fieldsets: Sequence[Any]) -> list[Any]:
    """Without what is not known before the first save, and without the headings that nothing is left below."""
    kept = []
    for title, options in fieldsets:
        fields = _to_be_said(options["fields"])
        if fields:
            kept.append((title, {**options, "fields": fields}))
    return kept


def _to_be_said(names: Any) -> tuple[Any, ...]:
    """A line of a fieldset is a name or a row of names."""
    lines = [name if isinstance(name, str) else _to_be_said(name) for name in names if name not in BORN_WITH_THE_ROW]
    return tuple(line for line in lines if line)


def _refusing_stale(form: Any, request: HttpRequest, obj: Any) -> Any:
    # The object's own attribute will have been overwritten by the time the form is cleaned.
    current = obj.updated_at.isoformat()

    class RefusingStale(form):
        def clean(self) -> Any:
            cleaned = super().clean()
            if request.POST.get(EDITED_VERSION) != current:
                request.is_stale_edit = True  # type: ignore[attr-defined]
                raise ValidationError(STALE, code="stale")
            return cleaned

    return RefusingStale

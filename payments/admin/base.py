"""What lists and pages of money have in common: they are looked at, searched by what is in hand, and taken away."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest, HttpResponse

from common.admin.base import ReadOnlyModelAdmin
from common.admin.exporting import CsvExport


class MoneyAdmin(CsvExport, ReadOnlyModelAdmin):
    """`page_relations` are read along on the page of one row, and not in the list."""

    change_form_outer_after_template = "admin/booking_panels.html"
    actions: ClassVar[Any] = ("export_csv",)
    page_relations: ClassVar[tuple[str, ...]] = ()

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        found: models.QuerySet[Any] = super().get_queryset(request)
        return found.select_related(*self.page_relations) if self.page_relations and self.is_page(request) else found

    def is_page(self, request: HttpRequest) -> bool:
        """Whether the page of one row is drawn."""
        match = request.resolver_match
        return match is not None and match.url_name == f"payments_{self.model._meta.model_name}_change"

    def total_of(self, row: Any) -> str:
        return str(row.currency)

    def besides(self, request: HttpRequest, row: Any) -> Mapping[str, Any]:
        """What the page of a row shows this viewer around its fields: `panels`, and whatever its templates ask for."""
        return {}

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        shown: dict[str, Any] = {**(extra_context or {})}
        if row is not None and self.has_view_permission(request, row):
            shown |= self.besides(request, row)
        response: HttpResponse = super().change_view(request, object_id, form_url, shown)
        return response

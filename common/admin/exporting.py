"""Lists that may be taken away as a file: what their filters leave, streamed, and written down in the audit log."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest, HttpResponse

from common import audit
from common.admin.decorators import action
from common.exports import Column, stream_csv

# Read from a cursor on the server in portions of this, so that memory stays flat.
PORTION = 2_000


class CsvExport:
    """Gives a model admin the action `export_csv`, to be named in its `actions`."""

    model: Any
    export_permission: ClassVar[str]
    export_filename: ClassVar[str]
    export_columns: ClassVar[Sequence[Column]]

    def has_export_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(self.export_permission))

    def total_of(self, row: Any) -> str:
        """The name of the total that a row is added up in, such as its currency."""
        return ""

    def exported_rows(self, queryset: models.QuerySet[Any]) -> Iterable[Any]:
        """In an order that does not change, whatever the list was sorted by."""
        return queryset.order_by("pk").iterator(chunk_size=PORTION)

    @action(description="Export CSV", permissions=["export"])
    def export_csv(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> HttpResponse:
        audit.record("exported", self.model, actor=request.user, data={"filters": request.GET.dict()})
        rows = self.exported_rows(queryset)
        return stream_csv(self.export_filename, self.export_columns, rows, totals_per=self.total_of)  # type: ignore[return-value]  # a streaming response is one too

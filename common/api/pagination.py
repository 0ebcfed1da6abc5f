"""Lists by page: `data` holds the named list and what is known about the whole."""

from typing import Any, ClassVar

from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.query import parameters

PAGE, LIMIT = "page", "limit"
DEFAULT_LIMIT, MAX_LIMIT = 20, 100
# Rows that are skipped still cost the database their reading. Who needs more asks for a narrower list.
MAX_OFFSET = 10_000


class PageNumberPagination(BasePagination):
    """Two queries, whatever the size: one counts, one reads the page. A page after the last is an empty list."""

    page: int
    limit: int
    total: int

    def paginate_queryset(
        self,
        queryset: Any,
        request: Request,
        view: Any | None = None,
    ) -> list[Any]:
        offset = self.offset_of(request)
        self.total = queryset.count()
        return list(queryset[offset : offset + self.limit])

    def offset_of(self, request: Request) -> int:
        """How many entries come before the page that is asked for; `limit` says how many are on it."""
        asked = parameters(request)
        self.page = _whole(asked, PAGE, default=1, most=MAX_OFFSET + 1)
        self.limit = _whole(asked, LIMIT, default=DEFAULT_LIMIT, most=MAX_LIMIT)
        offset = (self.page - 1) * self.limit
        if offset > MAX_OFFSET:
            raise _refused(PAGE, f"Only the first {MAX_OFFSET} entries can be paged through.", "out_of_range")
        return offset

    def get_paginated_response(self, data: Any, *, name: str = "items", **extras: Any) -> Response:
        return Response({name: data, **extras, "pagination": self.facts()})

    def facts(self) -> dict[str, int | bool]:
        pages = -(-self.total // self.limit)
        return {
            "page": self.page,
            "limit": self.limit,
            "total": self.total,
            "total_pages": pages,
            "has_next": self.page < pages,
            "has_prev": self.page > 1,
        }

    def get_paginated_response_schema(self, schema: dict[str, Any], name: str = "items") -> dict[str, Any]:
        return {
            "type": "object",
            "required": [name, "pagination"],
            "properties": {name: schema, "pagination": PAGINATION_SCHEMA},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            _parameter(PAGE, "Which page, from 1.", {"type": "integer", "minimum": 1, "default": 1}),
            _parameter(
                LIMIT,
                "How many entries a page holds.",
                {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
            ),
        ]

    names: ClassVar = frozenset({PAGE, LIMIT})


PAGINATION_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["page", "limit", "total", "total_pages", "has_next", "has_prev"],
    "properties": {
        "page": {"type": "integer", "example": 1},
        "limit": {"type": "integer", "example": DEFAULT_LIMIT},
        "total": {"type": "integer", "example": 42},
        "total_pages": {"type": "integer", "example": 3},
        "has_next": {"type": "boolean", "example": True},
        "has_prev": {"type": "boolean", "example": False},
    },
}


def _whole(asked: dict[str, str], name: str, *, default: int, most: int) -> int:
    text = asked.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()):
        raise _refused(name, "Write a whole number from 1.", "invalid")
    if len(text) > 9 or not 1 <= int(text) <= most:
        raise _refused(name, f"Write a whole number from 1 to {most}.", "out_of_range")
    return int(text)


def _refused(name: str, message: str, code: str) -> ValidationError:
    return ValidationError({name: [ErrorDetail(message, code)]})


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}

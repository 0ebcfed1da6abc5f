"""Query strings that are not filters of a list, read by a serializer as strictly as a body."""

from typing import Any

from rest_framework.request import Request

from common.api.query import declared_parameters
from common.api.serializers import StrictSerializer


def valid_query(request: Request, kind: type[StrictSerializer]) -> dict[str, Any]:
    """The declared parameters in both spellings; anything else in the query is refused by name."""
    # One serializer reads names and values: making its fields is most of the work.
    reader = kind(context={"request": request})
    found: dict[str, Any] = reader.run_validation(declared_parameters(request, reader.fields))
    return found

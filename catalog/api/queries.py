"""Query strings that are not filters of a list, read by a serializer as strictly as a body."""

from functools import cache
from typing import Any

from rest_framework.request import Request

from common.api.query import declared_parameters
from common.api.serializers import StrictSerializer


def valid_query(
    request: Request, kind: type[StrictSerializer], *, besides: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """The declared parameters in both spellings; anything else in the query is refused by name.

    What `besides` names is somebody else's to read, such as the page.
    """
    reader = _reader(kind)
    declared = declared_parameters(request, {*reader.fields, *besides})
    mine = {name: value for name, value in declared.items() if name not in besides}
    found: dict[str, Any] = reader.run_validation(mine)
    return found


@cache
def _reader(kind: type[StrictSerializer]) -> StrictSerializer:
    """Reads names and values of all requests: making its fields is most of the work, and nothing in them changes."""
    return kind()

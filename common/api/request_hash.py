"""When two requests are the same request: equal in method, path, query, parsed body and wanted spelling.

The body is compared by meaning and not by bytes. These do not matter: the order of keys, whitespace, escapes, how a
number is written (`1`, `1.0`, `1e0`), the Unicode form of text (NFC against NFD), the order of query parameters of
different names. These do: everything else, such as `"1"` against `1`, the order of a list, `snake_case` against
`camelCase` (in the body, or asked for in Accept: the stored answer has one spelling).
"""

import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from rest_framework.request import Request

from common.api.wire import wants_camel


def request_hash(request: Request) -> str:
    camel = wants_camel(request.headers.get("Accept", ""))
    query = {name: request.query_params.getlist(name) for name in request.query_params}
    meant = [request.method, request.path, camel, canonical(query), canonical(request.data)]
    return hashlib.sha256(json.dumps(meant, separators=(",", ":")).encode()).hexdigest()


def canonical(value: Any) -> Any:
    """The value in a form that is equal for equal meanings. Each kind is tagged, so no two kinds can be confused."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float | Decimal):
        return ["number", *_number(value)]
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, Mapping):
        return [
            "object",
            sorted(([canonical(str(name)), canonical(member)] for name, member in value.items()), key=str),
        ]
    if isinstance(value, Sequence):
        return ["list", *map(canonical, value)]
    raise TypeError(f"A {type(value).__name__} has no canonical form; idempotent endpoints take JSON.")


def _number(value: float | Decimal) -> tuple[int, str, int]:
    """Sign, digits and exponent without trailing zeros; exact for numbers of any size."""
    sign, digits, exponent = Decimal(str(value)).as_tuple()
    written = "".join(map(str, digits)).lstrip("0")
    if not isinstance(exponent, int):
        raise TypeError("Only finite numbers have a canonical form.")
    if not written:
        return 0, "0", 0
    shortest = written.rstrip("0")
    return sign, shortest, exponent + len(written) - len(shortest)

"""What travels: compact UTF-8 JSON, in the spelling that the client asked for."""

import json
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.functional import Promise

_CAMEL = re.compile(r'casing\s*=\s*"?camel\b', re.IGNORECASE)


def wants_camel(accept: str) -> bool:
    """True for `Accept: application/json; casing=camel`."""
    return "casing" in accept and _CAMEL.search(accept) is not None


def encoded(value: Any) -> bytes:
    return _ENCODER.encode(value).encode()


def utc_text(instant: datetime) -> str:
    """An instant in UTC with `Z`; a naive one is a mistake of ours and is refused."""
    if instant.tzinfo is None:
        raise ValueError("A naive time cannot be sent.")
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, Iterable):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no JSON form.")


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_plain)

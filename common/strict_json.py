"""Reads JSON and refuses what other parsers let through or stumble over.

Refused: text that is not UTF-8, a byte order mark, more than 32 levels, a key given twice, numbers beyond 64 bits or
that no finite float can hold, NaN and Infinity, NUL and lone surrogates. Ordinary documents cost one C-speed parse.
"""

import json
import math
import re
from typing import Any, NoReturn

MAX_DEPTH = 32
MAX_NUMBER_LENGTH = 64
_LEAST, _MOST = -(2**63), 2**63 - 1
_UNSENDABLE = re.compile("[\x00\ud800-\udfff]")
# A string without its closing quote swallows the rest, so that no input makes this search start over and over.
_STRING_OR_BRACKET = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)


class StrictJSONError(ValueError):
    """Says what is wrong with the document, in a sentence and as a code."""

    def __init__(self, message: str, code: str = "INVALID_JSON") -> None:
        super().__init__(message)
        self.message = message
        self.code = code


def loads(body: bytes) -> Any:
    """The value that the bytes stand for, or `StrictJSONError`."""
    if not body or body.isspace():
        raise StrictJSONError("The body is empty.", "EMPTY")
    _refuse_depth(body)
    text = _decoded(body)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        message = f"The body is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        raise StrictJSONError(message) from error
    # Raw control characters are refused by the parser and raw surrogates by UTF-8: both can only come from an escape.
    if "\\u" in text:
        _refuse_unsendable(value)
    return value


def _decoded(body: bytes) -> str:
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise StrictJSONError("The body is not valid UTF-8.", "INVALID_ENCODING") from error
    if text.startswith("\ufeff"):
        raise StrictJSONError("The body starts with a byte order mark.", "INVALID_ENCODING")
    return text


def _refuse_depth(body: bytes) -> None:
    # Few brackets cannot nest deeply, which is all that most bodies need to have checked.
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(body):
        token = match.group()
        if token in b"[{":
            depth += 1
        elif token in b"]}":
            depth -= 1
        if depth > MAX_DEPTH:
            raise StrictJSONError(f"The body nests deeper than {MAX_DEPTH} levels.", "TOO_DEEP")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise StrictJSONError(f"The key {_shown(twice)} is given twice.", "DUPLICATE_KEY")
    return members


def _whole(digits: str) -> int:
    if len(digits) > 20 or not _LEAST <= (number := int(digits)) <= _MOST:
        raise StrictJSONError("A number is too large.", "NUMBER_OUT_OF_RANGE")
    return number


def _fraction(digits: str) -> float:
    number = float(digits)
    if len(digits) > MAX_NUMBER_LENGTH or not math.isfinite(number):
        raise StrictJSONError("A number is too large or too long.", "NUMBER_OUT_OF_RANGE")
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise StrictJSONError(f"{name} is not a JSON number.")


def _refuse_unsendable(value: Any) -> None:
    if isinstance(value, str):
        if _UNSENDABLE.search(value):
            message = "A text contains a NUL character or half of a surrogate pair."
            raise StrictJSONError(message, "INVALID_CHARACTER")
    elif isinstance(value, dict):
        for key, item in value.items():
            _refuse_unsendable(key)
            _refuse_unsendable(item)
    elif isinstance(value, list):
        for item in value:
            _refuse_unsendable(item)


def _shown(key: str) -> str:
    return ascii(key[:50])


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=_whole, parse_float=_fraction, parse_constant=_refuse_constant
)

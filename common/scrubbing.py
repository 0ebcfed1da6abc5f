"""Takes secrets and people out of what is about to be logged: by the name of a key, and by the shape of a value.

Shapes are guessed on the safe side. A harmless number that looks like a telephone's is hidden too, which costs a
reader of logs little; the reverse would cost somebody much. UUIDs are recognised first and left alone.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import islice
from typing import Any
from uuid import UUID

HIDDEN = "[hidden]"
LONGEST_TEXT = 16_000
SHORT_TEXT = 80
DEEPEST = 6
MOST_ITEMS = 100

_SECRET_KEY = re.compile(
    r"passw|passphrase|secret|token|authori[sz]ation|cookie|credential|signature|csrf|jwt|nonce|init_?data"
    r"|(?:api|private|signing|encryption|session|access)_?key|e_?mail|phone|mobile|card_?(?:number|no\b|pan)"
    r"|account_?number|aadhaar|iban|address_?line"
    r"|(?:^|_)(?:otp|otps|otp_?code|cvv|cvc|pan|pin|pwd|ssn|(?:first|last|full|customer)_?name)(?:_|\d*$)"
)
_CAMEL_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_CARD_OR_LONGER = r"(?<![\w-])(?<!\d\.)[2-6](?:[ -]?\d){12,18}(?![\w-])"
_TWELVE_DIGITS = r"(?<![\w-])(?<!\d\.)[2-9]\d{3}[ -]?\d{4}[ -]?\d{4}(?![\w-]|\.\d)"
_SHAPES = {
    "uuid": r"(?<![0-9a-f])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f])",
    "credentials": r"://[^\s/@]{0,256}@",
    # These headers hold several words, so all of the line goes.
    "header": r"(?<![\w-])(?:proxy-|set-)?(?:authorization|cookie)[\"']?\s{0,3}[:=]\s{0,3}[^\r\n]+",
    "assignment": (
        r"(?<![\w-])[\w-]{0,40}(?:passw|secret|token|api[_-]?key|otp|signature|csrf)[\w-]{0,40}[\"']?\s{0,3}[:=]\s{0,3}"
        r"(?:\"[^\"]*\"|'[^']*'|[^\s,;&}\"']+)"
    ),
    "scheme": r"(?<!\w)(?:bearer|basic|api-key|token)\s+(?=\S*[\d=])[\w.~+/=-]{8,}",
    "jwt": r"(?<!\w)eyJ[\w-]{5,}\.[\w-]+\.[\w-]*",
    "key": r"(?<!\w)(?:sk|pk|rk|whsec|rzp)_(?:(?:live|test)_)?\w{8,}|(?<!\w)\d{6,12}:[\w-]{30,}",
    "one_time": r"(?<!\w)(?:otp|one-time (?:code|password)|verification code)\b\D{0,20}\d{4,8}(?!\d)",
    "email": r"(?<![\w.+-])[\w.+%'-]{1,128}@[\w-]{1,64}(?:\.[\w-]{1,64})+",
    "card": _CARD_OR_LONGER,
    "id_number": _TWELVE_DIGITS + r"|(?<!\w)[a-z]{5}\d{4}[a-z](?!\w)",
    "phone": (
        r"(?:\+|%2b|(?<!\w)00)\d(?:[ ().-]{0,2}\d){7,14}(?!\d)"
        r"|(?<![\w-])(?<!\d\.)(?:91|0)?[6-9]\d{9}(?![\w-]|\.\d)"
        r"|(?<![\w.-])\(?[2-9]\d{2}\)?[ .-]\d{3}[ .-]\d{4}(?![\w-])"
    ),
}
_SHAPE = re.compile("|".join(f"(?P<{name}>{shape})" for name, shape in _SHAPES.items()), re.IGNORECASE)
_ID_NUMBER = re.compile(_TWELVE_DIGITS)
_AFTER_NAME = re.compile(r"([:=]\s*).*", re.DOTALL)


@lru_cache(maxsize=4096)
def is_secret_key(key: str) -> bool:
    """True if a value stored under this name is not for logs: `password`, `apiKey`, `HTTP_AUTHORIZATION`, `phone`."""
    snake = _CAMEL_HUMP.sub("_", key).lower().replace("-", "_").replace(" ", "_")
    return _SECRET_KEY.search(snake) is not None


def scrub(value: Any, depth: int = 0) -> Any:
    """The value with its secrets hidden, made of plain JSON types only.

    Objects are named by type and primary key and never dumped: what they print is not known here.
    """
    if isinstance(value, str):
        return scrub_text(value)
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return _scrub_whole(value)
    return _scrub_compound(value, depth)


def _scrub_compound(value: Any, depth: int) -> Any:
    if depth >= DEEPEST:
        return "…"
    if isinstance(value, Mapping):
        return {
            _key(key): HIDDEN if is_secret_key(str(key)) else scrub(item, depth + 1)
            for key, item in islice(value.items(), MOST_ITEMS)
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [scrub(item, depth + 1) for item in islice(value, MOST_ITEMS)]
    return _name(value)


def scrub_text(text: str) -> str:
    """The text with everything that looks like a secret or a person's number replaced, and cut to a bearable length."""
    if len(text) <= SHORT_TEXT:
        return _scrub_short(text)
    if len(text) > LONGEST_TEXT:
        # Cut first: the patterns' work is bounded by what is left.
        text = text[:LONGEST_TEXT] + "…"
    return _SHAPE.sub(_replace, text)


@lru_cache(maxsize=2048)
def _scrub_short(text: str) -> str:
    """Routes, methods and messages come again and again, and looking at each costs more than the rest of its line."""
    return _SHAPE.sub(_replace, text)


def _replace(match: re.Match[str]) -> str:
    found, shape = match.group(), match.lastgroup
    if shape == "uuid":
        return found
    if shape == "credentials":
        return f"://{HIDDEN}@"
    if shape in {"header", "assignment"}:
        return _AFTER_NAME.sub(rf"\g<1>{HIDDEN}", found, count=1)
    if shape == "card":
        return "[card]" if _holds_card_number(found) else _ID_NUMBER.sub("[id number]", found)
    return {"email": "[email]", "phone": "[phone]", "id_number": "[id number]"}.get(shape or "", HIDDEN)


def _holds_card_number(run: str) -> bool:
    """True if the digits, or a part of a spaced run of them (a card with its expiry behind it), pass the Luhn test."""
    digits = [int(character) for character in run if character.isdigit()]
    if run.isdigit():
        return _passes_luhn(digits)
    return any(_passes_luhn(digits[:length]) for length in range(13, len(digits) + 1))


def _passes_luhn(digits: list[int]) -> bool:
    doubled = (digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _scrub_whole(number: int) -> int | str:
    if -2_000_000_000 < number < 2_000_000_000:
        return number
    if number.bit_length() > 64:
        # Printing a number of a million digits takes seconds.
        return f"<int of {number.bit_length()} bits>"
    text = str(number)
    scrubbed = scrub_text(text)
    return number if scrubbed == text else scrubbed


def _key(key: Any) -> str:
    return scrub_text(str(key)[:200])


def _name(value: Any) -> str:
    if isinstance(value, bytes | bytearray | memoryview):
        return f"<{len(value)} bytes>"
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, BaseException):
        return scrub_text(f"{type(value).__name__}: {value}")
    if type(value).__module__ in {"datetime", "decimal", "pathlib", "ipaddress"}:
        return scrub_text(str(value))
    # Only what a model keeps in its own row: a descriptor called pk could run a query.
    key = getattr(value, "__dict__", {}).get("id")
    named = f" {scrub_text(str(key))}" if isinstance(key, str | int | UUID) else ""
    return f"<{type(value).__name__}{named}>"

"""Whether Telegram itself said who somebody is. Three shapes, each with a key of its own:

- the login widget's fields: HMAC-SHA256 with SHA256(bot token) as key;
- a Mini App's `init_data`: HMAC-SHA256 with HMAC-SHA256("WebAppData", bot token) as key, over every field but `hash`;
- the same `init_data` without the bot's token: Telegram's Ed25519 signature, over every field but `hash` and
  `signature`, and the bot's id.

What is signed are the values exactly as they were sent, so they are decoded once and never tidied up before the check.
Whatever could be read in two ways is refused: repeated keys, unusual escapes, line breaks inside values.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from accounts.errors import TelegramRefused

LONGEST = 8_192
# Ahead of our clock, which may be a little slow.
MOST_FUTURE_SECONDS = 60
# Published at core.telegram.org/bots/webapps for those who do not hold the bot's token.
PUBLIC_KEYS = {
    "production": "e7bf03a2fa4602af4580703d88dda5bb59f32ed8b02a56c187fe7d34caed242d",
    "test": "40055058a4ee38156a06562e52eece92a771bcd8346a8c4615cb7376eddf72ec",
}
WIDGET_FIELDS = frozenset({"id", "first_name", "last_name", "username", "photo_url", "auth_date", "hash"})

_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)
_WHOLE = re.compile(r"[1-9][0-9]{0,15}", re.ASCII)
_KEY = re.compile(r"[a-z][a-z0-9_]{0,63}", re.ASCII)
# Visible ASCII; an escape is two digits in capitals, as Telegram writes it, so that a text has one spelling.
_ESCAPED = re.compile(r"(?:[\x21-\x24\x26-\x7e]|%[0-9A-F]{2})*", re.ASCII)


@dataclass(frozen=True, slots=True)
class SignedPerson:
    """Who Telegram says it is, when, and a digest of exactly what was signed."""

    id: int
    first_name: str
    last_name: str
    language: str
    signed_at: int
    digest: str


def person_of_widget(fields: Mapping[str, str], *, bot_token: str) -> SignedPerson:
    if not set(fields) <= WIDGET_FIELDS:
        raise TelegramRefused
    text = _check_string(fields, without={"hash"})
    _require_hmac(text, fields.get("hash", ""), key=hashlib.sha256(bot_token.encode()).digest())
    return SignedPerson(
        id=_whole(fields.get("id")),
        first_name=fields.get("first_name", ""),
        last_name=fields.get("last_name", ""),
        language="",
        signed_at=_whole(fields.get("auth_date")),
        digest=hashlib.sha256(text).hexdigest(),
    )


def person_of_app(init_data: str, *, bot_token: str) -> SignedPerson:
    fields = split_init_data(init_data)
    text = _check_string(fields, without={"hash"})
    key = hmac.digest(b"WebAppData", bot_token.encode(), "sha256")
    _require_hmac(text, fields.get("hash", ""), key=key)
    return _person_within(fields, text)


def person_of_foreign_app(init_data: str, *, bot_id: int, public_key: str) -> SignedPerson:
    """For a platform that was told the bot's id and not its token."""
    fields = split_init_data(init_data)
    if not _HEX.fullmatch(fields.get("hash", "")):
        raise TelegramRefused
    text = f"{bot_id}:WebAppData\n".encode() + _check_string(fields, without={"hash", "signature"})
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(_signature(fields), text)
    except InvalidSignature as error:
        raise TelegramRefused from error
    return _person_within(fields, text)


def require_fresh(person: SignedPerson, *, now: int, longest: int) -> None:
    if not now - longest <= person.signed_at <= now + MOST_FUTURE_SECONDS:
        raise TelegramRefused


def split_init_data(init_data: str) -> dict[str, str]:
    """The fields by name, each decoded once; blank values stay."""
    if not 0 < len(init_data) <= LONGEST:
        raise TelegramRefused
    fields: dict[str, str] = {}
    for part in init_data.split("&"):
        key, equals, value = part.partition("=")
        if not equals or not _KEY.fullmatch(key) or key in fields:
            raise TelegramRefused
        fields[key] = _decoded(value)
    return fields


def _decoded(value: str) -> str:
    if not _ESCAPED.fullmatch(value):
        raise TelegramRefused
    try:
        return unquote_to_bytes(value.replace("+", " ")).decode()
    except UnicodeDecodeError as error:
        raise TelegramRefused from error


def _check_string(fields: Mapping[str, str], *, without: set[str]) -> bytes:
    # A line break inside a value would let two different sets of fields have one text.
    if any("\n" in value for value in fields.values()):
        raise TelegramRefused
    return "\n".join(f"{key}={fields[key]}" for key in sorted(fields) if key not in without).encode(errors="replace")


def _require_hmac(text: bytes, said: str, *, key: bytes) -> None:
    if not _HEX.fullmatch(said) or not hmac.compare_digest(hmac.digest(key, text, "sha256").hex(), said):
        raise TelegramRefused


def _signature(fields: Mapping[str, str]) -> bytes:
    """64 bytes in base64url without padding; the one spelling that writing them again gives."""
    said = fields.get("signature", "")
    try:
        signature = base64.b64decode(said.encode("ascii") + b"=" * (-len(said) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise TelegramRefused from error
    if len(signature) != 64 or base64.urlsafe_b64encode(signature).rstrip(b"=").decode() != said:
        raise TelegramRefused
    return signature


def _person_within(fields: Mapping[str, str], text: bytes) -> SignedPerson:
    try:
        user: Any = json.loads(fields.get("user", ""))
    except (ValueError, RecursionError) as error:
        raise TelegramRefused from error
    if not isinstance(user, dict) or user.get("is_bot") or type(user.get("id")) is not int:
        raise TelegramRefused
    return SignedPerson(
        id=_whole(str(user["id"])),
        first_name=_text(user, "first_name"),
        last_name=_text(user, "last_name"),
        language=_text(user, "language_code"),
        signed_at=_whole(fields.get("auth_date")),
        digest=hashlib.sha256(text).hexdigest(),
    )


def _text(user: Mapping[str, Any], name: str) -> str:
    value = user.get(name, "")
    return value if isinstance(value, str) else ""


def _whole(text: str | None) -> int:
    if text is None or not _WHOLE.fullmatch(text):
        raise TelegramRefused
    return int(text)

"""Signs as Telegram does, with keys of the tests' own."""

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

BOT_TOKEN = "123456789:AAH-test_token_of_nobodys_bot_000000"
BOT_ID = 123456789
PRIVATE_KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PUBLIC_KEY = PRIVATE_KEY.public_key().public_bytes_raw().hex()
USER = {"id": 279058397, "first_name": "Álvaro", "last_name": "O'Neil & Søn", "language_code": "es"}


def check_string(fields: dict[str, str], *without: str) -> bytes:
    return "\n".join(f"{key}={fields[key]}" for key in sorted(fields) if key not in without).encode()


def widget(signed_at: int, *, bot_token: str = BOT_TOKEN, **changes: Any) -> dict[str, Any]:
    """The login widget's fields, numbers as numbers, as its JavaScript hands them on."""
    fields = {"id": 279058397, "first_name": "Álvaro", "username": "alvaro", "auth_date": signed_at, **changes}
    fields = {key: value for key, value in fields.items() if value is not None}
    key = hashlib.sha256(bot_token.encode()).digest()
    text = check_string({name: str(value) for name, value in fields.items()})
    return {**fields, "hash": hmac.digest(key, text, "sha256").hex()}


def app_fields(signed_at: int, **changes: str) -> dict[str, str]:
    user = json.dumps(USER, ensure_ascii=False, separators=(",", ":"))
    return {"query_id": "AAHdF6IQAAAAAN0XohDhrOrc", "user": user, "auth_date": str(signed_at), **changes}


def init_data(
    fields: dict[str, str], *, bot_token: str = BOT_TOKEN, bot_id: int = BOT_ID, key: Any = PRIVATE_KEY
) -> str:
    """What a Mini App hands on: `signature` by Telegram's own key, then `hash` over that too."""
    text = f"{bot_id}:WebAppData\n".encode() + check_string(fields)
    signature = base64.urlsafe_b64encode(key.sign(text)).rstrip(b"=").decode()
    return hashed({**fields, "signature": signature}, bot_token=bot_token)


def hashed(fields: dict[str, str], *, bot_token: str = BOT_TOKEN) -> str:
    key = hmac.digest(b"WebAppData", bot_token.encode(), "sha256")
    return encoded({**fields, "hash": hmac.digest(key, check_string(fields), "sha256").hex()})


def encoded(fields: dict[str, str]) -> str:
    return "&".join(f"{key}={quote(value, safe='')}" for key, value in fields.items())

"""Seals what waits to be sent: authenticated ciphertext that opens only together with the row it was made for.

A code, a link or a telephone number stands in a delivery only until it is sent. The key comes from SECRET_KEY, and
SECRET_KEY_FALLBACKS still open what was sealed before a rotation.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12
# A key of its own for this use, so that nothing sealed elsewhere opens here.
PURPOSE = b"almanac.delivery"
INSTANT = "$instant"


class Unopenable(ValueError):
    """Made for another row, with another key, or damaged."""


def seal(row: UUID, content: Mapping[str, Any]) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    plain = json.dumps(content, default=_encoded, separators=(",", ":")).encode()
    return nonce + AESGCM(_key(settings.SECRET_KEY)).encrypt(nonce, plain, row.bytes)


def opened(row: UUID, sealed: bytes) -> dict[str, Any]:
    nonce, ciphertext = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            plain = AESGCM(_key(secret)).decrypt(nonce, ciphertext, row.bytes)
        except (InvalidTag, ValueError):
            continue
        content: dict[str, Any] = json.loads(plain, object_hook=_decoded)
        return content
    raise Unopenable


def _key(secret: str) -> bytes:
    return hashlib.blake2b(secret.encode(), key=PURPOSE, digest_size=32).digest()


def _encoded(value: Any) -> Any:
    if isinstance(value, datetime):
        return {INSTANT: value.isoformat()}
    raise TypeError(f"a message cannot carry a {type(value).__name__}")


def _decoded(value: dict[str, Any]) -> Any:
    return datetime.fromisoformat(value[INSTANT]) if set(value) == {INSTANT} else value

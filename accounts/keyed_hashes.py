"""Hashes that only this platform can make, so that a copy of the database opens no account.

Each purpose has a key of its own. While SECRET_KEY is being replaced, its former values still recognise what they
hashed.
"""

import hmac
from hashlib import sha256

from django.conf import settings
from django.utils.crypto import salted_hmac

SALT = "almanac.accounts."


def keyed_hash(purpose: str, value: str) -> str:
    """64 hexadecimal digits."""
    return _hash(purpose, value, settings.SECRET_KEY)


def keyed_hashes(purpose: str, value: str) -> list[str]:
    """What `keyed_hash` says, and what it said under each former key."""
    return [_hash(purpose, value, secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


def is_hash_of(digest: str, purpose: str, value: str) -> bool:
    """Compares in constant time."""
    matches = [hmac.compare_digest(digest, candidate) for candidate in keyed_hashes(purpose, value)]
    return any(matches)


def digest_of(value: bytes) -> str:
    """A plain SHA-256, for what is no secret and only has to be recognised."""
    return sha256(value).hexdigest()


def _hash(purpose: str, value: str, secret: str) -> str:
    return salted_hmac(SALT + purpose, value, secret=secret, algorithm="sha256").hexdigest()

"""Keys of services, and the tokens that services sign themselves: what they look like and what makes one acceptable.

    header   {"alg": "HS256", "typ": "JWT"}
    claims   {"iss": "<service id>", "iat": 1700000000, "exp": 1700000120, "jti": "once-only, if given"}

A token lives five minutes at most, however long its maker would like it to. Nothing here knows the clock.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import jwt

KEY_PREFIX = "alm_"
# Of a key are shown and kept: the word above and so many of its random characters. 35 others stay unknown.
SHOWN_CHARACTERS = 12
# Ours have 47; whatever is much longer is not even hashed.
MAX_KEY_LENGTH = 128
MAX_TOKEN_LENGTH = 4_096
MAX_LIFE_SECONDS = 300
# How far a client's clock may be off.
LEEWAY_SECONDS = 10
ALGORITHM = "HS256"
# A client may name it, so that its token is good for nobody else.
AUDIENCE = "almanac"
_REQUIRED = ["exp", "iat", "iss"]
# A header that wants anything else understood (`crit`, `jwk`, `zip`) is not ours.
_HEADERS = frozenset({"alg", "typ", "kid"})
# Seconds since 1970 until the year 4147: larger ones overflow dates somewhere.
_LAST_SECOND = 2**36
_LONGEST_ID = 100
# The library lets the last four escape for nested, endless or overflowing JSON in headers and claims.
_WRONG = (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError)


class BadServiceToken(ValueError):
    """It says nothing about what is wrong: whoever made it knows the rules."""


@dataclass(frozen=True, slots=True)
class ServiceClaims:
    """`token_id` is empty where the client did not ask that its token be accepted once only."""

    service_id: UUID
    issued_at: int
    expires_at: int
    token_id: str


def looks_like_key(text: str) -> bool:
    return text.startswith(KEY_PREFIX) and text.isascii() and text.isprintable() and len(text) <= MAX_KEY_LENGTH


def shown_part(key: str) -> str:
    return key[:SHOWN_CHARACTERS]


def claimed_service(token: str) -> UUID | None:
    """Whose token it says to be, before anything is proven; None if it is no service's."""
    if not token or len(token) > MAX_TOKEN_LENGTH or not token.isascii():
        return None
    try:
        issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
        service_id = UUID(issuer) if isinstance(issuer, str) else None
    except _WRONG:
        return None
    return service_id if service_id is not None and str(service_id) == issuer else None


def verified_claims(token: str, secret: str, *, now: int) -> ServiceClaims:
    """What the token says, if it was signed with `secret`, is good at `now` and keeps to the rules above."""
    try:
        decoded = jwt.decode_complete(
            token,
            secret,
            algorithms=[ALGORITHM],
            # Times are compared below, with the clock that the caller was given; an audience is not asked for.
            options={
                "require": _REQUIRED,
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
                "verify_aud": False,
            },
        )
    except _WRONG as error:
        raise BadServiceToken from error
    claims: dict[str, Any] = decoded["payload"]
    if set(decoded["header"]) - _HEADERS or not _keeps_the_rules(claims, now):
        raise BadServiceToken
    return ServiceClaims(UUID(claims["iss"]), claims["iat"], claims["exp"], claims.get("jti", ""))


def _keeps_the_rules(claims: dict[str, Any], now: int) -> bool:
    issued_at, expires_at, not_before = claims["iat"], claims["exp"], claims.get("nbf", claims["iat"])
    # Not isinstance: True is a number to Python.
    if not all(type(second) is int and 0 < second < _LAST_SECOND for second in (issued_at, expires_at, not_before)):
        return False
    token_id = claims.get("jti", "")
    return (
        max(issued_at, not_before) - LEEWAY_SECONDS <= now < expires_at
        and 0 < expires_at - issued_at <= MAX_LIFE_SECONDS
        and isinstance(token_id, str)
        and len(token_id) <= _LONGEST_ID
        and claims.get("aud", AUDIENCE) == AUDIENCE
    )

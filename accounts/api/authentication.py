"""Who is calling: a signed access token in the Authorization header, and the user's row as it is now."""

from typing import Any, ClassVar
from uuid import UUID

import jwt
from django.conf import settings
from rest_framework.request import Request

from accounts.errors import AccountBlocked
from accounts.models import User
from accounts.selectors import find_session
from common.api.authentication import DocumentedScheme
from common.errors import AuthenticationRequired

# Ours are below 500 characters; whatever is much longer is not even decoded.
MAX_TOKEN_LENGTH = 4_096
# Seconds since 1970 until the year 4147: larger ones overflow dates somewhere.
_LAST_SECOND = 2**36
_REQUIRED = ["aud", "exp", "iat", "iss", "jti", "sid", "sub"]


class BearerAuthentication(DocumentedScheme):
    """Reads session and user at every request: signing out and blocking bite at once, not when the token expires."""

    openapi_name: ClassVar = "bearerAuth"
    openapi_scheme: ClassVar = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}

    def authenticate(self, request: Request) -> tuple[User, dict[str, Any]] | None:
        scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        claims = verified_claims(token.strip())
        session = find_session(UUID(claims["sid"]), UUID(claims["sub"]))
        if session is None or session.user.erased_at:
            raise _not_valid()
        # Asked before the session, which the blocking has ended: the person is to know why.
        if not session.user.is_active:
            raise AccountBlocked
        if session.revoked_at:
            raise _not_valid()
        return session.user, claims

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


def verified_claims(token: str) -> dict[str, Any]:
    """The claims of an access token of ours, or `AuthenticationRequired` whatever is wrong with it."""
    if not token or len(token) > MAX_TOKEN_LENGTH or not token.isascii():
        raise _not_valid()
    rules: dict[str, Any] = settings.SIMPLE_JWT
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            rules["SIGNING_KEY"],
            algorithms=[rules["ALGORITHM"]],
            audience=rules["AUDIENCE"],
            issuer=rules["ISSUER"],
            leeway=rules["LEEWAY"],
            options={"require": _REQUIRED},
        )
    # The library lets these escape for nested, endless or overflowing JSON in headers and claims.
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise _not_valid() from error
    if not _has_sane_types(claims):
        raise _not_valid()
    return claims


def _has_sane_types(claims: dict[str, Any]) -> bool:
    seconds = (claims["exp"], claims["iat"])
    return (
        claims.get("token_type") == "access"
        and all(type(second) is int and 0 < second < _LAST_SECOND for second in seconds)
        and isinstance(claims["jti"], str)
        and claims["aud"] == settings.SIMPLE_JWT["AUDIENCE"]
        and _is_id(claims["sub"])
        and _is_id(claims["sid"])
    )


def _is_id(subject: object) -> bool:
    try:
        return isinstance(subject, str) and str(UUID(subject)) == subject
    except ValueError:
        return False


def _not_valid() -> AuthenticationRequired:
    return AuthenticationRequired("The access token is not valid or has expired.")

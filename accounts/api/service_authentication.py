"""Services calling: with their key, or with a token that they signed. See docs/service-accounts.md."""

from typing import Any, ClassVar
from uuid import UUID

from rest_framework.request import Request

from accounts.api.authentication import BearerAuthentication
from accounts.enums import ServiceScope
from accounts.models import ServiceKey
from accounts.rules import service_with_scope
from accounts.selectors import find_service_key, person_to_act_for, signing_keys_of
from accounts.service_callers import ServiceCaller
from accounts.service_tokens import (
    BadServiceToken,
    ServiceClaims,
    claimed_service,
    looks_like_key,
    verified_claims,
)
from accounts.services import accept_once, note_use, signing_secret
from common import clock
from common.api.authentication import DocumentedScheme
from common.errors import AuthenticationRequired, PermissionDenied, ValidationFailed

ACT_FOR = "X-Act-For"


class ApiKeyAuthentication(DocumentedScheme):
    """`Authorization: Api-Key <key>`. The key's row is read at every request, so revoking it bites at once."""

    openapi_name: ClassVar = "apiKeyAuth"
    openapi_scheme: ClassVar = {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "A service's key: `Authorization: Api-Key <key>`.",
    }

    def authenticate(self, request: Request) -> tuple[ServiceCaller, ServiceKey] | None:
        scheme, raw = _credentials(request)
        if scheme != "api-key":
            return None
        key = find_service_key(raw) if looks_like_key(raw) else None
        if key is None:
            raise _not_valid()
        note_use(key, raw=raw)
        return _caller(request, key), key

    def authenticate_header(self, request: Request) -> str:
        return 'Api-Key realm="api"'


class ServiceTokenAuthentication(DocumentedScheme):
    """`Authorization: Bearer <token>`, where the token was signed by a service. Tokens of people are left to others."""

    openapi_name: ClassVar = "serviceTokenAuth"
    openapi_scheme: ClassVar = {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "Signed by the service itself with its secret: HS256, claims iss, iat, exp and perhaps jti.",
    }

    def authenticate(self, request: Request) -> tuple[ServiceCaller, ServiceKey] | None:
        scheme, token = _credentials(request)
        service_id = claimed_service(token) if scheme == "bearer" else None
        if service_id is None:
            return None
        key, claims = _signer_of(token, service_id)
        if claims.token_id and not accept_once(service_id, claims.token_id):
            raise _not_valid()
        note_use(key)
        return _caller(request, key), key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


SERVICES = (ApiKeyAuthentication, ServiceTokenAuthentication)
# In this order: a token that no service claims to have signed is then taken for a person's.
SERVICES_AND_PEOPLE = (*SERVICES, BearerAuthentication)

may_act_for = service_with_scope(ServiceScope.ACT_FOR)


def require_may_act_for(caller: Any) -> None:
    if not may_act_for(caller):
        raise PermissionDenied("This service may not act for people: it lacks the scope act_for.")


def _signer_of(token: str, service_id: UUID) -> tuple[ServiceKey, ServiceClaims]:
    """The one of the service's keys whose secret signed the token."""
    now = int(clock.now().timestamp())
    for key in signing_keys_of(service_id):
        secret = signing_secret(key)
        if secret is None:
            continue
        try:
            return key, verified_claims(token, secret, now=now)
        except BadServiceToken:
            continue
    raise _not_valid()


def _caller(request: Request, key: ServiceKey) -> ServiceCaller:
    caller = ServiceCaller(key.service)
    named = request.META.get("HTTP_X_ACT_FOR")
    if named is None:
        return caller
    require_may_act_for(caller)
    try:
        person_id = UUID(named)
    except ValueError:
        person_id = None
    if person_id is None or str(person_id) != named:
        raise ValidationFailed.of(ACT_FOR, "Name a person by their id.", "INVALID")
    return caller.acting_for(person_to_act_for(person_id))


def _credentials(request: Request) -> tuple[str, str]:
    scheme, _, rest = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return scheme.lower(), rest.strip()


def _not_valid() -> AuthenticationRequired:
    """The same for an unknown, ended and revoked key, and for a token with anything wrong with it."""
    return AuthenticationRequired("The key or token of this service is not valid, has expired or was revoked.")

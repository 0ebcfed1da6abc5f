"""The one shape of every error, whoever raises it."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse

from common import clock
from common.api.wire import encoded, wants_camel
from common.casing import camel_path, camelized
from common.context import current_request_id
from common.errors import Detail, DomainError

# Shared caches must never hold an error that was meant for one person.
PRIVATE = "private, no-store"


class ErrorBody(dict[str, Any]):
    """A finished error document; the renderer hands it on without wrapping it."""


class MethodNotAllowed(DomainError):
    code = "METHOD_NOT_ALLOWED"
    status = 405
    default_message = "This method is not allowed here."


class NotAcceptable(DomainError):
    code = "NOT_ACCEPTABLE"
    status = 406
    default_message = "Only application/json can be sent."


def error_body(error: DomainError, *, camel: bool = False) -> ErrorBody:
    """The document that tells of `error`, in the client's spelling."""
    body = {
        "success": False,
        "error": {
            "code": error.code,
            "message": error.message,
            "details": [_detail(detail, camel=camel) for detail in error.details],
            "request_id": current_request_id(),
            "timestamp": clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            **error.extra,
        },
    }
    return ErrorBody(camelized(body) if camel else body)


def error_headers(error: DomainError) -> dict[str, str]:
    """What an error says in headers: when to come back, and how to sign in."""
    headers = {"Cache-Control": PRIVATE, "Vary": "Accept"}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="api"'
    return headers


def error_response(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The same answer for what happens outside of DRF: middleware, unknown paths, crashes."""
    body = error_body(error, camel=wants_camel(request.META.get("HTTP_ACCEPT", "")))
    return HttpResponse(
        encoded(body), status=error.status, content_type="application/json", headers=error_headers(error)
    )


def _detail(detail: Detail, *, camel: bool) -> dict[str, str]:
    return {**detail.as_dict(), "field": camel_path(detail.field)} if camel else detail.as_dict()

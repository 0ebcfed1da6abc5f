"""The outermost middleware: an id for every request, a line in the log and a count in the metrics for every answer."""

import logging
import re
import time
from collections.abc import Callable
from functools import lru_cache
from ipaddress import ip_address, ip_network

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from common.client_ip import client_ip
from common.context import set_request_id
from common.ids import new_id
from common.metrics import observe_request
from common.scrubbing import HIDDEN, is_secret_key, scrub_text

access_log = logging.getLogger("almanac.access")

SANE_ID = re.compile(r"[A-Za-z0-9._-]{8,128}")
# Asked every few seconds by machines: of interest only when they fail.
QUIET_PATHS = frozenset({"/health", "/api/v1/health", "/metrics"})
UNMATCHED = "unmatched"


class RequestContextMiddleware:
    """Echoes the request's id on every response, also on those of other middleware, and forgets it afterwards."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        request_id = _request_id(request)
        # A thread serves many requests; what an earlier one bound must not show in this one's lines.
        structlog.contextvars.clear_contextvars()
        set_request_id(request_id)
        try:
            response = self.get_response(request)
            response.headers["X-Request-ID"] = request_id
            _note(request, response, time.perf_counter() - started)
        finally:
            set_request_id("")
        return response


def _request_id(request: HttpRequest) -> str:
    given: str = request.META.get("HTTP_X_REQUEST_ID", "")
    # It will be on every line of the log, so a telephone number is no id.
    sane = SANE_ID.fullmatch(given) and scrub_text(given) == given
    return given if sane else new_id().hex


def _note(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    route, status = _route(request), response.status_code
    observe_request(route=route, method=request.method or "", status=status, seconds=seconds)
    level = _level(request, status)
    if access_log.isEnabledFor(level):
        # A dictionary, and not structlog, because this line is written at every request and costs half this way.
        fields = {
            "event": "request",
            "method": request.method,
            "path": _path_without_secrets(request),
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 1),
            "bytes": _size(response),
            "user_id": _user_id(request),
            "client": _client(request),
        }
        access_log.log(level, fields)


def _level(request: HttpRequest, status: int) -> int:
    if status >= 500:
        return logging.ERROR
    return logging.DEBUG if request.path in QUIET_PATHS and status < 400 else logging.INFO


def _route(request: HttpRequest) -> str:
    """The template that matched, such as `api/v1/bookings/<uuid:pk>`: a bounded set, unlike paths."""
    match = request.resolver_match
    if match is not None:
        return match.route or "/"
    if request.path.startswith(settings.STATIC_URL):
        return "static"
    return UNMATCHED


def _path_without_secrets(request: HttpRequest) -> str:
    """The path without its query. Parts that the route names token or the like are hidden."""
    path = request.path
    if request.resolver_match is not None:
        for name, value in request.resolver_match.kwargs.items():
            if is_secret_key(name):
                path = path.replace(str(value), HIDDEN)
    return path


def _user_id(request: HttpRequest) -> str | None:
    """Whoever the request turned out to be from. Never asks the database: an anonymous page must not cost a query."""
    user = request.__dict__.get("user")
    if isinstance(user, SimpleLazyObject):
        # Nobody came by a token; the session's user is known if somebody has asked for it.
        user = request.__dict__.get("_cached_user")
    return None if user is None or user.pk is None else str(user.pk)


def _size(response: HttpResponse) -> int | None:
    return None if response.streaming else len(response.content)


def _client(request: HttpRequest) -> str | None:
    if settings.LOG_CLIENT_IP == "none":
        return None
    address = client_ip(request)
    return address if settings.LOG_CLIENT_IP == "full" else _network(address)


@lru_cache(maxsize=4096)
def _network(address: str) -> str:
    """The /24 or /48 that the address lies in."""
    try:
        width = 24 if ip_address(address).version == 4 else 48
    except ValueError:
        return "unknown"
    return str(ip_network((address, width), strict=False))

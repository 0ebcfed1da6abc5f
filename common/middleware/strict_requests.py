"""Refuses malformed requests before anything else looks at them; an ordinary request pays a few microseconds."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

from common.api.error_bodies import error_response
from common.api.paths import is_api_path
from common.errors import DomainError, PayloadTooLarge, UnsupportedMediaType, ValidationFailed

MAX_QUERY_LENGTH = 8_192
MAX_PARAMETERS = 1_000
MAX_HEADERS = 100
MAX_HEADERS_LENGTH = 65_536

_BROKEN_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


class StrictRequestMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        environ = request.META
        try:
            _check_url(environ)
            _check_headers(environ)
            if is_api_path(request.path_info):
                _check_body(environ)
        except DomainError as error:
            return self._refusal(request, error)
        return self.get_response(request)

    def _refusal(self, request: HttpRequest, error: DomainError) -> HttpResponse:
        if is_api_path(request.path_info):
            return error_response(request, error)
        # Pages have an error page of their own, which Django finds by the exception.
        raise BadRequest(error.message) from error


def _check_url(environ: dict[str, Any]) -> None:
    # Other bytes than UTF-8 need no check here: Django writes them as percent signs again, which match nothing.
    if "\x00" in environ["PATH_INFO"]:
        raise ValidationFailed.of("", "The path contains a NUL character.", "INVALID_CHARACTER")
    query: str = environ.get("QUERY_STRING", "")
    if query:
        _check_query(query)


def _check_query(query: str) -> None:
    if len(query) > MAX_QUERY_LENGTH:
        raise ValidationFailed.of("", f"The query is longer than {MAX_QUERY_LENGTH} characters.", "TOO_LONG")
    if query.count("&") >= MAX_PARAMETERS:
        raise ValidationFailed.of("", f"The query has more than {MAX_PARAMETERS} parameters.", "TOO_LONG")
    if "\x00" in query or "%00" in query:
        raise ValidationFailed.of("", "The query contains a NUL character.", "INVALID_CHARACTER")
    if "%" not in query and query.isascii():
        return
    if _BROKEN_PERCENT.search(query) or not _is_utf8(unquote_to_bytes(query.encode("latin-1", "replace"))):
        raise ValidationFailed.of("", "The query is not valid percent-encoded UTF-8.", "INVALID_ENCODING")


def _check_headers(environ: dict[str, Any]) -> None:
    headers = [value for name, value in environ.items() if name.startswith("HTTP_")]
    if len(headers) > MAX_HEADERS:
        raise ValidationFailed.of("", f"The request has more than {MAX_HEADERS} headers.", "TOO_LONG")
    joined = "".join(headers)
    # An overlong token is left to authentication, which refuses it unread as what it is: 401.
    if len(joined) - len(environ.get("HTTP_AUTHORIZATION", "")) > MAX_HEADERS_LENGTH:
        raise ValidationFailed.of("", f"The headers are longer than {MAX_HEADERS_LENGTH} characters.", "TOO_LONG")
    if "\x00" in joined or "\r" in joined or "\n" in joined:
        raise ValidationFailed.of("", "A header contains a control character.", "INVALID_CHARACTER")


def _check_body(environ: dict[str, Any]) -> None:
    if environ.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
        raise UnsupportedMediaType("Send the body without Content-Encoding.")
    length = environ.get("CONTENT_LENGTH") or ""
    if not length:
        # WSGI reads as many bytes as were announced: a chunked body would silently arrive empty.
        if environ.get("HTTP_TRANSFER_ENCODING"):
            raise PayloadTooLarge("State the length of the body in Content-Length.")
        return
    if not (length.isascii() and length.isdigit()):
        raise ValidationFailed.of("", "Content-Length is not a number.", "INVALID_LENGTH")
    if len(length) > 12 or int(length) > _limit(environ):
        raise PayloadTooLarge(f"The body is larger than {_limit(environ)} bytes.")


def _limit(environ: dict[str, Any]) -> int:
    multipart = environ.get("CONTENT_TYPE", "").lower().startswith("multipart/")
    limit: int = settings.MAX_UPLOAD_BYTES if multipart else settings.MAX_BODY_BYTES
    return limit


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True

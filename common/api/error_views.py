"""What Django calls when no view answers: JSON for the API, a page for everybody else.

`config.urls` names these as its handlers, and so must every other root urlconf.
"""

import sys
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.template import TemplateDoesNotExist, loader

from common.api.error_bodies import error_response
from common.api.exceptions import domain_error
from common.api.paths import is_api_path
from common.errors import DomainError, NotFound, PermissionDenied, ValidationFailed


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, domain_error(exception) or ValidationFailed())


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, domain_error(exception) or PermissionDenied())


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, NotFound())


def server_error(request: HttpRequest) -> HttpResponse:
    """Says nothing of what happened; a database or Redis that is away is 503 and not our mistake."""
    error = sys.exc_info()[1]
    return _answer(request, (domain_error(error) if error else None) or DomainError())


def _answer(request: HttpRequest, error: DomainError) -> HttpResponse:
    if is_api_path(request.path_info):
        return error_response(request, error)
    try:
        page: str = loader.render_to_string(f"{error.status}.html", {"error": error}, request)
        content_type = "text/html; charset=utf-8"
    except TemplateDoesNotExist:
        page = f"{error.status} {HTTPStatus(error.status).phrase}: {error.message}\n"
        content_type = "text/plain; charset=utf-8"
    response = HttpResponse(page, status=error.status, content_type=content_type)
    if error.retry_after is not None:
        response["Retry-After"] = str(error.retry_after)
    return response

"""Turns whatever was raised into the one domain error that the client is told, and logs what we must look at."""

import logging
import math
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

import kombu.exceptions
import psycopg.errors
import redis.exceptions
from django.core import exceptions as django_errors
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, UnreadablePostError
from rest_framework import exceptions as drf
from rest_framework.response import Response
from rest_framework.views import set_rollback

from common.api.error_bodies import MethodNotAllowed, NotAcceptable, error_body, error_headers
from common.api.wire import wants_camel
from common.errors import (
    AuthenticationRequired,
    Conflict,
    Detail,
    DomainError,
    NotFound,
    PayloadTooLarge,
    PermissionDenied,
    RateLimitExceeded,
    ServiceUnavailable,
    UnsupportedMediaType,
    ValidationFailed,
)

logger = logging.getLogger("almanac.api")

# Long enough for a pool, a lock or a restarted server to recover, short enough for a person to wait.
RETRY_SECONDS = 2

# Names that clients know better than the ones that DRF and Django use inside.
_CODES = {"DOES_NOT_EXIST": "NOT_FOUND", "NULL_CHARACTERS_NOT_ALLOWED": "INVALID_CHARACTER"}


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's hook. What nobody foresaw is handed on: Django logs it and `handler500` answers."""
    refusal = domain_error(error)
    if refusal is None:
        return None
    set_rollback()
    request = context["request"]
    camel = wants_camel(request.META.get("HTTP_ACCEPT", ""))
    return Response(error_body(refusal, camel=camel), status=refusal.status, headers=error_headers(refusal))


def domain_error(error: BaseException) -> DomainError | None:
    """What the client is told of `error`; None where it is our own mistake."""
    if isinstance(error, DomainError):
        return error
    for kind, translate in _TRANSLATIONS.items():
        if isinstance(error, kind):
            return translate(error)
    return None


def _invalid(error: Any) -> DomainError:
    details = list(_flat(error.detail))
    message = details[0].message if len(details) == 1 and not details[0].field else ""
    return ValidationFailed(message, details=details)


def _invalid_for_django(error: Any) -> DomainError:
    named = error.error_dict.items() if hasattr(error, "error_dict") else [("", error.error_list)]
    return ValidationFailed(
        details=[
            Detail("" if name == "__all__" else name, message, _code(problem.code))
            for name, problems in named
            for problem in problems
            for message in problem.messages
        ]
    )


def _throttled(error: Any) -> DomainError:
    return RateLimitExceeded(retry_after=math.ceil(error.wait) if error.wait else 1)


def _other_of_drf(error: Any) -> DomainError | None:
    if error.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        return ServiceUnavailable(retry_after=RETRY_SECONDS)
    return ValidationFailed(str(error.detail)) if error.status_code == HTTPStatus.BAD_REQUEST else None


def _unavailable(error: BaseException) -> DomainError:
    logger.error("a needed service did not answer", exc_info=error)
    return ServiceUnavailable(retry_after=RETRY_SECONDS)


def _unstorable(error: BaseException) -> DomainError:
    # Input layers should have refused such a value by name, so somebody has to look at it.
    logger.error("the database refused a value", exc_info=error)
    return ValidationFailed("A value is out of range.")


def _already_there(error: BaseException) -> DomainError | None:
    return Conflict() if isinstance(error.__cause__, psycopg.errors.UniqueViolation) else None


# The first match counts, so narrow kinds stand before wide ones.
_TRANSLATIONS: dict[type[BaseException], Callable[[Any], DomainError | None]] = {
    drf.ValidationError: _invalid,
    drf.ParseError: lambda _: ValidationFailed.of("", "The body cannot be read.", "INVALID_FORM"),
    drf.NotAuthenticated: lambda _: AuthenticationRequired(),
    drf.AuthenticationFailed: lambda _: AuthenticationRequired(),
    drf.PermissionDenied: lambda _: PermissionDenied(),
    drf.NotFound: lambda _: NotFound(),
    drf.MethodNotAllowed: lambda _: MethodNotAllowed(),
    drf.NotAcceptable: lambda _: NotAcceptable(),
    drf.UnsupportedMediaType: lambda _: UnsupportedMediaType(),
    drf.Throttled: _throttled,
    drf.APIException: _other_of_drf,
    Http404: lambda _: NotFound(),
    django_errors.PermissionDenied: lambda _: PermissionDenied(),
    django_errors.ValidationError: _invalid_for_django,
    django_errors.RequestDataTooBig: lambda _: PayloadTooLarge(),
    django_errors.DisallowedHost: lambda _: ValidationFailed.of("", "This host is not served here.", "HOST"),
    django_errors.SuspiciousOperation: lambda _: ValidationFailed(),
    django_errors.BadRequest: lambda _: ValidationFailed(),
    UnreadablePostError: lambda _: ValidationFailed.of("", "The body broke off.", "INCOMPLETE"),
    # Lock and statement timeouts, a full pool and a lost connection are all operational errors.
    OperationalError: _unavailable,
    InterfaceError: _unavailable,
    redis.exceptions.RedisError: _unavailable,
    kombu.exceptions.OperationalError: _unavailable,
    DataError: _unstorable,
    IntegrityError: _already_there,
}


def _flat(detail: Any, path: str = "") -> Iterator[Detail]:
    """DRF's nested dicts and lists as a flat list with paths such as `time_slots.1.end_time`."""
    if isinstance(detail, dict):
        for name, problems in detail.items():
            yield from _flat(problems, path if name == "non_field_errors" else _joined(path, name))
    elif isinstance(detail, list):
        for position, problem in enumerate(detail):
            # Messages of one field stand in a plain list; only the items of a list field are told apart by position.
            deeper = isinstance(problem, dict | list)
            yield from _flat(problem, _joined(path, position) if deeper else path)
    else:
        yield Detail(path, str(detail), _code(getattr(detail, "code", None)))


def _joined(path: str, name: object) -> str:
    return f"{path}.{name}" if path else str(name)


def _code(code: str | None) -> str:
    name = (code or "INVALID").upper()
    return _CODES.get(name, name)

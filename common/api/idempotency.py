"""Idempotency keys for endpoints: `@idempotent(required=True)` on a view's `post`.

The handler runs in one transaction together with the storing of its rendered answer. A handler that calls a payment
gateway must not hold a transaction meanwhile: `@idempotent_in_phases` lets it store its answer in its last one.
"""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, Concatenate

from django.db import transaction
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.api.exceptions import domain_error
from common.api.request_hash import request_hash
from common.errors import AuthenticationRequired, Detail, DomainError, ValidationFailed
from common.idempotency import Call, Claim, ClaimLost, StoredResponse, begin

HEADERS = ("Idempotency-Key", "X-Idempotency-Key")
MOST_KEY_LENGTH = 255
# Errors that are the outcome of a committed effect, such as a declined charge. Everything else may be tried again.
FINAL_STATUSES = frozenset({402, 409, 422})
# What belongs to one exchange and not to the answer.
EXCHANGE_HEADERS = frozenset({"x-request-id", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", "date"})

Handler = Callable[Concatenate[Any, Request, ...], Response]
AnyHandler = Callable[Concatenate[Any, Request, ...], HttpResponse]


class Phases:
    """What a handler in phases is given as `phases`: where to resume, and how to note how far it came."""

    def __init__(self, claim: Claim, render: Callable[[Response], Response]) -> None:
        self._claim = claim
        self._render = render

    @property
    def recovery_point(self) -> str:
        """How far the request came before its worker died; empty at the first try."""
        return self._claim.recovery_point

    @property
    def recovery_data(self) -> Any:
        return self._claim.recovery_data

    def reach(self, recovery_point: str, **data: str | int | bool | None) -> None:
        """Notes that an effect is committed; called in that effect's transaction."""
        self._claim.reach(recovery_point, data)

    def store(self, response: Response) -> Response:
        """Keeps the answer; called in the transaction of the last effect."""
        self._claim.store(_stored(self._render(response)))
        return response


def idempotent(*, required: bool) -> Callable[[Handler], AnyHandler]:
    """Gives the handler one effect and one answer per key. Without a key, if none is required, it just runs."""

    def decorate(handler: Handler) -> AnyHandler:
        @wraps(handler)
        def run(view: APIView, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
            call = _call_of(request, required=required)
            if call is None:
                return handler(view, request, *args, **kwargs)
            found = begin(call)
            if isinstance(found, StoredResponse):
                return _replay(found)
            try:
                with transaction.atomic():
                    response = _rendered(view, handler(view, request, *args, **kwargs))
                    found.store(_stored(response))
            except Exception:
                found.release()
                raise
            return response

        run.idempotency_key = "required" if required else "optional"  # type: ignore[attr-defined]  # for the schema
        return run

    return decorate


def idempotent_in_phases(handler: Handler) -> AnyHandler:
    """Hands the handler `phases` and leaves the transactions to it. A key is always required.

    An error after a recovery point is the answer if it is final (FINAL_STATUSES); any other lets the next try resume.
    """

    @wraps(handler)
    def run(view: APIView, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        found = begin(_required_call_of(request))
        if isinstance(found, StoredResponse):
            return _replay(found)
        phases = Phases(found, partial(_rendered, view))
        try:
            response = handler(view, request, *args, phases=phases, **kwargs)
            if not found.stored:
                with transaction.atomic():
                    phases.store(response)
        except Exception as error:
            refusal = _final_refusal(found, error)
            if refusal is None:
                found.release()
                raise
            with transaction.atomic():
                return phases.store(view.handle_exception(refusal))
        return response

    run.idempotency_key = "required"  # type: ignore[attr-defined]  # for the schema
    return run


def _final_refusal(claim: Claim, error: Exception) -> DomainError | None:
    """The error as this key's answer for good, if a committed effect came to that."""
    refusal = domain_error(error)
    if refusal is None or isinstance(refusal, ClaimLost) or not claim.recovery_point:
        return None
    return refusal if refusal.status in FINAL_STATUSES else None


def _call_of(request: Request, *, required: bool) -> Call | None:
    key = idempotency_key(request)
    if key is None:
        if required:
            raise ValidationFailed.of(HEADERS[0], f"Send the header {HEADERS[0]}, such as a fresh UUID.", "REQUIRED")
        return None
    # The body is read here, so one that cannot be parsed is refused before anything is kept.
    return Call(_principal(request), key, str(request.method), request.path[:2000], request_hash(request))


def _required_call_of(request: Request) -> Call:
    call = _call_of(request, required=True)
    assert call is not None  # noqa: S101 - a missing key was refused
    return call


def idempotency_key(request: Request) -> str | None:
    """The key that the client sent under either name; refuses one that is not 1 to 255 visible ASCII characters."""
    sent = {request.headers[name] for name in HEADERS if name in request.headers}
    if not sent:
        return None
    if len(sent) > 1:
        raise _bad_key(f"{HEADERS[0]} and {HEADERS[1]} name different keys.")
    key = sent.pop()
    if not 1 <= len(key) <= MOST_KEY_LENGTH:
        raise _bad_key(f"A key has 1 to {MOST_KEY_LENGTH} characters.")
    # A server joins repeated headers by commas, so a comma means two keys.
    if "," in key or not all("!" <= character <= "~" for character in key):
        raise _bad_key("A key is made of visible ASCII characters without commas.")
    return key


def _bad_key(message: str) -> ValidationFailed:
    return ValidationFailed(message, details=[Detail(HEADERS[0], message)])


def _principal(request: Request) -> str:
    """Whose key it is: nobody ever meets another one's. People without a name are told apart by their session."""
    if request.user.is_authenticated:
        # A caller that is no row, such as a service acting for somebody, says itself whose key it is.
        named: str | None = getattr(request.user, "principal", None)
        return named or f"{type(request.user)._meta.label_lower}:{request.user.pk}"
    session_key = getattr(getattr(request, "session", None), "session_key", None)
    if session_key:
        return f"session:{session_key}"
    raise AuthenticationRequired("Sign in to use an idempotency key.")


def _rendered(view: APIView, response: Response) -> Response:
    """Renders now what DRF would render after the view, because the bytes are stored with the effect."""
    finished: Response = view.finalize_response(view.request, response, *view.args, **view.kwargs)
    finished.render()
    return finished


def _stored(response: Response) -> StoredResponse:
    headers = {name: value for name, value in response.headers.items() if name.lower() not in EXCHANGE_HEADERS}
    return StoredResponse(response.status_code, headers, bytes(response.content))


def _replay(stored: StoredResponse) -> HttpResponse:
    return HttpResponse(stored.body, status=stored.status, headers={**stored.headers, "Idempotent-Replayed": "true"})

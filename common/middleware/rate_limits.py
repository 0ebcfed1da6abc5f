"""RateLimit-* headers on every API response, and a limit on those that no view's throttle has seen.

Unknown paths, refused tokens, forbidden actions and malformed requests are answered before DRF asks its throttles.
They count for the caller here; a caller who has no more room is told so instead.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from common.api.error_bodies import error_response
from common.api.paths import is_api_path
from common.api.throttles import known_user, tier_limit, verdict_of
from common.errors import RateLimitExceeded
from common.rate_limits import UNCOUNTED, hit


class RateLimitMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not is_api_path(request.path_info):
            return response

        verdict = verdict_of(request)
        if verdict is None:
            verdict = UNCOUNTED if _has_no_limit(request) else hit(tier_limit(known_user(request), request))
            if not verdict.allowed:
                response = error_response(request, RateLimitExceeded(retry_after=verdict.retry_after))
        for name, value in verdict.headers().items():
            response.headers[name] = value
        return response


def _has_no_limit(request: HttpRequest) -> bool:
    """True for views that were given an empty list of throttles, such as the health check."""
    match = request.resolver_match
    view = getattr(match.func, "cls", None) if match else None
    return view is not None and not view.throttle_classes

"""How often a caller may ask: everybody by tier, and single actions by the view's `rate_scopes`, in one round trip."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from common.api.rate_scopes import MINUTE, Scope
from common.client_ip import client_ip, network_key
from common.errors import DomainError
from common.platform import platform_settings
from common.rate_limits import Limit, Verdict, hit

if TYPE_CHECKING:
    # DRF's views import their throttles while they are being defined, so this module cannot import them.
    from rest_framework.views import APIView


class Tier(StrEnum):
    """The value is the setting that holds the tier's requests per minute."""

    ANONYMOUS = "anonymous_per_minute"
    STANDARD = "standard_per_minute"
    PREMIUM = "premium_per_minute"
    PARTNER = "partner_per_minute"
    STAFF = "staff_per_minute"
    SERVICE = "service_per_minute"


def tier_of(user: Any) -> Tier:
    """What the ground floor knows of people. `RATE_LIMIT_TIER` in the settings names a function that knows more."""
    if not user.is_authenticated:
        return Tier.ANONYMOUS
    return Tier.STAFF if user.is_staff else Tier.STANDARD


class TierThrottle(BaseThrottle):
    """Counts the request once, against the caller's tier and the action's scopes; leaves the verdict on the request."""

    def __init__(self) -> None:
        self.verdict = Verdict()

    def allow_request(self, request: Request, view: "APIView") -> bool:
        if not settings.RATE_LIMITS:
            return True
        limits = [tier_limit(request.user, request._request)]  # noqa: SLF001 - DRF has no public name for it
        try:
            limits += _scope_limits(request, view)
        except (APIException, DomainError):
            # The body that names the subject cannot be read. It counts all the same, then the client is told why.
            if self._ask(request, limits):
                raise
            return False
        return self._ask(request, limits)

    def wait(self) -> float | None:
        return self.verdict.retry_after or None

    def _ask(self, request: Request, limits: Sequence[Limit]) -> bool:
        self.verdict = hit(*limits)
        remember_verdict(request._request, self.verdict)  # noqa: SLF001 - the middleware sees only this one
        return self.verdict.allowed


def tier_limit(user: Any, request: HttpRequest) -> Limit:
    """One user's requests in any minute, or one network's if nobody is signed in."""
    tier = _tier_function()(user)
    subject = network_key(client_ip(request)) if tier is Tier.ANONYMOUS else str(user.pk)
    # Some callers, such as services, have a limit of their own.
    amount: int = getattr(user, "requests_per_minute", None) or getattr(platform_settings(), tier)
    return Limit(tier, subject, amount, MINUTE)


def known_user(request: HttpRequest) -> Any:
    """Whoever DRF found the caller to be. A session's user is not looked up: that would cost a query."""
    user = request.__dict__.get("user")
    return AnonymousUser() if user is None or isinstance(user, SimpleLazyObject) else user


def remember_verdict(request: HttpRequest, verdict: Verdict) -> None:
    request.__dict__["rate_limit"] = verdict


def verdict_of(request: HttpRequest) -> Verdict | None:
    """What was decided about the request; None if nobody has asked yet."""
    return request.__dict__.get("rate_limit")


def _scope_limits(request: Request, view: "APIView") -> list[Limit]:
    scopes: Mapping[str, Sequence[Scope]] = getattr(view, "rate_scopes", {})
    if not scopes:
        return []
    limits = [scope.limit_for(request) for scope in scopes.get(_action(request, view), ())]
    return [limit for limit in limits if limit is not None]


def _action(request: Request, view: "APIView") -> str:
    rule_name: Callable[[], str] | None = getattr(view, "rule_name", None)
    return rule_name() if rule_name else (request.method or "").lower()


@cache
def _tier_function() -> Callable[[Any], Tier]:
    found: Callable[[Any], Tier] = import_string(settings.RATE_LIMIT_TIER)
    return found

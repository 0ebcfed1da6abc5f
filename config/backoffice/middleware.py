"""What holds inside the back office only: its content security policy, and the business' own time zone.

Why the policy is looser here than outside stands in docs/decisions/0006-csp-of-the-back-office.md.
"""

from collections.abc import Callable
from functools import cached_property
from zoneinfo import ZoneInfo

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

# Browsers ignore 'unsafe-inline' beside a nonce, so both lists are replaced and not added to.
BACK_OFFICE_POLICY = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}


class BackOfficeMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.zone = ZoneInfo(settings.BUSINESS_TIME_ZONE)

    @cached_property
    def prefix(self) -> str:
        return reverse("admin:index")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(self.prefix):
            return self.get_response(request)
        # Lists, filters and date hierarchies cut days where the business does.
        with timezone.override(self.zone):
            response = self.get_response(request)
        # The attribute that django-csp's own decorators leave on a response.
        setattr(response, "_csp_replace", BACK_OFFICE_POLICY)  # noqa: B010 - mypy knows no such attribute
        return response

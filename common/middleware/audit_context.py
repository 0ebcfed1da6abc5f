"""Lets the audit log know whose request it is."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from common.audit import serving


class AuditContextMiddleware:
    """Costs no statement by itself: who acts is looked at when something is about to be written."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with serving(request):
            return self.get_response(request)

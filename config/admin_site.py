"""The back office: one admin site, with a theme, a second factor, a lockout and an audit log."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.http import urlencode
from unfold.sites import UnfoldAdminSite

from common import audit
from common.client_ip import client_ip
from common.lockouts import is_worn_out
from config.backoffice import as_person, jobs, reports, second_factor
from config.backoffice.dashboard import dashboard
from config.backoffice.lockout import sign_in_name, waiting_page
from config.backoffice.staff_session import keep_alive


class BackOffice(UnfoldAdminSite):
    index_title = "Today"
    # Unknown paths below /admin/ lead strangers to the login page and tell nothing about what exists.
    final_catch_all_view = True

    def has_permission(self, request: HttpRequest) -> bool:
        if not super().has_permission(request):
            return False
        return not settings.STAFF_SECOND_FACTOR or second_factor.is_verified(request)

    def admin_view(self, view: Callable[..., HttpResponse], cacheable: bool = False) -> Callable[..., HttpResponse]:
        guarded = super().admin_view(view, cacheable)

        def renewing(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if self.has_permission(request):
                keep_alive(request.session)
            response: HttpResponse = guarded(request, *args, **kwargs)
            return response

        return renewing

    def extra_urls(self) -> list[URLPattern | URLResolver]:
        return [
            path("second-factor/", partial(second_factor.enter_code, context=self.each_context), name="second_factor"),
            path(
                "second-factor/enrol/",
                partial(second_factor.enrol, context=self.each_context),
                name="enrol_second_factor",
            ),
            path("jobs/", self.admin_view(partial(jobs.page, context=self.each_context)), name="jobs"),
            path(
                "as/<uuid:pk>/",
                self.admin_view(partial(as_person.ask_why, context=self.each_context)),
                name="as_person",
            ),
            path(
                "as/<uuid:pk>/<slug:name>/",
                self.admin_view(partial(as_person.page, context=self.each_context)),
                name="as_person_page",
            ),
            *(self._report(name) for name in reports.REPORTS),
        ]

    def _report(self, name: str) -> URLPattern:
        view = partial(reports.page, name=name, context=self.each_context)
        return path(f"reports/{name}/", self.admin_view(view), name=f"report_{name}")

    def login(self, request: HttpRequest, extra_context: Mapping[str, Any] | None = None) -> HttpResponse:
        user = request.user
        if request.method == "GET" and user.is_authenticated and user.is_staff and not self.has_permission(request):
            wanted = urlencode({"next": request.GET.get("next", "")})
            return HttpResponseRedirect(f"{reverse('admin:second_factor')}?{wanted}")
        if request.method != "POST":
            page: HttpResponse = super().login(request, extra_context)
            return page
        if is_worn_out(client_ip(request)):
            return waiting_page(request, int(settings.AXES_COOLOFF_TIME.total_seconds()))
        response: HttpResponse = super().login(request, extra_context)
        _record_sign_in(request)
        return response

    def logout(self, request: HttpRequest, extra_context: Mapping[str, Any] | None = None) -> HttpResponse:
        if request.method == "POST" and request.user.is_authenticated:
            audit.record("signed out", request.user, actor=request.user)
        response: HttpResponse = super().logout(request, extra_context)
        return response

    def search(self, request: HttpRequest, extra_context: Mapping[str, Any] | None = None) -> HttpResponse:
        """The theme trusts its own links: a page number that is none, or a NUL for the database, would be a 500."""
        page = request.GET.get("page", "1")
        if page != "1" or "\0" in request.GET.get("s", ""):
            return HttpResponse(status=400)
        response: HttpResponse = super().search(request, extra_context)
        return response

    def index(self, request: HttpRequest, extra_context: Mapping[str, Any] | None = None) -> HttpResponse:
        response: HttpResponse = super().index(request, {**dashboard(request), **(extra_context or {})})
        return response


def _record_sign_in(request: HttpRequest) -> None:
    if request.user.is_authenticated:
        audit.record("signed in", request.user, actor=request.user)
        return
    locked = getattr(request, "axes_locked_out", False)
    audit.record("locked out" if locked else "sign-in failed", data={"name": sign_in_name(request) or ""})

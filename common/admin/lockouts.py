"""Sign-ins that failed too often, and the action that lets somebody try again before the time is up."""

from typing import Any, ClassVar

from axes.conf import settings as axes_settings
from axes.models import AccessAttempt
from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse

from common import audit, clock
from common.admin.base import ReadOnlyModelAdmin
from common.admin.decorators import action, display


@admin.register(AccessAttempt)
class AccessAttemptAdmin(ReadOnlyModelAdmin):
    list_display = ("username", "ip_address", "state", "failures_since_start", "attempt_time")
    list_select_related: ClassVar[Any] = ()
    search_fields = ("username", "ip_address")
    ordering = ("-attempt_time",)
    fields = ("username", "ip_address", "user_agent", "failures_since_start", "attempt_time", "path_info")
    actions = ("unlock",)

    def has_unlock_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("axes.delete_accessattempt"))

    @display(description="State", label={"locked out": "danger", "counting": "warning", "expired": "info"})
    def state(self, attempt: AccessAttempt) -> str:
        if attempt.attempt_time < clock.now() - axes_settings.AXES_COOLOFF_TIME:
            return "expired"
        return "locked out" if attempt.failures_since_start >= axes_settings.AXES_FAILURE_LIMIT else "counting"

    @action(description="Unlock the selected sign-ins", permissions=["unlock"])
    def unlock(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> HttpResponse | None:
        def let_try_again(attempt: AccessAttempt, reason: str) -> None:
            data = {"name": attempt.username, "address": attempt.ip_address}
            attempt.delete()
            audit.record("unlocked", AccessAttempt, actor=request.user, reason=reason, data=data)

        return self.confirm(request, queryset, action="unlock", question="Let them try again?", run=let_try_again)

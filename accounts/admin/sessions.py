"""Signed-in devices in the back office."""

from typing import ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse

from accounts.admin.actors import actor_of
from accounts.models import Session
from accounts.services import end_session_of
from common import clock
from common.admin.base import ReadOnlyModelAdmin
from common.admin.decorators import action, display
from common.admin.filters import DaysFilter


@admin.register(Session)
class SessionAdmin(ReadOnlyModelAdmin):
    list_display = ("user", "state", "platform", "user_agent", "network", "last_used_at", "created_at")
    list_select_related: ClassVar = ("user",)
    list_filter = ("platform", "ending", ("last_used_at", DaysFilter))
    search_fields = ("=user__email", "=user__phone_number", "=user__id", "=network", "=id")
    search_help_text = "A person's e-mail address, phone number or id, a network or a session's id"
    ordering = ("-id",)
    fields = (
        "user",
        "state",
        "platform",
        "user_agent",
        "network",
        "short_lived",
        "created_at",
        "last_used_at",
        "expires_at",
        "revoked_at",
        "ending",
    )
    readonly_fields = ("state",)
    actions = ("sign_out",)

    def has_end_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("accounts.end_session"))

    def described(self, row: Session) -> str:
        return f"{row.user}: {row.get_platform_display()}, {row.user_agent}".removesuffix(", ")

    @display(description="State", label={"signed in": "success", "ended": "danger", "lapsed": "info"})
    def state(self, session: Session) -> str:
        if session.revoked_at:
            return "ended"
        return "signed in" if session.expires_at > clock.now() else "lapsed"

    @action(description="Sign out…", permissions=["end"])
    def sign_out(self, request: HttpRequest, queryset: models.QuerySet[Session]) -> HttpResponse | None:
        return self.confirm(
            request,
            queryset,
            action="sign_out",
            question="Sign these devices out? Their owners have to sign in again.",
            is_dangerous=True,
            run=lambda session, reason: end_session_of(session, actor=actor_of(request), reason=reason),
        )

"""Signed-in devices, and the chain of refresh tokens that keeps each of them signed in."""

from typing import Any, ClassVar, NewType, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.db.models.functions import Now

from accounts.enums import Ending, Platform
from common.models.base import BaseModel

SessionId = NewType("SessionId", UUID)


class SessionQuerySet(models.QuerySet["Session"]):
    def live(self) -> Self:
        return self.filter(revoked_at=None, expires_at__gt=Now())

    def visible_to(self, user: Any) -> Self:
        """One's own devices that are signed in."""
        return self.live().filter(user_id=user.pk) if user.is_authenticated else self.none()


class Session(BaseModel):
    """One signed-in device: a family of refresh tokens. Access tokens name it in their claim `sid`."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sessions")
    platform = models.CharField(max_length=20, choices=Platform, default=Platform.WEB)
    user_agent = models.CharField(max_length=300, blank=True)
    network = models.CharField(max_length=43, blank=True)
    # Partners and staff are asked to sign in again sooner.
    short_lived = models.BooleanField(default=False)
    last_used_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    ending = models.CharField(max_length=20, choices=Ending, blank=True)

    objects: ClassVar[models.Manager["Session"]] = SessionQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        permissions: ClassVar = [("end_session", "Can end session")]
        constraints: ClassVar = [
            CheckConstraint(
                name="ended_session_says_why",
                condition=Q(revoked_at=None, ending="") | (Q(revoked_at__isnull=False) & ~Q(ending="")),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["user"], name="session_of_user_not_ended", condition=Q(revoked_at=None)),
            models.Index(fields=["expires_at"], name="session_by_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.get_platform_display()} of {self.user_id}"


class RefreshToken(BaseModel):
    """One link of a family's chain. Only the newest is unused, which the partial index sees to.

    The token itself is kept nowhere. A successor is computed from its parent and the platform's key, so whoever
    repeats the parent in time is given the very same one.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="refresh_tokens")
    parent = models.OneToOneField(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="successor", editable=False
    )
    token_hash = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField(null=True, blank=True)
    # A hash of the program that used it: its repetition counts as the same device's only if this is the same.
    used_by = models.CharField(max_length=64, blank=True)

    class Meta(BaseModel.Meta):
        constraints: ClassVar = [
            UniqueConstraint(
                name="one_unused_refresh_token_per_session", fields=["session"], condition=Q(used_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"refresh token {self.pk}"

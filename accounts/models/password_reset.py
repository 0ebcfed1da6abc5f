"""Permissions to set a new password."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from common.models.base import BaseModel


class PasswordResetQuerySet(models.QuerySet["PasswordReset"]):
    def live(self) -> Self:
        return self.filter(used_at=None, expires_at__gt=Now())


class PasswordReset(BaseModel):
    """What a link or a code permits, once. The token is computed from the row's id, so nothing secret is kept.

    A row without a user was asked for an unknown address: it costs the same work as any other and leads nowhere.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="password_resets"
    )
    expires_at = models.DateTimeField(db_index=True)
    # Links are mailed; who gave a code has the token already.
    by_mail = models.BooleanField(default=False)
    sent_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["PasswordReset"]] = PasswordResetQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        indexes: ClassVar = [
            models.Index(
                fields=["created_at"],
                name="password_link_unsent",
                condition=Q(by_mail=True, sent_at=None, used_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"password reset {self.pk}"

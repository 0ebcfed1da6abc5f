"""Codes that were asked for."""

from datetime import timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.db.models.functions import Now

from accounts.enums import Purpose
from common.models.base import BaseModel

LONGEST_LIFE = timedelta(minutes=10)


class OtpChallengeQuerySet(models.QuerySet["OtpChallenge"]):
    def standing(self) -> Self:
        """Neither used nor replaced; it may have expired."""
        return self.filter(consumed_at=None, superseded_at=None)

    def live(self) -> Self:
        return self.standing().filter(expires_at__gt=Now())

    def undelivered(self) -> Self:
        return self.live().filter(sealed__isnull=False)


class OtpChallenge(BaseModel):
    """A code for a phone and a purpose. The phone is kept as a hash; number and code stand sealed until handed over."""

    phone_hash = models.CharField(max_length=64)
    purpose = models.CharField(max_length=20, choices=Purpose)
    code_hash = models.CharField(max_length=64)
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField()
    expires_at = models.DateTimeField()
    consumed_at = models.DateTimeField(null=True, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)
    sealed = models.BinaryField(null=True, blank=True)

    objects: ClassVar[models.Manager["OtpChallenge"]] = OtpChallengeQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        constraints: ClassVar = [
            UniqueConstraint(
                name="one_standing_code_per_phone_and_purpose",
                fields=["phone_hash", "purpose"],
                condition=Q(consumed_at=None, superseded_at=None),
            ),
            CheckConstraint(name="code_attempts_within_cap", condition=Q(attempts__lte=F("max_attempts"))),
            CheckConstraint(
                name="code_lives_ten_minutes_at_most", condition=Q(expires_at__lte=F("created_at") + LONGEST_LIFE)
            ),
            CheckConstraint(name="code_is_hashed", condition=Q(code_hash__regex=r"^[0-9a-f]{64}$")),
        ]
        indexes: ClassVar = [
            models.Index(fields=["phone_hash", "created_at"], name="codes_of_a_phone"),
            models.Index(fields=["created_at"], name="code_undelivered", condition=Q(sealed__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"code {self.pk} to {self.get_purpose_display().lower()}"

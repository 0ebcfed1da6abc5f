"""Trusted programs that call the API for many people, and the keys that let them in."""

from typing import ClassVar, NewType, Self
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.db.models.functions import Now

from accounts.enums import ServiceScope
from common.models.base import BaseModel

ServiceId = NewType("ServiceId", UUID)

MOST_PER_MINUTE = 100_000


class ServiceAccount(BaseModel):
    """One program, what it may do, and who answers for it. It has no password and no session."""

    name = models.CharField(max_length=100, unique=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="service_accounts",
        help_text="The person who answers for it.",
    )
    scopes = ArrayField(models.CharField(max_length=40, choices=ServiceScope), default=list, blank=True)
    requests_per_minute = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_PER_MINUTE)],
        help_text="Empty: the limit in the platform settings.",
    )
    is_active = models.BooleanField("may call", default=True)
    expires_at = models.DateTimeField("may call until", null=True, blank=True)

    class Meta(BaseModel.Meta):
        permissions: ClassVar = [("rotate_serviceaccount", "Can make and revoke the keys of services")]
        constraints: ClassVar = [
            CheckConstraint(
                name="service_scopes_are_known",
                condition=Q(scopes__contained_by=[scope.value for scope in ServiceScope]),
            ),
            CheckConstraint(
                name="service_limit_is_sane",
                condition=Q(requests_per_minute=None) | Q(requests_per_minute__range=(1, MOST_PER_MINUTE)),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ServiceKeyQuerySet(models.QuerySet["ServiceKey"]):
    def live(self) -> Self:
        """Keys that open the door now: their own time is not over, and neither is their service's."""
        return self.standing_or_retiring().filter(
            Q(service__expires_at=None) | Q(service__expires_at__gt=Now()), service__is_active=True
        )

    def standing_or_retiring(self) -> Self:
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=Now()), revoked_at=None)

    def spent(self) -> Self:
        """Keys whose time is over and that still hold what nobody needs any more."""
        return self.filter(expires_at__lte=Now(), key_hash__isnull=False)


class ServiceKey(BaseModel):
    """A key for `Authorization: Api-Key …`, and the secret with which its holder may sign tokens instead.

    Of the key only a keyed hash and its first characters are kept. The secret is needed to check signatures, so it is
    kept sealed. A key that was replaced works on until `expires_at`; a revoked one holds nothing any more.
    """

    service = models.ForeignKey(ServiceAccount, on_delete=models.CASCADE, related_name="keys")
    prefix = models.CharField(max_length=24)
    key_hash = models.CharField(max_length=64, unique=True, null=True, blank=True, editable=False)
    sealed_secret = models.BinaryField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField("works until", null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["ServiceKey"]] = ServiceKeyQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        constraints: ClassVar = [
            UniqueConstraint(
                name="one_standing_key_per_service",
                fields=["service"],
                condition=Q(expires_at=None, revoked_at=None),
            ),
            CheckConstraint(
                name="revoked_key_holds_nothing",
                condition=Q(revoked_at=None) | Q(key_hash=None, sealed_secret=None),
            ),
            CheckConstraint(
                name="standing_key_holds_both",
                condition=Q(revoked_at__isnull=False)
                | Q(expires_at__isnull=False)
                | Q(key_hash__isnull=False, sealed_secret__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}…"

"""What a client's idempotency key stands for: who runs it now, or what was answered. See docs/idempotency.md."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from common.models.base import BaseModel

KEPT_FOR = timedelta(hours=24)


class IdempotencyRecord(BaseModel):
    """One request under one key of one principal.

    It is being run by whoever holds `version` until `leased_until`; it is finished once the response is stored.
    """

    principal = models.CharField(max_length=120)
    key = models.CharField(max_length=255)
    method = models.CharField(max_length=10)
    path = models.CharField(max_length=2000)
    request_hash = models.CharField(max_length=64)
    version = models.PositiveIntegerField("fencing number", default=1)
    leased_until = models.DateTimeField()
    recovery_point = models.CharField(max_length=60, blank=True, default="", db_default="")
    recovery_data = models.JSONField(default=dict, db_default={}, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    response_status = models.PositiveSmallIntegerField(null=True, blank=True)
    response_headers = models.JSONField(default=dict, db_default={}, blank=True)
    response_body = models.BinaryField(null=True, blank=True)
    expires_at = models.DateTimeField()

    class Meta(BaseModel.Meta):
        verbose_name = "idempotency key"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["principal", "key"], name="one_request_per_principal_and_key"),
            models.CheckConstraint(
                name="idempotency_key_lives_a_day", condition=Q(expires_at__gte=F("created_at") + KEPT_FOR)
            ),
            models.CheckConstraint(
                name="finished_request_has_its_response",
                condition=Q(finished_at=None, response_status=None, response_body=None)
                | Q(finished_at__isnull=False, response_status__isnull=False, response_body__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["leased_until"], name="idempotency_unfinished", condition=Q(finished_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path} of {self.principal}"

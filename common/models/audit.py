"""The audit log: who changed what, from what to what, from where and why. Rows are added and never touched again."""

from typing import Any, ClassVar, Self

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def about(self, target: models.Model) -> Self:
        return self.filter(target_table=target._meta.db_table, target_id=str(target.pk))

    def unsealed(self) -> Self:
        return self.filter(seal_number=None)


class AuditEntry(models.Model):
    """One deed. Triggers write it for changed rows (`common.table_guards`), `common.audit.record` for everything else.

    The key is a sequence and not BaseModel's UUIDv7, because triggers write most rows and only the database can count
    for them; there is no `updated_at`, because nothing is updated. Actor and target are no foreign keys: an entry
    outlives both. The last three columns chain the entries to one another (`common.audit_sealing`).
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now(), editable=False)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=254, blank=True, db_default="")
    source = models.CharField(max_length=20, db_default="system")
    action = models.CharField(max_length=40)
    target_table = models.CharField("kind of object", max_length=63, blank=True, db_default="")
    target_id = models.CharField("object", max_length=64, blank=True, db_default="")
    changes = models.JSONField(default=dict, db_default={})
    data = models.JSONField(default=dict, db_default={})
    reason = models.TextField(blank=True, db_default="")
    ip = models.GenericIPAddressField("IP address", null=True)
    user_agent = models.CharField(max_length=300, blank=True, db_default="")
    request_id = models.CharField(max_length=128, blank=True, db_default="")
    seal_number = models.BigIntegerField(null=True, unique=True, editable=False)
    prev_hash = models.CharField(max_length=64, db_default="", editable=False)
    hash = models.CharField(max_length=64, db_default="", editable=False)

    objects: ClassVar[Any] = AuditEntryQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name = "audit entry"
        verbose_name_plural = "audit entries"
        # Nobody can be given the right to add, change or delete what the database refuses to change.
        default_permissions = ("view",)
        indexes: ClassVar = [
            models.Index(fields=["target_table", "target_id", "-id"], name="audit_by_target"),
            models.Index(fields=["actor_id", "-id"], name="audit_by_actor"),
            models.Index(fields=["at"], name="audit_by_time"),
            models.Index(fields=["id"], name="audit_unsealed", condition=Q(seal_number=None)),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name or 'System'} {self.action} {self.kind}".strip()

    @property
    def kind(self) -> str:
        """What the target is called, or the table's name where its model is gone."""
        model = model_of(self.target_table)
        return str(model._meta.verbose_name) if model else self.target_table


def model_of(table: str) -> type[models.Model] | None:
    return next((model for model in apps.get_models() if model._meta.db_table == table), None)

"""What `manage.py prove` found, for the staff page."""

from typing import ClassVar

from django.db import models

from common.models.base import BaseModel


class ProofRun(BaseModel):
    """One run over the registered invariants.

    `results` is a list of `{"id", "title", "outcome": "ok"|"violated"|"error", "rows", "examples", "milliseconds"}`.
    """

    finished_at = models.DateTimeField()
    proven = models.PositiveIntegerField()
    violated = models.PositiveIntegerField()
    errors = models.PositiveIntegerField()
    results = models.JSONField(default=list)

    class Meta(BaseModel.Meta):
        get_latest_by = "created_at"
        default_permissions: ClassVar = ("view",)

    def __str__(self) -> str:
        return f"{self.proven} proven, {self.violated} violated, {self.errors} not answered"

    @property
    def passed(self) -> bool:
        return not self.violated and not self.errors

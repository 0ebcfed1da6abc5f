"""What every model of the platform has."""

from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Now

from common import clock
from common.ids import new_id


class BaseModel(models.Model):
    """A UUIDv7 primary key and two times, which the database fills in for rows that raw SQL inserts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    created_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)
    updated_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)

    class Meta:
        abstract = True
        ordering: ClassVar = ["-id"]

    def save(self, **kwargs: Any) -> None:
        self.updated_at = clock.now()
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "updated_at"}
        super().save(**kwargs)

"""People as a collection: a proxy, so that the probe needs no table."""

from typing import Any, ClassVar, Self

from django.db import models

from accounts.models import User


class PersonQuerySet(models.QuerySet["Person"]):
    def visible_to(self, user: Any) -> Self:
        if not user.is_authenticated:
            return self.none()
        return self if user.is_staff else self.filter(pk=user.pk)


class Person(User):
    objects: ClassVar[Any] = PersonQuerySet.as_manager()

    class Meta:
        proxy = True
        app_label = "probe"
        ordering: ClassVar = ["-pk"]

"""Cards that gateways keep for customers; we keep what names them."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from common.models.base import BaseModel


class SavedCardQuerySet(models.QuerySet["SavedCard"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(user=user, forgotten_at=None) if user.is_authenticated else self.none()


class SavedCard(BaseModel):
    """The newest one is charged when something is due later. One that is forgotten goes when its gateway has heard."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_cards")
    gateway = models.CharField(max_length=20)
    customer_ref = models.CharField(max_length=100)
    method_ref = models.CharField(max_length=100)
    brand = models.CharField(max_length=20, blank=True)
    last4 = models.CharField(max_length=4, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    forgotten_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar = SavedCardQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["gateway", "method_ref"], name="saved_card_is_kept_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["updated_at"], name="cards_to_forget", condition=Q(forgotten_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.brand} …{self.last4}"

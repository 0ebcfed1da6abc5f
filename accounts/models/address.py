"""Where somebody wants to be served."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from common.models.base import BaseModel


class AddressQuerySet(models.QuerySet["Address"]):
    def visible_to(self, user: Any) -> Self:
        """One's own, the default first."""
        own = self.filter(user=user.pk) if user.is_authenticated else self.none()
        return own.order_by("-is_default", "-id")


class Address(BaseModel):
    """One of somebody's places. Exactly one is the default while there are any: accounts/services/addresses.py."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="addresses")
    name = models.CharField(max_length=100, help_text="What its owner calls it, such as Home.")
    address_line1 = models.CharField(max_length=255)
    address_line2 = models.CharField(max_length=255, blank=True)
    city = models.CharField(max_length=100)
    state = models.CharField(max_length=100)
    pincode = models.CharField(max_length=12)
    lat = models.FloatField("latitude", null=True, blank=True)
    lng = models.FloatField("longitude", null=True, blank=True)
    place_id = models.CharField(max_length=255, blank=True, help_text="How the map service names the place.")
    is_default = models.BooleanField(default=False, editable=False)

    objects: ClassVar[models.Manager["Address"]] = AddressQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        verbose_name_plural = "addresses"
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_default_address", fields=["user"], condition=Q(is_default=True)),
            models.CheckConstraint(
                name="address_is_on_earth",
                condition=Q(lat=None, lng=None) | Q(lat__range=(-90, 90), lng__range=(-180, 180)),
                violation_error_message="Give latitude and longitude together, or neither.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.city}"

"""A thing or a place that can be booked: a room, a desk, a projector."""

from typing import Any, ClassVar, NewType, Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator, URLValidator
from django.db import models
from django.db.models import Q

from catalog.enums import ResourceType, choices
from catalog.models.calendar import Calendar
from common.models.base import BaseModel

ResourceId = NewType("ResourceId", UUID)


class ResourceQuerySet(models.QuerySet["Resource"]):
    def bookable(self) -> Self:
        return self.filter(is_active=True)

    def visible_to(self, user: Any) -> Self:
        return self.bookable()


class Resource(BaseModel):
    """`capacity` is how many people it holds. How many bookings run side by side is its calendar's."""

    name = models.CharField(max_length=150)
    type = models.CharField(max_length=30, choices=choices(ResourceType), default=ResourceType.MEETING_ROOM)
    capacity = models.PositiveIntegerField(default=1, validators=[MinValueValidator(1)], help_text="People it holds.")
    location = models.CharField(max_length=200, blank=True)
    amenities = ArrayField(models.CharField(max_length=50), default=list, blank=True, size=50)
    description = models.CharField(max_length=500, blank=True)
    image_url = models.CharField("picture", max_length=500, blank=True, validators=[URLValidator(schemes=["https"])])
    calendar = models.OneToOneField(Calendar, models.PROTECT, related_name="resource")
    is_active = models.BooleanField("can be booked", default=True)

    objects: ClassVar = ResourceQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(name="resource_holds_somebody", condition=Q(capacity__gte=1)),
        ]

    def __str__(self) -> str:
        return self.name

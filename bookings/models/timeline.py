"""What happened to a booking: from, to, when, who, why. Rows are added and never changed."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from bookings.enums import BookingStatus, Role
from bookings.models.booking import Booking
from common.models.base import BaseModel


class TimelineEntry(BaseModel):
    """`step` counts from 1 within its booking without gaps; `data` holds what changed, such as the old time."""

    booking = models.ForeignKey(Booking, models.PROTECT, related_name="timeline")
    step = models.PositiveIntegerField()
    action = models.CharField(max_length=20)
    from_status = models.CharField(max_length=20, choices=BookingStatus.choices, null=True)
    to_status = models.CharField(max_length=20, choices=BookingStatus.choices)
    role = models.CharField(max_length=10, choices=Role.choices)
    # Without a foreign key's SET NULL, which would rewrite history: people are erased by blanking, never deleted.
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True)
    data = models.JSONField(default=dict)

    class Meta(BaseModel.Meta):
        ordering: ClassVar[Any] = ["step"]
        default_permissions = ("view",)
        verbose_name_plural = "timeline"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["booking", "step"], name="booking_steps_are_counted"),
            models.CheckConstraint(name="booking_step_counts_from_one", condition=Q(step__gte=1)),
            models.CheckConstraint(
                name="booking_begins_from_nothing",
                condition=Q(step=1, from_status=None) | Q(step__gt=1, from_status__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step}. {self.action}"

"""What a booking was made up of and what it cost, as it was when it was booked."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from bookings.models.booking import Booking
from catalog.models import Service
from common.models.base import BaseModel
from common.money import MOST_MINOR


class BookingLine(BaseModel):
    """One service, so many times. Never changed: later edits of the catalog do not rewrite history."""

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="lines")
    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=150)
    quantity = models.PositiveSmallIntegerField(default=1)
    duration_minutes = models.PositiveSmallIntegerField()
    unit_price_minor = models.PositiveBigIntegerField()
    unit_market_price_minor = models.PositiveBigIntegerField(null=True)
    total_minor = models.PositiveBigIntegerField()

    class Meta(BaseModel.Meta):
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["booking", "position"], name="booking_lines_have_places"),
            models.CheckConstraint(name="booking_line_is_of_something", condition=Q(quantity__gte=1)),
            models.CheckConstraint(
                name="booking_line_adds_up",
                condition=Q(total_minor=F("unit_price_minor") * F("quantity"), total_minor__lte=MOST_MINOR),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.name}"

"""What somebody is about to book: a price that is promised for some minutes and, where it is wanted, a time with it."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models import Address
from bookings.models.booking import Booking
from bookings.quote import Quote
from common.models.base import BaseModel


class CheckoutPreviewQuerySet(models.QuerySet["CheckoutPreview"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(customer=user) if user.is_authenticated else self.none()

    def holding(self) -> Self:
        return self.filter(is_holding=True)


class CheckoutPreview(BaseModel):
    """Confirmed at most once: `booking` is set under the row's lock and never changed.

    While `is_holding`, the time from `starts_at` is taken in the preview's own name, on whatever calendars its services
    need. Once that is over the times stay here: whoever comes late is told apart from whoever never held anything.
    """

    customer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="checkout_previews")
    address = models.ForeignKey(Address, models.SET_NULL, null=True, related_name="+")
    quote = models.JSONField()
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    is_holding = models.BooleanField(default=False)
    expires_at = models.DateTimeField()
    booking = models.OneToOneField(Booking, models.PROTECT, null=True, related_name="preview")

    objects: ClassVar = CheckoutPreviewQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                name="preview_has_both_times_or_none",
                condition=Q(starts_at=None, ends_at=None) | Q(starts_at__lt=F("ends_at")),
            ),
            models.CheckConstraint(
                name="preview_holds_a_time_until_it_is_booked",
                condition=Q(is_holding=False) | Q(starts_at__isnull=False, booking=None),
            ),
            # However many pages somebody has open, calendars are kept from others by one of them alone.
            models.UniqueConstraint(
                fields=["customer"], name="one_held_time_per_customer", condition=Q(is_holding=True)
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["expires_at"], name="previews_to_forget"),
            models.Index(fields=["expires_at"], name="previews_to_give_back", condition=Q(is_holding=True)),
        ]

    def __str__(self) -> str:
        return f"Checkout {self.pk}"

    @property
    def quoted(self) -> Quote:
        return Quote.from_json(self.quote)

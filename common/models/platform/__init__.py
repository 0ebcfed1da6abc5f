"""Every figure that a business would change, in one row that staff edit in the admin."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import CheckConstraint, Q
from django.db.models.functions import Now

from common import clock
from common.models.platform.business import (
    HOURS_CHECKS,
    BookingSettings,
    BusinessSettings,
    CancellationSettings,
    DispatchSettings,
    PriceSettings,
    VisitSettings,
)
from common.models.platform.fields import range_checks
from common.models.platform.people import (
    ORDER_CHECKS,
    LoyaltySettings,
    MessageSettings,
    RateLimitSettings,
    SignInSettings,
)

TOPICS: dict[str, type[models.Model]] = {
    "Business": BusinessSettings,
    "Prices and money": PriceSettings,
    "Bookings": BookingSettings,
    "Visits": VisitSettings,
    "Cancellation": CancellationSettings,
    "Dispatch": DispatchSettings,
    "Signing in": SignInSettings,
    "Loyalty": LoyaltySettings,
    "Messages": MessageSettings,
    "Rate limits": RateLimitSettings,
}
# As Django's `ModelAdmin.fieldsets` wants them.
FIELDSETS: list[tuple[str, dict[str, Any]]] = [
    (title, {"fields": [field.name for field in topic._meta.local_fields]}) for title, topic in TOPICS.items()
]


class PlatformSettings(
    BusinessSettings,
    PriceSettings,
    BookingSettings,
    VisitSettings,
    CancellationSettings,
    DispatchSettings,
    SignInSettings,
    LoyaltySettings,
    MessageSettings,
    RateLimitSettings,
):
    """The settings in force. What they decide is copied to the booking, so a change never rewrites what was agreed.

    There is one row: its key is always 1, by a constraint. A UUID would allow a second row, so this is no BaseModel.
    `freeze` makes an instance read-only; the one that `common.platform` hands out is shared by all threads.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    updated_at = models.DateTimeField(default=clock.now, db_default=Now(), editable=False)

    _frozen = False

    class Meta:
        verbose_name = "platform settings"
        verbose_name_plural = "platform settings"
        # The row is there from the first migration on, and stays.
        default_permissions = ("view", "change")
        constraints: ClassVar = [
            CheckConstraint(name="platform_settings_are_one_row", condition=Q(id=1)),
            CheckConstraint(name="platform_currency_is_a_code", condition=Q(default_currency__regex=r"^[A-Z]{3}$")),
            *range_checks(*TOPICS.values()),
            *HOURS_CHECKS,
            *ORDER_CHECKS,
        ]

    def __str__(self) -> str:
        return "Platform settings"

    def __setattr__(self, name: str, value: object) -> None:
        if self._frozen:
            raise AttributeError("These settings are shared: change them by update_platform_settings().")
        super().__setattr__(name, value)

    def save(self, **kwargs: Any) -> None:
        self.updated_at = clock.now()
        super().save(**kwargs)

    def delete(self, using: Any = None, keep_parents: bool = False) -> tuple[int, dict[str, int]]:
        raise TypeError("The platform cannot be without settings.")

    def freeze(self) -> "PlatformSettings":
        self.__dict__["_frozen"] = True
        return self


__all__ = ["FIELDSETS", "TOPICS", "PlatformSettings"]

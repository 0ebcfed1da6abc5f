"""How many points somebody has, had and spent."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from common.models.base import BaseModel


class LoyaltyAccountQuerySet(models.QuerySet["LoyaltyAccount"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(user=user.pk) if user.is_authenticated else self.none()


class LoyaltyAccount(BaseModel):
    """One for everybody who ever had points; every entry changes it in its own transaction, with its row locked.

    `balance` may be negative by a reversal only: points were earned, spent, and turned out to be undeserved. Nothing
    can be redeemed then, and the next points pay for those first.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="loyalty_account")
    balance = models.IntegerField(default=0)
    # Earned less what refunds took back; what decides about the tier.
    lifetime_points = models.PositiveIntegerField(default=0)
    # Redeemed less what came back.
    spent_points = models.PositiveIntegerField(default=0)
    entries_count = models.PositiveIntegerField(default=0)
    # Whether the account's tier has made its owner a premium user; who is one for other reasons stays one.
    gave_premium = models.BooleanField(default=False)

    objects: ClassVar = LoyaltyAccountQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        default_permissions = ("view",)
        permissions: ClassVar = [("adjust_loyaltyaccount", "Can add and take away points")]
        verbose_name = "points of a person"
        verbose_name_plural = "points of people"
        constraints: ClassVar = [
            models.CheckConstraint(name="loyalty_lifetime_is_not_negative", condition=Q(lifetime_points__gte=0)),
            models.CheckConstraint(name="loyalty_spent_is_not_negative", condition=Q(spent_points__gte=0)),
            models.CheckConstraint(
                name="loyalty_balance_comes_of_entries", condition=Q(balance=0) | Q(entries_count__gte=1)
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["-lifetime_points", "id"], name="loyalty_by_lifetime")]

    def __str__(self) -> str:
        return f"{self.balance} points"

    @property
    def owed(self) -> int:
        """What the next points pay for first."""
        return max(0, -self.balance)

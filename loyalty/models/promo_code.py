"""Codes that take something off a price."""

from datetime import datetime
from typing import ClassVar, NewType, Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from common.models.base import BaseModel
from common.money import MOST_MINOR, Money
from loyalty.enums import DiscountKind
from loyalty.promo import Terms

PromoCodeId = NewType("PromoCodeId", UUID)

LONGEST_CODE = 40
MOST_SCOPED = 200


class PromoCodeQuerySet(models.QuerySet["PromoCode"]):
    def usable_at(self, moment: datetime) -> Self:
        """Switched on, of this time and not used up. Whether it fits a basket the terms say."""
        begun = Q(valid_from=None) | Q(valid_from__lte=moment)
        not_over = Q(valid_until=None) | Q(valid_until__gt=moment)
        has_room = Q(total_limit=None) | Q(used_count__lt=F("total_limit"))
        return self.filter(begun, not_over, has_room, is_active=True)


class PromoCode(BaseModel):
    """Amounts are in minor units of `currency`, outside of which the code takes nothing off.

    What it is limited to is named by plain ids: categories and services are of an upper floor. `used_count` counts the
    redemptions that are held or used; the row is locked to change it, so the last use of a code goes to one.
    """

    code = models.CharField(max_length=LONGEST_CODE, unique=True)
    description = models.CharField(max_length=255, blank=True)
    discount_kind = models.CharField("kind", max_length=10, choices=DiscountKind.choices)
    percent = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    amount_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3)
    minimum_minor = models.BigIntegerField("minimum order", null=True, blank=True)
    cap_minor = models.BigIntegerField("at most", null=True, blank=True)
    per_user_limit = models.PositiveIntegerField("uses per person", null=True, blank=True)
    total_limit = models.PositiveIntegerField("uses altogether", null=True, blank=True)
    used_count = models.PositiveIntegerField("used", default=0, editable=False)
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)
    category_ids = ArrayField(models.UUIDField(), default=list, blank=True, size=MOST_SCOPED)
    service_ids = ArrayField(models.UUIDField(), default=list, blank=True, size=MOST_SCOPED)
    first_booking_only = models.BooleanField("for a first booking only", default=False)
    is_active = models.BooleanField("switched on", default=True)
    # What codes that were made in one go have in common.
    batch = models.CharField(max_length=60, blank=True)

    objects: ClassVar = PromoCodeQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        default_permissions = ("view", "add", "change")
        verbose_name = "promo code"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="promo_code_is_in_normal_form", condition=Q(code__regex=r"^[A-Z0-9][A-Z0-9_-]{2,39}$")
            ),
            models.CheckConstraint(
                name="promo_takes_off_a_share_or_an_amount",
                condition=Q(discount_kind="percentage", percent__gt=0, percent__lte=100, amount_minor__isnull=True)
                | Q(discount_kind="fixed", amount_minor__gte=1, amount_minor__lte=MOST_MINOR, percent__isnull=True),
            ),
            models.CheckConstraint(name="promo_currency_is_a_code", condition=Q(currency__regex=r"^[A-Z]{3}$")),
            models.CheckConstraint(
                name="promo_amounts_are_amounts",
                condition=(Q(minimum_minor__isnull=True) | Q(minimum_minor__gte=0, minimum_minor__lte=MOST_MINOR))
                & (Q(cap_minor__isnull=True) | Q(cap_minor__gte=1, cap_minor__lte=MOST_MINOR)),
            ),
            models.CheckConstraint(
                name="promo_is_used_within_its_limit",
                condition=Q(used_count__gte=0) & (Q(total_limit__isnull=True) | Q(used_count__lte=F("total_limit"))),
            ),
            models.CheckConstraint(
                name="promo_limits_allow_a_use",
                condition=(Q(total_limit__isnull=True) | Q(total_limit__gte=1))
                & (Q(per_user_limit__isnull=True) | Q(per_user_limit__gte=1)),
            ),
            models.CheckConstraint(
                name="promo_ends_after_it_begins",
                condition=Q(valid_from__isnull=True) | Q(valid_until__isnull=True) | Q(valid_from__lt=F("valid_until")),
                violation_error_message="It must end after it begins.",
            ),
        ]
        indexes: ClassVar = [models.Index(F("batch"), name="promo_codes_of_a_batch", condition=~Q(batch=""))]

    def __str__(self) -> str:
        return self.code

    @property
    def terms(self) -> Terms:
        return Terms(
            currency=self.currency,
            percent=self.percent,
            amount=self._money(self.amount_minor),
            minimum=self._money(self.minimum_minor),
            cap=self._money(self.cap_minor),
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            category_ids=frozenset(self.category_ids),
            service_ids=frozenset(self.service_ids),
            first_booking_only=self.first_booking_only,
            per_user_limit=self.per_user_limit,
            is_active=self.is_active,
            is_exhausted=self.total_limit is not None and self.used_count >= self.total_limit,
        )

    def takes_off(self) -> str:
        """`10 %` or `500.00 INR`, for people."""
        if self.discount_kind == DiscountKind.PERCENTAGE and self.percent is not None:
            return f"{self.percent.normalize():f} %"
        return f"{self._money(self.amount_minor)} {self.currency}"

    def _money(self, minor: int | None) -> Money | None:
        return None if minor is None else Money(minor, self.currency)

"""Uses of promo codes."""

from typing import Any, ClassVar, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from common.models.base import BaseModel
from common.money import Money
from loyalty.enums import COUNTED, RedemptionState
from loyalty.models.promo_code import PromoCode


class PromoRedemptionQuerySet(models.QuerySet["PromoRedemption"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(user=user.pk) if user.is_authenticated else self.none()

    def counted(self) -> Self:
        """Held or used, so that it counts against the code's limits."""
        return self.filter(state__in=COUNTED)

    def of(self, subject_id: UUID) -> Self:
        return self.filter(subject_id=subject_id)


class PromoRedemption(BaseModel):
    """A code and what it was used for, named by its id: the booking is of an upper floor. One code for each.

    The terms that decided are kept beside what they came to, so that a later change of the code makes nothing of the
    past wrong. `phone_hash` recognises whoever comes back with another account and the same verified phone.
    """

    promo = models.ForeignKey(PromoCode, models.PROTECT, db_index=False, related_name="redemptions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="promo_redemptions")
    phone_hash = models.CharField(max_length=64, blank=True)
    subject_id = models.UUIDField()
    state = models.CharField(max_length=8, choices=RedemptionState.choices, default=RedemptionState.HELD)
    currency = models.CharField(max_length=3)
    subtotal_minor = models.BigIntegerField()
    discount_minor = models.BigIntegerField()
    minimum_minor = models.BigIntegerField(null=True, blank=True)
    cap_minor = models.BigIntegerField(null=True, blank=True)
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = PromoRedemptionQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        default_permissions = ("view",)
        permissions: ClassVar = [("export_promoredemption", "Can export uses of promo codes as CSV")]
        verbose_name = "use of a promo code"
        verbose_name_plural = "uses of promo codes"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject_id"], name="one_promo_code_for_each", condition=Q(state__in=sorted(COUNTED))
            ),
            models.CheckConstraint(name="promo_state_is_known", condition=Q(state__in=RedemptionState.values)),
            models.CheckConstraint(
                name="promo_discount_is_within_its_terms",
                condition=Q(discount_minor__gte=0, discount_minor__lte=F("subtotal_minor"))
                & (Q(cap_minor__isnull=True) | Q(discount_minor__lte=F("cap_minor")))
                & (Q(minimum_minor__isnull=True) | Q(subtotal_minor__gte=F("minimum_minor"))),
            ),
            models.CheckConstraint(
                name="promo_was_of_its_time",
                condition=(Q(valid_from__isnull=True) | Q(created_at__gte=F("valid_from")))
                & (Q(valid_until__isnull=True) | Q(created_at__lt=F("valid_until"))),
            ),
        ]
        indexes: ClassVar = [
            models.Index(F("promo"), F("user"), name="promo_uses_of_a_person", condition=Q(state__in=sorted(COUNTED))),
            models.Index(
                F("promo"),
                F("phone_hash"),
                name="promo_uses_of_a_phone",
                condition=Q(state__in=sorted(COUNTED)) & ~Q(phone_hash=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.promo_id} {self.state}"

    @property
    def discount(self) -> Money:
        return Money(self.discount_minor, self.currency)

"""Money on its way back."""

from typing import Any, ClassVar, NewType, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from common.models.base import BaseModel
from common.money import Money
from payments.enums import Destination, RefundStatus
from payments.models.payment import Payment

RefundId = NewType("RefundId", UUID)


class RefundQuerySet(models.QuerySet["Refund"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(payment__payer=user) if user.is_authenticated else self.none()


class Refund(BaseModel):
    """Its amount is reserved on the payment from the moment the row is there, before the gateway hears of it.

    What goes into the customer's credit no gateway ever hears of.
    """

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    amount_minor = models.PositiveBigIntegerField()
    status = models.CharField(max_length=18, choices=RefundStatus.choices)
    destination = models.CharField("goes to", max_length=7, choices=Destination.choices, default=Destination.GATEWAY)
    reason = models.CharField(max_length=300, blank=True)
    # The cause of an automatic one, such as `cancelled:<booking>`: the same cause gives money back once.
    cause = models.CharField(max_length=200, unique=True)
    gateway_ref = models.CharField(max_length=100, null=True, blank=True)
    failure_message = models.CharField(max_length=300, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: the system.",
    )
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    succeeded_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = RefundQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        permissions: ClassVar = [("approve_refund", "Can approve large refunds")]
        constraints: ClassVar = [
            models.CheckConstraint(name="refund_status_is_known", condition=Q(status__in=RefundStatus.values)),
            models.CheckConstraint(
                name="refund_into_credit_is_unknown_to_gateways",
                condition=Q(destination="gateway")
                | Q(destination="credit", gateway_ref=None) & ~Q(status=RefundStatus.PROCESSING),
            ),
            models.CheckConstraint(name="refund_is_of_something", condition=Q(amount_minor__gte=1)),
            # Whoever asks for a large refund is not the one who lets it pass.
            models.CheckConstraint(
                name="refund_is_approved_by_somebody_else",
                condition=Q(approved_by=None) | Q(requested_by=None) | ~Q(approved_by=F("requested_by")),
            ),
            models.CheckConstraint(
                name="refund_that_succeeded_says_when",
                condition=Q(status="succeeded", succeeded_at__isnull=False)
                | ~Q(status="succeeded") & Q(succeeded_at=None),
            ),
            models.UniqueConstraint(
                fields=["payment", "gateway_ref"],
                name="gateway_reference_is_of_one_refund",
                condition=Q(gateway_ref__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["updated_at"],
                name="refunds_under_way",
                condition=Q(status__in=[RefundStatus.PENDING, RefundStatus.PROCESSING]),
            ),
            models.Index(fields=["succeeded_at"], name="refunds_by_day", condition=Q(succeeded_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"Refund {self.pk}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.payment.currency)

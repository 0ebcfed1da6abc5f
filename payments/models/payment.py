"""One attempt to be paid for one purpose of one payable, at one gateway."""

from typing import Any, ClassVar, NewType, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from common.models.base import BaseModel
from common.money import MOST_MINOR, Money
from payments.enums import LIVE, PaymentStatus, Purpose

PaymentId = NewType("PaymentId", UUID)


class PaymentQuerySet(models.QuerySet["Payment"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(payer=user) if user.is_authenticated else self.none()

    def live(self) -> Self:
        return self.filter(status__in=LIVE)

    def of(self, payable_type: str, payable_id: UUID) -> Self:
        return self.filter(payable_type=payable_type, payable_id=payable_id)


class Payment(BaseModel):
    """What is paid for is named by type and id: payments know payables and not bookings.

    `reserved_minor` is promised to refunds under way. `client` is what the gateway's code in the browser needs.
    """

    payable_type = models.CharField(max_length=20)
    payable_id = models.UUIDField()
    payer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="payments")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    gateway = models.CharField(max_length=20)
    # The order or intent, and the charge that succeeded on it, as the gateway calls them.
    gateway_ref = models.CharField(max_length=100, null=True, blank=True)
    gateway_charge_ref = models.CharField(max_length=100, blank=True)
    currency = models.CharField(max_length=3)
    amount_minor = models.PositiveBigIntegerField()
    authorized_minor = models.PositiveBigIntegerField(default=0)
    captured_minor = models.PositiveBigIntegerField(default=0)
    refunded_minor = models.PositiveBigIntegerField(default=0)
    reserved_minor = models.PositiveBigIntegerField(default=0)
    disputed_minor = models.PositiveBigIntegerField(default=0)
    fee_minor = models.PositiveBigIntegerField("the gateway's fee", default=0)
    # When we wrote down that the first of it is here.
    captured_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=16, choices=PaymentStatus.choices, default=PaymentStatus.CREATED)
    captures_later = models.BooleanField("held first", default=False)
    failure_code = models.CharField(max_length=60, blank=True)
    failure_message = models.CharField(max_length=300, blank=True)
    client = models.JSONField(default=dict)
    # When the sweep asks the gateway next; empty when nothing is awaited.
    due_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = PaymentQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        permissions: ClassVar = [
            ("refund_payment", "Can refund payments"),
            ("collect_payment", "Can note cash that was received"),
            ("export_payment", "Can export payments as CSV"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="payment_status_is_known", condition=Q(status__in=PaymentStatus.values)),
            models.CheckConstraint(name="payment_purpose_is_known", condition=Q(purpose__in=Purpose.values)),
            models.CheckConstraint(
                name="payment_is_of_something", condition=Q(amount_minor__gte=1, amount_minor__lte=MOST_MINOR)
            ),
            models.CheckConstraint(
                name="payment_captures_no_more_than_asked", condition=Q(captured_minor__lte=F("amount_minor"))
            ),
            models.CheckConstraint(
                name="payment_gives_back_no_more_than_it_took",
                condition=Q(captured_minor__gte=F("refunded_minor") + F("reserved_minor")),
            ),
            models.CheckConstraint(
                name="payment_captured_something_or_is_not_paid",
                condition=~Q(status="captured") | Q(captured_minor__gte=1),
            ),
            models.CheckConstraint(
                name="payment_that_captured_says_when",
                condition=Q(captured_minor=0, captured_at=None) | Q(captured_minor__gte=1, captured_at__isnull=False),
            ),
            models.CheckConstraint(name="payment_currency_is_a_code", condition=Q(currency__regex=r"^[A-Z]{3}$")),
            models.UniqueConstraint(
                fields=["payable_type", "payable_id", "purpose"],
                name="one_live_payment_per_purpose",
                condition=Q(status__in=sorted(LIVE)),
            ),
            models.UniqueConstraint(
                fields=["gateway", "gateway_ref"],
                name="gateway_reference_is_of_one_payment",
                condition=Q(gateway_ref__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["payable_type", "payable_id"], name="payments_of_a_payable"),
            models.Index(fields=["payer", "-id"], name="payments_of_a_payer"),
            models.Index(
                fields=["gateway", "gateway_charge_ref"],
                name="payments_by_charge",
                condition=~Q(gateway_charge_ref=""),
            ),
            models.Index(
                fields=["gateway", "captured_at"], name="payments_by_day", condition=Q(captured_at__isnull=False)
            ),
            models.Index(fields=["due_at"], name="payments_to_ask_about", condition=Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency} by {self.gateway}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def captured(self) -> Money:
        return Money(self.captured_minor, self.currency)

    @property
    def refundable(self) -> Money:
        """What is left to give back: nothing while the customer's bank disputes it."""
        if self.disputed_minor:
            return Money.zero(self.currency)
        return Money(self.captured_minor - self.refunded_minor - self.reserved_minor, self.currency)

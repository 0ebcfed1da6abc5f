"""The books of the sandbox."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from common.models.base import BaseModel
from payments.sandbox.enums import FaultKind, OrderStatus


class SandboxOrder(BaseModel):
    """One order, and what was paid on it. The keys are those of the calls that made, captured and cancelled it."""

    reference = models.CharField(max_length=40, unique=True)
    payment_id = models.UUIDField(db_index=True)
    description = models.CharField(max_length=300)
    currency = models.CharField(max_length=3)
    amount_minor = models.PositiveBigIntegerField()
    held_minor = models.PositiveBigIntegerField(default=0)
    paid_minor = models.PositiveBigIntegerField(default=0)
    fee_minor = models.PositiveBigIntegerField(default=0)
    disputed_minor = models.PositiveBigIntegerField(default=0)
    status = models.CharField(max_length=20, choices=OrderStatus.choices, default=OrderStatus.WAITING)
    captures_later = models.BooleanField(default=False)
    saves_card = models.BooleanField(default=False)
    # The customer was not there: what fails then has failed for good.
    is_unattended = models.BooleanField(default=False)
    charge_ref = models.CharField(max_length=40, blank=True)
    customer_ref = models.CharField(max_length=60, blank=True)
    method_ref = models.CharField(max_length=60, blank=True)
    failure_code = models.CharField(max_length=40, blank=True)
    failure_message = models.CharField(max_length=200, blank=True)
    return_url = models.CharField(max_length=1000, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    open_key = models.CharField(max_length=100, unique=True)
    capture_key = models.CharField(max_length=100, blank=True)

    class Meta(BaseModel.Meta):
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(name="sandbox_order_status_is_known", condition=Q(status__in=OrderStatus.values)),
            models.CheckConstraint(
                name="sandbox_order_holds_and_takes_no_more_than_asked",
                condition=Q(amount_minor__gte=F("held_minor") + F("paid_minor")),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["paid_at"], name="sandbox_orders_by_day", condition=Q(paid_at__isnull=False))
        ]

    def __str__(self) -> str:
        return self.reference


class SandboxRefund(BaseModel):
    reference = models.CharField(max_length=40, unique=True)
    order = models.ForeignKey(SandboxOrder, models.PROTECT, related_name="refunds")
    amount_minor = models.PositiveBigIntegerField()
    key = models.CharField(max_length=100, unique=True)

    class Meta(BaseModel.Meta):
        default_permissions = ()

    def __str__(self) -> str:
        return self.reference


class SandboxEvent(BaseModel):
    """A message to the platform. `due_at` is empty when nobody is going to send it any more."""

    order = models.ForeignKey(SandboxOrder, models.CASCADE, related_name="events")
    type = models.CharField(max_length=40)
    body = models.TextField()
    is_forged = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta(BaseModel.Meta):
        default_permissions = ()
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="sandbox_events_due", condition=Q(due_at__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self.type} of {self.order_id}"


class SandboxFault(BaseModel):
    """A misbehaviour that was asked for: for how many more times, and in how many of a hundred cases."""

    kind = models.CharField(max_length=10, choices=FaultKind.choices)
    # Empty for every call that changes something.
    verb = models.CharField(max_length=10, blank=True)
    left = models.PositiveIntegerField(default=1)
    percent = models.PositiveSmallIntegerField(default=100)

    class Meta(BaseModel.Meta):
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(name="sandbox_fault_is_known", condition=Q(kind__in=FaultKind.values)),
            models.CheckConstraint(name="sandbox_fault_is_a_share", condition=Q(percent__gte=1, percent__lte=100)),
        ]

    def __str__(self) -> str:
        return f"{self.kind}, {self.left} more times, in {self.percent} of 100 cases"

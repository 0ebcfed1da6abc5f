"""Calls to gateways, written down and committed before they are made."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from common.models.base import BaseModel
from payments.enums import CallState, CallVerb
from payments.models.payment import Payment
from payments.models.refund import Refund


class GatewayCall(BaseModel):
    """`key` goes along with the call, so that repeating it repeats nothing. `answer` holds no secrets and no cards."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="calls")
    refund = models.ForeignKey(Refund, models.PROTECT, null=True, blank=True, related_name="calls")
    verb = models.CharField(max_length=10, choices=CallVerb.choices)
    key = models.CharField(max_length=100, unique=True)
    state = models.CharField(max_length=10, choices=CallState.choices, default=CallState.SENT)
    attempts = models.PositiveSmallIntegerField(default=1)
    sent_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    answer = models.JSONField(default=dict)

    class Meta(BaseModel.Meta):
        default_permissions = ("view",)
        constraints: ClassVar = [
            models.CheckConstraint(name="gateway_call_state_is_known", condition=Q(state__in=CallState.values)),
            models.CheckConstraint(
                name="gateway_call_is_settled_or_due",
                condition=Q(state__in=["done", "refused"], settled_at__isnull=False)
                | Q(state__in=["sent", "unknown"], settled_at=None, due_at__isnull=False),
            ),
            models.CheckConstraint(
                name="gateway_call_for_a_refund_names_it",
                condition=Q(verb="refund", refund__isnull=False) | ~Q(verb="refund") & Q(refund=None),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="gateway_calls_unsettled", condition=Q(settled_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.key}"

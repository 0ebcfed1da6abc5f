"""The gateways' own books, day by day, held against ours: see docs/reconciliation.md."""

from typing import ClassVar, NewType, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from common.models.base import BaseModel
from common.money import Money
from payments.enums import AGREED, FOUND, LineState, RunState
from payments.models.payment import Payment
from payments.models.refund import Refund

RunId = NewType("RunId", UUID)


class ReconciliationRun(BaseModel):
    """One gateway's books of one business day. `attempts` counts the readings, and tells which one a line is of.

    `totals` holds gross, refunded and fee of what the gateway lists, in minor units by currency; `counts` the lines by
    their state. Both are of the last reading that came to an end.
    """

    gateway = models.CharField(max_length=20)
    day = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.INCOMPLETE)
    attempts = models.PositiveSmallIntegerField(default=0)
    # When it is read next by itself, or given up by whoever reads it now; empty when nothing is awaited.
    due_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)
    open_count = models.PositiveIntegerField("to look at", default=0)
    counts = models.JSONField(default=dict)
    totals = models.JSONField(default=dict)

    class Meta(BaseModel.Meta):
        ordering: ClassVar = ["-day", "gateway"]
        default_permissions = ("view",)
        permissions: ClassVar = [
            ("rerun_reconciliationrun", "Can reconcile a day again"),
            ("export_reconciliationrun", "Can export reconciliation as CSV"),
        ]
        verbose_name = "reconciliation"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["gateway", "day"], name="a_day_is_reconciled_once"),
            models.CheckConstraint(name="reconciliation_state_is_known", condition=Q(state__in=RunState.values)),
            models.CheckConstraint(name="reconciliation_day_has_a_length", condition=Q(ends_at__gt=F("starts_at"))),
            models.CheckConstraint(
                name="reconciliation_is_finished_or_due",
                condition=Q(state="incomplete", finished_at=None, due_at__isnull=False)
                | ~Q(state="incomplete") & Q(finished_at__isnull=False),
            ),
            models.CheckConstraint(
                name="reconciliation_is_clean_without_open_lines",
                condition=~Q(state="clean") | Q(open_count=0),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="reconciliations_due", condition=Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.gateway} on {self.day}"


class ReconciliationLineQuerySet(models.QuerySet["ReconciliationLine"]):
    def found(self) -> Self:
        return self.filter(state__in=FOUND)

    def open(self) -> Self:
        """What somebody has to look at."""
        return self.filter(resolved_at=None).exclude(state__in=AGREED)


class ReconciliationLine(BaseModel):
    """A line of the gateway's books beside what we have of it, or what we have beside nothing.

    Refunds are negative on both sides. `key` names the movement, so that a second reading finds the line of the first.
    Nothing of a payment is ever changed because of a line: what is missing here is healed by asking the gateway for
    the truth, and what differs is for people, who say here how they dealt with it.
    """

    run = models.ForeignKey(ReconciliationRun, models.CASCADE, related_name="lines")
    key = models.CharField(max_length=240)
    attempt = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=LineState.choices)
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, blank=True, related_name="reconciled")
    refund = models.ForeignKey(Refund, models.PROTECT, null=True, blank=True, related_name="reconciled")
    gateway_ref = models.CharField(max_length=100, blank=True)
    gateway_charge_ref = models.CharField(max_length=100, blank=True)
    gateway_refund_ref = models.CharField(max_length=100, blank=True)
    currency = models.CharField(max_length=3)
    theirs_minor = models.BigIntegerField("at the gateway", null=True, blank=True)
    ours_minor = models.BigIntegerField("here", null=True, blank=True)
    fee_minor = models.BigIntegerField("the gateway's fee", default=0)
    # A gateway may settle in the currency of our bank, and takes its fee in that.
    fee_currency = models.CharField(max_length=3)
    note = models.CharField(max_length=300, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    resolution = models.CharField(max_length=500, blank=True)

    objects: ClassVar = ReconciliationLineQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        ordering: ClassVar = ["id"]
        default_permissions = ("view",)
        permissions: ClassVar = [("resolve_reconciliationline", "Can say how a difference was dealt with")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "key"], name="reconciliation_line_is_there_once"),
            models.CheckConstraint(name="reconciliation_line_state_is_known", condition=Q(state__in=LineState.values)),
            models.UniqueConstraint(
                fields=["payment"],
                name="capture_is_found_once",
                condition=Q(refund=None, gateway_refund_ref="", state__in=sorted(FOUND)),
            ),
            models.UniqueConstraint(
                fields=["refund"],
                name="refund_is_found_once",
                condition=Q(refund__isnull=False, state__in=sorted(FOUND)),
            ),
            models.CheckConstraint(
                name="reconciliation_line_agrees_where_it_says_so",
                condition=~Q(state__in=sorted(AGREED))
                | Q(payment__isnull=False, theirs_minor=F("ours_minor"), theirs_minor__isnull=False),
            ),
            models.CheckConstraint(
                name="reconciliation_line_is_resolved_by_somebody",
                condition=Q(resolved_at=None, resolved_by=None, resolution="")
                | Q(resolved_at__isnull=False, resolved_by__isnull=False) & ~Q(resolution=""),
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def theirs(self) -> Money | None:
        return None if self.theirs_minor is None else Money(self.theirs_minor, self.currency)

    @property
    def ours(self) -> Money | None:
        """In our currency, which is another one only where that is what differs."""
        currency = self.payment.currency if self.payment is not None else self.currency
        return None if self.ours_minor is None else Money(self.ours_minor, currency)

    @property
    def fee(self) -> Money:
        return Money(self.fee_minor, self.fee_currency)

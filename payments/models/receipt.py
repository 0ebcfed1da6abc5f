"""Receipts and their numbers, which have no holes."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from common.models.base import BaseModel
from payments.models.payment import Payment


class ReceiptYear(models.Model):
    """The last number of a year. Whoever issues a receipt holds this row, so two who do so at once queue."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.year)


class Receipt(BaseModel):
    """A payment's receipt, from when it was first asked for. Its number is given once and never taken back."""

    payment = models.OneToOneField(Payment, models.PROTECT, related_name="receipt")
    year = models.PositiveSmallIntegerField()
    nth = models.PositiveIntegerField()

    class Meta(BaseModel.Meta):
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["year", "nth"], name="receipt_number_is_of_one_payment"),
            models.CheckConstraint(name="receipts_are_counted_from_one", condition=Q(nth__gte=1)),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"R-{self.year}-{self.nth:06d}"

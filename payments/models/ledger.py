"""The ledger: journals of postings that sum to zero. Money is never changed here, only moved, and moved back."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from common.models.base import BaseModel
from common.money import Money


class LedgerAccount(BaseModel):
    """A place where money is: `gateway:stripe`, `revenue`, `credit:<user>`. One for each currency.

    Debits are positive, so what the platform owes has a negative balance. `floor` says how low the balance may fall
    where that matters: a customer's credit is a debt of ours that must not turn into a claim.
    """

    code = models.CharField(max_length=80)
    currency = models.CharField(max_length=3)
    # The most that the balance may be, in minor units, debit positive; empty where both signs are fine.
    ceiling_minor = models.BigIntegerField(null=True, blank=True)

    class Meta(BaseModel.Meta):
        ordering: ClassVar = ["code", "currency"]
        default_permissions = ("view",)
        permissions: ClassVar = [("export_ledgeraccount", "Can export the ledger as CSV")]
        verbose_name = "account"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "currency"], name="ledger_account_is_one_per_currency"),
            # What a posting's composite foreign key refers to: no posting is in another currency than its account.
            models.UniqueConstraint(fields=["id", "currency"], name="ledger_account_with_its_currency"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.currency}"


class Journal(BaseModel):
    """One movement of money, with the key of what caused it: the same cause is posted once."""

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=40)
    payable_type = models.CharField(max_length=20, blank=True)
    payable_id = models.UUIDField(null=True, blank=True)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversed_by")
    note = models.CharField(max_length=300, blank=True)

    class Meta(BaseModel.Meta):
        default_permissions = ("view",)
        indexes: ClassVar = [
            models.Index(
                fields=["payable_type", "payable_id"],
                name="journals_of_a_payable",
                condition=Q(payable_id__isnull=False),
            ),
            models.Index(fields=["created_at"], name="journals_by_day"),
        ]

    def __str__(self) -> str:
        return self.key


class Posting(BaseModel):
    journal = models.ForeignKey(Journal, models.PROTECT, related_name="postings")
    account = models.ForeignKey(LedgerAccount, models.PROTECT, related_name="postings")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField("amount, debit positive")

    class Meta(BaseModel.Meta):
        default_permissions = ("view",)
        constraints: ClassVar = [
            models.CheckConstraint(name="posting_moves_something", condition=~Q(amount_minor=0)),
            models.CheckConstraint(name="posting_is_in_a_currency", condition=Q(currency__regex=r"^[A-Z]{3}$")),
        ]
        indexes: ClassVar = [
            models.Index(F("account"), F("created_at"), name="postings_of_an_account", include=["amount_minor"]),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.currency}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

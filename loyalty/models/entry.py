"""Every change of a balance, written once and never again."""

from typing import Any, ClassVar, NewType, Self
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from common.models.base import BaseModel
from common.money import Money
from loyalty.enums import WITHIN_BALANCE, EntryKind, Reward
from loyalty.models.account import LoyaltyAccount

EntryId = NewType("EntryId", UUID)

LONGEST_KEY = 200
LONGEST_REASON = 200


class LoyaltyEntryQuerySet(models.QuerySet["LoyaltyEntry"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(account__user=user.pk) if user.is_authenticated else self.none()

    def redemptions_for(self, subject_id: UUID) -> Self:
        return self.filter(kind=EntryKind.REDEEM, subject_id=subject_id)


class LoyaltyEntry(BaseModel):
    """`source_key` names the cause (`booking:<id>`): one cause gives or takes once, however often it is told.

    `number` counts an account's entries and `balance_after` is what was left, so that a past balance can be read off.
    `subject_id` is what it is about on an upper floor, such as a booking. `reverses` is the entry that a reversal takes
    back, or the redemption that a restoration undoes.
    """

    account = models.ForeignKey(LoyaltyAccount, models.PROTECT, db_index=False, related_name="entries")
    kind = models.CharField(max_length=10, choices=EntryKind.choices)
    source_key = models.CharField(max_length=LONGEST_KEY)
    points = models.IntegerField()
    number = models.PositiveIntegerField()
    balance_after = models.IntegerField()
    reason = models.CharField(max_length=LONGEST_REASON)
    subject_id = models.UUIDField(null=True, blank=True)
    reverses = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="reversed_by")
    # When points that are given expire; empty for those that never do, and for what takes points away.
    expires_at = models.DateTimeField(null=True, blank=True)
    reward = models.CharField(max_length=14, choices=Reward.choices, blank=True)
    value_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)

    objects: ClassVar = LoyaltyEntryQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        ordering: ClassVar = ["account", "-number"]
        default_permissions = ("view",)
        verbose_name = "entry"
        verbose_name_plural = "entries of points"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "source_key"], name="loyalty_cause_counts_once"),
            models.UniqueConstraint(fields=["account", "number"], name="loyalty_entries_are_numbered"),
            models.CheckConstraint(
                name="loyalty_points_have_the_sign_of_their_kind",
                condition=Q(kind__in=[EntryKind.EARN, EntryKind.RESTORE], points__gt=0)
                | Q(kind__in=[EntryKind.REDEEM, EntryKind.REVERSE, EntryKind.EXPIRE], points__lt=0)
                | (Q(kind=EntryKind.ADJUST) & ~Q(points=0)),
            ),
            models.CheckConstraint(
                name="loyalty_only_a_reversal_takes_more_than_there_is",
                condition=~Q(kind__in=sorted(WITHIN_BALANCE)) | Q(points__gt=0) | Q(balance_after__gte=0),
            ),
            models.CheckConstraint(
                name="loyalty_reversals_name_what_they_undo",
                condition=Q(kind__in=[EntryKind.REVERSE, EntryKind.RESTORE]) ^ Q(reverses__isnull=True),
            ),
            models.CheckConstraint(
                name="loyalty_redemptions_have_a_worth",
                condition=Q(kind=EntryKind.REDEEM, value_minor__gt=0, currency__regex=r"^[A-Z]{3}$", reward__gt="")
                | (~Q(kind=EntryKind.REDEEM) & Q(value_minor__isnull=True, currency="", reward="")),
            ),
            # A redemption comes back once.
            models.UniqueConstraint(
                fields=["reverses"], name="loyalty_restored_once", condition=Q(kind=EntryKind.RESTORE)
            ),
        ]
        indexes: ClassVar = [
            models.Index(F("subject_id"), name="loyalty_entries_of_a_subject", condition=Q(subject_id__isnull=False)),
            models.Index(F("created_at"), name="loyalty_entries_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.points:+d} points"

    @property
    def value(self) -> Money | None:
        return None if self.value_minor is None else Money(self.value_minor, self.currency)

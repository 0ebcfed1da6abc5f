"""Points that came together and expire together, and what became of them."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from common.models.base import BaseModel
from loyalty.models.account import LoyaltyAccount
from loyalty.models.entry import LoyaltyEntry
from loyalty.points import Lot


class PointsLotQuerySet(models.QuerySet["PointsLot"]):
    def with_points(self) -> Self:
        return self.filter(remaining__gt=0)

    def due(self) -> Self:
        """Past their time, with points in them."""
        return self.with_points().filter(expires_at__lte=Now())


class PointsLot(BaseModel):
    """All lots of an account together hold its balance; none of them holds anything while the balance is negative."""

    entry = models.OneToOneField(LoyaltyEntry, models.PROTECT, related_name="lot")
    account = models.ForeignKey(LoyaltyAccount, models.PROTECT, db_index=False, related_name="lots")
    points = models.PositiveIntegerField()
    remaining = models.PositiveIntegerField()
    expires_at = models.DateTimeField(null=True, blank=True)
    noticed_at = models.DateTimeField("the owner was told that they expire", null=True, blank=True)

    objects: ClassVar = PointsLotQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        ordering: ClassVar = ["expires_at", "id"]
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(name="points_lot_holds_something", condition=Q(points__gte=1)),
            models.CheckConstraint(
                name="points_lot_holds_no_more_than_came",
                condition=Q(remaining__gte=0, remaining__lte=F("points")),
            ),
        ]
        indexes: ClassVar = [
            models.Index(F("account"), F("expires_at"), name="points_lots_to_draw_on", condition=Q(remaining__gt=0)),
            models.Index(F("expires_at"), name="points_lots_by_expiry", condition=Q(remaining__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.remaining} of {self.points} points"

    @property
    def drawable(self) -> Lot:
        return Lot(self.id, self.remaining, self.expires_at)


class LotMove(BaseModel):
    """What one entry put into a lot or took out of it, so that what was taken goes back to where it came from."""

    lot = models.ForeignKey(PointsLot, models.PROTECT, related_name="moves")
    entry = models.ForeignKey(LoyaltyEntry, models.PROTECT, db_index=False, related_name="moves")
    points = models.IntegerField()

    class Meta(BaseModel.Meta):
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["entry", "lot"], name="one_move_per_entry_and_lot"),
            models.CheckConstraint(name="lot_move_moves_something", condition=~Q(points=0)),
        ]

    def __str__(self) -> str:
        return f"{self.points:+d} points"

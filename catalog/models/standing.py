"""How a specialist has done so far: how often each number of stars was given, and how requests are answered."""

from dataclasses import dataclass
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from catalog.models.specialist import Specialist

# Below this a share says more about chance than about somebody's habits.
FEWEST_REQUESTS = 5


@dataclass(frozen=True, slots=True)
class Answering:
    """Of the last requests. `minutes` is how long half of the answers took at most; None while there were none."""

    requests: int
    answered: int
    minutes: int | None


class Standing(models.Model):
    """Stars are written by the triggers of reviews alone; answers by whoever knows of requests, an upper floor.

    The row comes with the first review or answer. The sum and the count of all stars are columns of the specialist,
    which the same triggers keep, so that lists need no join.
    """

    specialist = models.OneToOneField(Specialist, models.CASCADE, primary_key=True, related_name="standing")
    one_star = models.PositiveIntegerField(default=0, db_default=0)
    two_stars = models.PositiveIntegerField(default=0, db_default=0)
    three_stars = models.PositiveIntegerField(default=0, db_default=0)
    four_stars = models.PositiveIntegerField(default=0, db_default=0)
    five_stars = models.PositiveIntegerField(default=0, db_default=0)
    # Of the last requests: how many there were, how many were answered in time, and how long that usually took.
    requests = models.PositiveIntegerField(default=0, db_default=0)
    requests_answered = models.PositiveIntegerField(default=0, db_default=0)
    answer_minutes = models.PositiveIntegerField(null=True)

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(
                name="standing_answers_are_to_requests", condition=Q(requests_answered__lte=F("requests"))
            ),
            models.CheckConstraint(
                name="standing_knows_how_long_answers_took",
                condition=Q(requests_answered=0, answer_minutes=None)
                | Q(requests_answered__gte=1, answer_minutes__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Standing of {self.specialist_id}"

    @property
    def stars(self) -> dict[int, int]:
        """How many reviews gave so many stars."""
        return {
            1: self.one_star,
            2: self.two_stars,
            3: self.three_stars,
            4: self.four_stars,
            5: self.five_stars,
        }

    @property
    def answered_percent(self) -> int | None:
        if self.requests < FEWEST_REQUESTS:
            return None
        return self.requests_answered * 100 // self.requests

"""The tiers of loyalty: what lifetime points make of somebody, and what each is good for.

A benefit is what the platform keeps by itself: longer-lived points and higher request limits. Points keep the life
that they were earned with, so a tier that is lost again takes nothing back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Tier(StrEnum):
    BRONZE = "bronze"
    SILVER = "silver"
    GOLD = "gold"
    PLATINUM = "platinum"


@dataclass(frozen=True, slots=True)
class Benefits:
    """`extra_months` that points live; None: they live for ever."""

    extra_months: int | None = 0
    is_premium: bool = False

    def sentences(self) -> list[str]:
        told = []
        if self.extra_months is None:
            told.append("Points never expire")
        elif self.extra_months:
            told.append(f"Points stay valid {self.extra_months} months longer")
        if self.is_premium:
            told.append("Premium request limits")
        return told


BENEFITS: Mapping[Tier, Benefits] = {
    Tier.BRONZE: Benefits(),
    Tier.SILVER: Benefits(extra_months=6),
    Tier.GOLD: Benefits(extra_months=12, is_premium=True),
    Tier.PLATINUM: Benefits(extra_months=None, is_premium=True),
}


@dataclass(frozen=True, slots=True)
class Ladder:
    """From how many lifetime points on each tier begins. Bronze is everybody's."""

    silver: int
    gold: int
    platinum: int

    def steps(self) -> list[tuple[Tier, int]]:
        return [(Tier.BRONZE, 0), (Tier.SILVER, self.silver), (Tier.GOLD, self.gold), (Tier.PLATINUM, self.platinum)]

    def tier(self, lifetime_points: int) -> Tier:
        """The highest tier whose first point is reached."""
        return [tier for tier, first in self.steps() if first <= max(lifetime_points, 0)][-1]

    def next_step(self, lifetime_points: int) -> tuple[Tier, int] | None:
        """The next tier and the points that are missing; None at the top."""
        above = [(tier, first - lifetime_points) for tier, first in self.steps() if first > max(lifetime_points, 0)]
        return above[0] if above else None

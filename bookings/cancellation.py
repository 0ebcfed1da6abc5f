"""Who may still cancel, and what it costs. Each booking carries the policy that was in force when it was made.

The first rule that applies decides:

1. After the start only staff and the platform itself cancel.
2. What a specialist, a partner, staff or the platform cancels costs the customer nothing.
3. A booking that was never paid costs nothing.
4. It is free for some minutes after booking, and until the deadline; both last moments are still free.
5. After that the fee is a share of the total, rounded half-up, but no less than the deposit.

Staff may decide otherwise for one booking (`DECIDED`), and say why.

A deadline in hours counts elapsed time; one in days keeps the time of day, whatever clocks do in between.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from bookings.enums import Role
from bookings.pricing import BASIS
from common.money import Money
from common.walltime import wall_days_before

VERSION = 1
AFTER_THE_START = frozenset({Role.STAFF, Role.SYSTEM})


class Rule(StrEnum):
    """Which rule decided. The words are part of what is kept and shown."""

    STARTED = "after_start"
    NOT_THE_CUSTOMER = "not_by_customer"
    UNPAID = "unpaid"
    JUST_BOOKED = "just_booked"
    IN_TIME = "before_deadline"
    LATE = "after_deadline"
    DECIDED = "decided_by_staff"


@dataclass(frozen=True, slots=True)
class Policy:
    """Exactly one of the two deadlines is given."""

    free_minutes: int
    fee_basis_points: int
    deadline_hours: int | None = None
    deadline_days: int | None = None

    def as_json(self) -> dict[str, Any]:
        deadline = (
            {"deadline_hours": self.deadline_hours}
            if self.deadline_days is None
            else {"deadline_days": self.deadline_days}
        )
        return {
            "version": VERSION,
            "free_minutes": self.free_minutes,
            "fee_basis_points": self.fee_basis_points,
            **deadline,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Policy":
        return cls(
            kept["free_minutes"], kept["fee_basis_points"], kept.get("deadline_hours"), kept.get("deadline_days")
        )

    def deadline(self, starts_at: datetime, zone: ZoneInfo) -> datetime:
        if self.deadline_days is not None:
            return wall_days_before(starts_at, self.deadline_days, zone)
        return starts_at - timedelta(hours=self.deadline_hours or 0)


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a booking says about itself, as far as cancelling asks."""

    policy: Policy
    booked_at: datetime
    starts_at: datetime
    zone: ZoneInfo
    total: Money
    deposit: Money
    is_unpaid_hold: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    is_allowed: bool
    fee: Money
    rule: Rule


def decide(agreed: Agreed, *, by: Role, now: datetime) -> Decision:
    rule = _rule(agreed, by, now)
    if rule is Rule.LATE:
        return Decision(True, _fee(agreed), rule)
    return Decision(rule is not Rule.STARTED, Money.zero(agreed.total.currency), rule)


def _rule(agreed: Agreed, by: Role, now: datetime) -> Rule:
    if now >= agreed.starts_at and by not in AFTER_THE_START:
        return Rule.STARTED
    if by is not Role.CUSTOMER:
        return Rule.NOT_THE_CUSTOMER
    if agreed.is_unpaid_hold:
        return Rule.UNPAID
    if now <= agreed.booked_at + timedelta(minutes=agreed.policy.free_minutes):
        return Rule.JUST_BOOKED
    return Rule.IN_TIME if now <= agreed.policy.deadline(agreed.starts_at, agreed.zone) else Rule.LATE


def _fee(agreed: Agreed) -> Money:
    share = agreed.total.times(Fraction(agreed.policy.fee_basis_points, BASIS))
    return min(max(share, agreed.deposit), agreed.total)

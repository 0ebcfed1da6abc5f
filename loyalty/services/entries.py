"""The single writer of points: an account with its row locked, an entry, and what the entry does to the lots.

1. The account's row is locked first, so of two who spend the same points the second sees what the first left.
2. A cause that was written before is answered with its entry.
3. What all lots hold is the balance, or nothing while the balance is negative.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group
from django.db import connection

from accounts.enums import Role
from accounts.models import User
from accounts.services import join
from common.events import publish
from loyalty.enums import EntryKind
from loyalty.errors import LoyaltyMisuse
from loyalty.models import LotMove, LoyaltyAccount, LoyaltyEntry, PointsLot
from loyalty.selectors import ladder
from loyalty.tiers import BENEFITS

EVENTS: Mapping[EntryKind, str] = {
    EntryKind.EARN: "points.earned",
    EntryKind.REDEEM: "points.redeemed",
    EntryKind.REVERSE: "points.reversed",
    EntryKind.EXPIRE: "points.expired",
    EntryKind.RESTORE: "points.restored",
    EntryKind.ADJUST: "points.adjusted",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an entry says. `lifetime` and `spent` are added to the account's figures of those names."""

    kind: EntryKind
    points: int
    source_key: str
    reason: str
    lifetime: int = 0
    spent: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict)


def locked_account(user: User) -> LoyaltyAccount:
    """The account of the person, made if they had none, locked until the transaction ends."""
    if not connection.in_atomic_block:
        raise LoyaltyMisuse("Points change in the transaction of what changes them.")
    locked = LoyaltyAccount.objects.select_for_update(no_key=True)
    account = locked.filter(user=user).first()
    if account is None:
        LoyaltyAccount.objects.bulk_create([LoyaltyAccount(user=user)], ignore_conflicts=True)
        account = locked.get(user=user)
    return account


def written_before(account: LoyaltyAccount, kind: EntryKind, source_key: str) -> LoyaltyEntry | None:
    """The entry of this cause. That a cause concerns two people is a mistake of ours that must not pass in silence."""
    entry: LoyaltyEntry | None = LoyaltyEntry.objects.filter(kind=kind, source_key=source_key).first()
    if entry is not None and entry.account_id != account.pk:
        raise LoyaltyMisuse(f"{source_key} gave somebody else points before.")
    return entry


def write(account: LoyaltyAccount, change: Change) -> LoyaltyEntry:
    """Adds the entry and brings the account up to it; the lots are the caller's to move."""
    account.balance += change.points
    account.lifetime_points += change.lifetime
    account.spent_points += change.spent
    account.entries_count += 1
    account.save(update_fields=["balance", "lifetime_points", "spent_points", "entries_count"])
    entry = LoyaltyEntry.objects.create(
        account=account,
        kind=change.kind,
        source_key=change.source_key,
        points=change.points,
        number=account.entries_count,
        balance_after=account.balance,
        reason=change.reason,
        **change.facts,
    )
    publish(
        EVENTS[change.kind],
        entry.pk,
        {"user_id": account.user_id, "points": change.points, "balance": account.balance},
    )
    return entry


def open_lot(entry: LoyaltyEntry, *, owed_before: int, expires_at: datetime | None) -> PointsLot:
    """A lot for the points that came; what was owed is paid of them first."""
    remaining = entry.points - min(owed_before, entry.points)
    lot = PointsLot.objects.create(
        entry=entry, account=entry.account, points=entry.points, remaining=remaining, expires_at=expires_at
    )
    if remaining:
        LotMove.objects.create(lot=lot, entry=entry, points=remaining)
    return lot


def lots_with_points(account: LoyaltyAccount) -> list[PointsLot]:
    """Needs no lock of its own: whoever moves lots holds the account's."""
    return list(PointsLot.objects.filter(account=account).with_points())


def move_lots(entry: LoyaltyEntry, lots: Iterable[PointsLot], shares: Sequence[tuple[UUID, int]], sign: int) -> None:
    """Takes the shares out of their lots (-1) or puts them back (+1), and remembers it."""
    if not shares:
        return
    by_id = {lot.pk: lot for lot in lots}
    for lot_id, points in shares:
        by_id[lot_id].remaining += sign * points
    PointsLot.objects.bulk_update([by_id[lot_id] for lot_id, _ in shares], ["remaining"])
    LotMove.objects.bulk_create(
        LotMove(lot=by_id[lot_id], entry=entry, points=sign * points) for lot_id, points in shares
    )


def follow_tier(account: LoyaltyAccount, user: User) -> None:
    """Makes somebody premium who has come to such a tier, and takes back only what was given here."""
    deserves = BENEFITS[ladder().tier(account.lifetime_points)].is_premium
    if deserves == account.gave_premium or (deserves and Role.PREMIUM in user.group_names):
        return
    if deserves:
        join(user, Role.PREMIUM)
    else:
        user.groups.remove(*Group.objects.filter(name=Role.PREMIUM.value))
    account.gave_premium = deserves
    account.save(update_fields=["gave_premium"])

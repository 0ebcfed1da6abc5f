"""What staff add to a balance or take from it."""

from uuid import UUID

from django.db import transaction

from accounts.models import User
from common import audit
from loyalty.enums import EntryKind
from loyalty.errors import CannotRedeem, NotEnoughPoints
from loyalty.models import LoyaltyAccount, LoyaltyEntry
from loyalty.points import drawn
from loyalty.selectors import expiry_for
from loyalty.services.entries import (
    Change,
    locked_account,
    lots_with_points,
    move_lots,
    open_lot,
    write,
    written_before,
)

SEEN_REASON = "Adjusted by our team"


@transaction.atomic
def adjust_points(user: User, points: int, *, key: UUID, actor: User, reason: str) -> LoyaltyEntry:
    """Adds or takes points, once for each `key`; the reason is the audit log's, the customer reads that staff did it.

    They count towards no tier, expire as points do that are earned today, and never make a balance negative.
    """
    if points == 0:
        raise CannotRedeem.of("points", "Say how many.", "NOTHING")
    with audit.acting(actor, reason=reason):
        account = locked_account(user)
        before = written_before(account, EntryKind.ADJUST, f"staff:{key}")
        if before is not None:
            return before
        if points < 0 and account.balance + points < 0:
            raise NotEnoughPoints.of("points", f"There are {account.balance} points to take from.", "NOT_ENOUGH_POINTS")
        return _given(account, points, key) if points > 0 else _taken(account, points, key)


def _given(account: LoyaltyAccount, points: int, key: UUID) -> LoyaltyEntry:
    owed, expires_at = account.owed, expiry_for(account)
    entry = write(account, _change(points, key, {"expires_at": expires_at}))
    open_lot(entry, owed_before=owed, expires_at=expires_at)
    return entry


def _taken(account: LoyaltyAccount, points: int, key: UUID) -> LoyaltyEntry:
    lots = lots_with_points(account)
    entry = write(account, _change(points, key, {}))
    move_lots(entry, lots, drawn([lot.drawable for lot in lots], -points), -1)
    return entry


def _change(points: int, key: UUID, facts: dict[str, object]) -> Change:
    return Change(kind=EntryKind.ADJUST, points=points, source_key=f"staff:{key}", reason=SEEN_REASON, facts=facts)

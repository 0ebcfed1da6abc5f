"""Giving points, and what refunds take back of them."""

from fractions import Fraction
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from accounts.models import User
from loyalty.enums import EntryKind
from loyalty.errors import LoyaltyMisuse
from loyalty.models import LoyaltyEntry
from loyalty.points import drawn, to_take_back
from loyalty.selectors import expiry_for
from loyalty.services.entries import (
    Change,
    follow_tier,
    locked_account,
    lots_with_points,
    move_lots,
    open_lot,
    write,
    written_before,
)


@transaction.atomic
def earn_points(
    user: User, points: int, *, source_key: str, reason: str, subject_id: UUID | None = None
) -> LoyaltyEntry | None:
    """Gives points for a cause, once; None if it is worth none."""
    if points < 0:
        raise LoyaltyMisuse("Nobody earns less than nothing.")
    if points == 0:
        return None
    account = locked_account(user)
    before = written_before(account, EntryKind.EARN, source_key)
    if before is not None:
        return before
    owed, expires_at = account.owed, expiry_for(account)
    entry = write(
        account,
        Change(
            kind=EntryKind.EARN,
            points=points,
            source_key=source_key,
            reason=reason,
            lifetime=points,
            facts={"subject_id": subject_id, "expires_at": expires_at},
        ),
    )
    open_lot(entry, owed_before=owed, expires_at=expires_at)
    follow_tier(account, user)
    return entry


@transaction.atomic
def reverse_points(
    user: User, *, earned_by: str, refunded: Fraction, source_key: str, reason: str
) -> LoyaltyEntry | None:
    """Takes back what `earned_by` gave, as far as its price was refunded; None if that makes no whole point.

    `refunded` is the share of the price that went back so far, this refund included, so that refunds of any sizes end
    at nothing left. The points of that very cause go first and then others; what was spent already is owed.
    """
    earned = LoyaltyEntry.objects.filter(account__user=user, kind=EntryKind.EARN, source_key=earned_by).first()
    if earned is None:
        return None
    account = locked_account(user)
    before = written_before(account, EntryKind.REVERSE, source_key)
    if before is not None:
        return before
    already = -(earned.reversed_by.aggregate(total=Sum("points"))["total"] or 0)
    points = to_take_back(earned.points, refunded, already)
    if not points:
        return None
    lots = lots_with_points(account)
    own = next((lot.pk for lot in lots if lot.entry_id == earned.pk), None)
    entry = write(
        account,
        Change(
            kind=EntryKind.REVERSE,
            points=-points,
            source_key=source_key,
            reason=reason,
            lifetime=-points,
            facts={"subject_id": earned.subject_id, "reverses": earned},
        ),
    )
    move_lots(entry, lots, drawn([lot.drawable for lot in lots], points, first=own), -1)
    follow_tier(account, user)
    return entry

"""Using points, and giving them back when what they were used on comes to nothing."""

from uuid import UUID

from django.db import transaction

from accounts.models import User
from common.errors import NotFound
from common.ids import new_id
from common.money import Money
from loyalty.enums import EntryKind, Reward
from loyalty.errors import CannotRedeem, LoyaltyMisuse, NotEnoughPoints
from loyalty.models import LoyaltyAccount, LoyaltyEntry, PointsLot
from loyalty.points import Lot, drawn, most_points_for, put_back
from loyalty.selectors import worth
from loyalty.services.entries import Change, locked_account, lots_with_points, move_lots, write, written_before
from loyalty.services.expiring import expire_due
from loyalty.targets import BOOKING, target_named
from payments.ledger import Credit, Debit, post

# What the platform gives away for points.
LEDGER_ACCOUNT = "loyalty"


@transaction.atomic
def redeem_points(
    user: User, points: int, *, source_key: str, reward: Reward, reason: str, subject_id: UUID | None = None
) -> LoyaltyEntry:
    """Takes the points that expire soonest, once for each cause; refuses more than there are.

    An account that owes points has none to redeem. What they are worth now is written down with them.
    """
    if points < 1:
        raise LoyaltyMisuse("Redeeming takes points.")
    account = locked_account(user)
    before = written_before(account, EntryKind.REDEEM, source_key)
    if before is not None:
        return before
    expire_due(account)
    if points > account.balance:
        message = f"You have {max(account.balance, 0)} points to use."
        raise NotEnoughPoints.of("points", message, "NOT_ENOUGH_POINTS")
    value = _value_of(points)
    lots = lots_with_points(account)
    entry = write(
        account,
        Change(
            kind=EntryKind.REDEEM,
            points=-points,
            source_key=source_key,
            reason=reason,
            spent=points,
            facts={
                "subject_id": subject_id,
                "reward": reward,
                "value_minor": value.minor,
                "currency": value.currency,
            },
        ),
    )
    move_lots(entry, lots, drawn([lot.drawable for lot in lots], points), -1)
    return entry


@transaction.atomic
def redeem_for_credit(user: User, points: int) -> LoyaltyEntry:
    """Turns points into money that the customer can pay with: what the ledger owes them grows by it."""
    entry = redeem_points(
        user,
        points,
        source_key=f"credit:{new_id()}",
        reward=Reward.SERVICE_CREDIT,
        reason="Turned into credit",
    )
    value = _value_of(points)
    post(
        "points_redeemed",
        key=f"points:{entry.pk}",
        moves=[Debit(LEDGER_ACCOUNT, value), Credit(f"credit:{user.pk}", value)],
    )
    return entry


@transaction.atomic
def redeem_for_booking(user: User, points: int, *, booking_id: UUID) -> LoyaltyEntry:
    """Takes the points' worth off what is due for a booking, never more than that."""
    target = target_named(BOOKING)
    if target is None:
        message = "Points cannot be used on bookings here; turn them into credit."
        raise CannotRedeem.of("reward_type", message, "NOT_OFFERED")
    due = target.due(booking_id, user.pk)
    if due is None:
        raise NotFound
    entry = redeem_on(user, points, due=due, subject_id=booking_id)
    target.take_off(booking_id, entry)
    return entry


@transaction.atomic
def redeem_on(user: User, points: int, *, due: Money, subject_id: UUID, cause: str = "discount") -> LoyaltyEntry:
    """Takes points for something on which `due` may be paid by them; whoever calls has locked it, and takes it off.

    `cause` begins the entry's source key and tells by which way they were asked for.
    """
    value = _value_of(points)
    if value.currency != due.currency:
        raise CannotRedeem.of("booking_id", f"Points take something off prices in {value.currency}.", "CURRENCY")
    if value > due:
        most = most_points_for(due, worth(1).minor)
        raise CannotRedeem.of("points", f"At most {most} points can be used on this booking.", "POINTS_EXCEED_DUE")
    return redeem_points(
        user,
        points,
        source_key=f"{cause}:{new_id()}",
        reward=Reward.DISCOUNT,
        reason="Used on a booking",
        subject_id=subject_id,
    )


@transaction.atomic
def restore_points(user: User, *, subject_id: UUID, reason: str) -> list[LoyaltyEntry]:
    """Gives back, once, everything that was redeemed on the subject, with the life that the points had.

    Most bookings take no points: for them it costs one query and makes no account.
    """
    redeemed = LoyaltyEntry.objects.redemptions_for(subject_id).filter(account__user=user, reversed_by=None)
    if not redeemed.exists():
        return []
    account = locked_account(user)
    return [_restored(account, entry, reason) for entry in redeemed.order_by("number")]


def _restored(account: LoyaltyAccount, redeemed: LoyaltyEntry, reason: str) -> LoyaltyEntry:
    points, owed = -redeemed.points, account.owed
    taken = {move.lot_id: -move.points for move in redeemed.moves.all()}
    lots = list(PointsLot.objects.filter(pk__in=taken))
    entry = write(
        account,
        Change(
            kind=EntryKind.RESTORE,
            points=points,
            source_key=f"redemption:{redeemed.pk}",
            reason=reason,
            spent=-points,
            facts={"subject_id": redeemed.subject_id, "reverses": redeemed},
        ),
    )
    back = [Lot(lot.pk, taken[lot.pk], lot.expires_at) for lot in lots]
    move_lots(entry, lots, put_back(back, points - min(owed, points)), 1)
    return entry


def _value_of(points: int) -> Money:
    value = worth(points)
    if not value:
        raise CannotRedeem.of("points", "Points are worth nothing at present.", "WORTHLESS")
    return value

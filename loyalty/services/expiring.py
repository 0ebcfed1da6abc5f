"""Points end at midnight of the business zone, those that came first before others, and not without notice."""

from collections import defaultdict
from datetime import timedelta
from uuid import UUID

from django.db import models, transaction
from django.db.models.functions import Now

from common import clock
from common.platform import platform_settings
from loyalty.enums import EntryKind
from loyalty.models import LoyaltyAccount, PointsLot
from loyalty.services.entries import Change, move_lots, write
from notifications.services import notify

BATCH = 200


def expire_points() -> int:
    """Ends what is due, account by account; returns how many. What another worker has locked is left to it."""
    ended = 0
    while accounts := _accounts_due():
        before = ended
        ended += sum(_expire_account(account_id) for account_id in accounts)
        if ended == before:
            break
    return ended


def expire_due(account: LoyaltyAccount) -> int:
    """Ends what is due on an account that is locked: one entry for each lot."""
    due = list(PointsLot.objects.filter(account=account).due().order_by("expires_at", "id"))
    for lot in due:
        entry = write(
            account,
            Change(
                kind=EntryKind.EXPIRE,
                points=-lot.remaining,
                # Points that come back to a lot after its end expire anew.
                source_key=f"lot:{lot.pk}:{account.entries_count + 1}",
                reason="Expired",
            ),
        )
        move_lots(entry, [lot], [(lot.pk, lot.remaining)], -1)
    return len(due)


def announce_expiry() -> int:
    """Tells everybody once of points that end soon; returns how many people."""
    told = 0
    while accounts := _accounts_to_tell():
        for account_id in accounts:
            told += _tell(account_id)
    return told


@transaction.atomic
def _expire_account(account_id: UUID) -> int:
    free = LoyaltyAccount.objects.select_for_update(no_key=True, skip_locked=True)
    account = free.filter(pk=account_id).first()
    return 0 if account is None else expire_due(account)


def _accounts_due() -> list[UUID]:
    return list(PointsLot.objects.due().order_by().values_list("account_id", flat=True).distinct()[:BATCH])


def _accounts_to_tell() -> list[UUID]:
    return list(_to_tell().order_by().values_list("account_id", flat=True).distinct()[:BATCH])


@transaction.atomic
def _tell(account_id: UUID) -> int:
    """One message for each midnight at which something of this account ends."""
    account = LoyaltyAccount.objects.select_related("user").get(pk=account_id)
    ending: defaultdict[object, list[PointsLot]] = defaultdict(list)
    for lot in _to_tell().filter(account=account).select_for_update(of=("self",), no_key=True):
        ending[lot.expires_at].append(lot)
    for at, lots in ending.items():
        PointsLot.objects.filter(pk__in=[lot.pk for lot in lots]).update(noticed_at=Now())
        notify(
            account.user,
            "points_expiring",
            {"points": sum(lot.remaining for lot in lots), "at": at},
            event_key=f"points.expiring:{account.pk}:{at}",
        )
    return int(bool(ending))


def _to_tell() -> models.QuerySet[PointsLot]:
    until = clock.now() + timedelta(days=platform_settings().points_notice_days)
    found: models.QuerySet[PointsLot] = PointsLot.objects.with_points().filter(
        expires_at__gt=clock.now(), expires_at__lte=until, noticed_at=None
    )
    return found

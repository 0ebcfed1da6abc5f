"""Forgets what nobody needs any more."""

from datetime import datetime, timedelta
from uuid import UUID

from common import clock
from common.ids import first_id_of
from notifications.enums import OPEN_STATES
from notifications.models import Delivery, OutgoingMessage

# Long enough to answer "did you ever get our mail?".
DELIVERIES_KEPT = timedelta(days=90)
# While staff can still send it again.
CONTENT_KEPT = timedelta(days=14)
BATCH = 5_000


def purge() -> int:
    """Deletes old deliveries and outgoing messages, and the content of deliveries that failed long ago."""
    now = clock.now()
    stale = first_id_of(now - CONTENT_KEPT)
    Delivery.objects.missed().filter(pk__lt=stale, sealed__isnull=False).update(sealed=None)
    OutgoingMessage.objects.filter(pk__lt=stale).delete()
    total = 0
    while old := _old_deliveries(now - DELIVERIES_KEPT):
        total += Delivery.objects.filter(pk__in=old).delete()[0]
    return total


def _old_deliveries(before: datetime) -> list[UUID]:
    finished = Delivery.objects.exclude(state__in=OPEN_STATES)
    return list(finished.filter(pk__lt=first_id_of(before)).order_by("pk").values_list("pk", flat=True)[:BATCH])

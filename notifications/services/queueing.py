"""Writes deliveries down and nudges the workers: what both a notice and a code to a stranger's number go through."""

from collections.abc import Iterable
from datetime import datetime

from common import clock
from common.queue import enqueue
from notifications.models import Delivery

SEND_TASK = "notifications.send_due"


def queue(deliveries: Iterable[Delivery]) -> None:
    """Those that exist already stay as they are: an event that is told twice is delivered once."""
    rows = list(deliveries)
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    now = clock.now()
    for channel in sorted({row.channel for row in rows if not _is_later(row, now)}):
        enqueue(SEND_TASK, channel)


def _is_later(row: Delivery, now: datetime) -> bool:
    # Until it is written, a delivery that is due at once holds an expression of the database's own clock.
    return isinstance(row.due_at, datetime) and row.due_at > now

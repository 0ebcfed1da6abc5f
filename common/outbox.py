"""Hands the outbox's events to their subscribers: at least once each, with exactly one effect in the database.

1. Claim a batch. The claim itself books the next try (`attempts`, `due_at`), so a worker that is killed at any
   moment leaves nothing to clean up, and an event that kills workers is given up like one that fails.
2. For each subscriber without a receipt: write the receipt and run the subscriber in one transaction. Whoever comes
   second (a worker that was thought dead) waits for that row, finds it handled and does nothing.
3. A subscriber that fails is rolled back alone; its failure is noted and the others go on.
4. Close what every subscriber has handled; give up what failed for the last time.

Events are taken in order of their time, but several workers run side by side and retries come later: a subscriber
reads the present state by id and does not rely on order.
"""

import logging
import time
import traceback
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from django.db import connection, transaction
from django.db.models.functions import Now

from common import clock
from common.context import current_request_id, set_request_id
from common.events import DELIVER_TASK, Event, Subscriber, subscribers_of, take_nudge
from common.ids import first_id_of, new_id
from common.models import OutboxEvent
from common.queue import enqueue

logger = logging.getLogger(__name__)

BATCH = 20
# 30 s, 1 min, 2 min … at most 1 h apart: about three hours in all before an event is given up.
MOST_ATTEMPTS = 10
# One run of the task leaves the worker to others after this long, and asks to be called again.
RUN_SECONDS = 20
KEPT_FOR = timedelta(days=14)
PURGE_BATCH = 5_000

# At most one of those that were tried before, so that one that kills its worker takes no fresh ones along.
CLAIM = """
WITH fresh AS (
    SELECT id FROM common_outboxevent
    WHERE delivered_at IS NULL AND dead_at IS NULL AND due_at <= statement_timestamp() AND attempts = 0
    ORDER BY due_at, id LIMIT %(batch)s FOR UPDATE SKIP LOCKED
), again AS (
    SELECT id FROM common_outboxevent
    WHERE delivered_at IS NULL AND dead_at IS NULL AND due_at <= statement_timestamp()
        AND attempts BETWEEN 1 AND %(most)s - 1
    ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
)
UPDATE common_outboxevent AS event
SET attempts = attempts + 1,
    due_at = statement_timestamp() + least(interval '1 hour', interval '30 seconds' * power(2, attempts))
FROM (SELECT id FROM fresh UNION ALL SELECT id FROM again) AS claimed
WHERE event.id = claimed.id
RETURNING event.*
"""

HANDLE = """
INSERT INTO common_eventreceipt (id, event_id, subscriber, handled_at, failures, last_error)
VALUES (%s, %s, %s, statement_timestamp(), 0, '')
ON CONFLICT (event_id, subscriber) DO UPDATE
SET handled_at = excluded.handled_at, updated_at = excluded.handled_at
WHERE common_eventreceipt.handled_at IS NULL
"""

FAIL = """
INSERT INTO common_eventreceipt (id, event_id, subscriber, failures, last_error)
VALUES (%s, %s, %s, 1, %s)
ON CONFLICT (event_id, subscriber) DO UPDATE
SET failures = common_eventreceipt.failures + 1, last_error = excluded.last_error,
    updated_at = statement_timestamp()
WHERE common_eventreceipt.handled_at IS NULL
"""

PURGE = """
WITH old AS (
    SELECT id FROM common_outboxevent
    WHERE id < %s AND delivered_at IS NOT NULL
    ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
), receipts AS (
    DELETE FROM common_eventreceipt WHERE event_id IN (SELECT id FROM old)
)
DELETE FROM common_outboxevent WHERE id IN (SELECT id FROM old)
"""


def deliver_due() -> int:
    """Delivers what is due and returns how many events that were. Any number of workers may run this at once."""
    take_nudge()
    total = 0
    until = time.monotonic() + RUN_SECONDS
    while batch := _claim():
        _close([event.pk for event in batch if _deliver(event)])
        total += len(batch)
        if time.monotonic() > until:
            enqueue(DELIVER_TASK)
            break
    return total


def sweep() -> int:
    """Delivers what a crash, a dead broker or a failure left behind, and gives up what died at its last try."""
    exhausted = OutboxEvent.objects.waiting().filter(attempts__gte=MOST_ATTEMPTS, due_at__lte=Now())
    for event in exhausted[:BATCH]:
        _give_up(event)
    return deliver_due()


def replay(event_id: UUID) -> bool:
    """Tries a dead event again, for those subscribers that have not handled it. False if it is not dead."""
    with transaction.atomic():
        revived = OutboxEvent.objects.dead().filter(pk=event_id).update(dead_at=None, attempts=0, due_at=Now())
        enqueue(DELIVER_TASK)
    return bool(revived)


def purge() -> int:
    """Forgets what was delivered long ago; waiting and dead events stay."""
    total: int = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(PURGE, [first_id_of(clock.now() - KEPT_FOR), PURGE_BATCH])
            total += cursor.rowcount
            if cursor.rowcount < PURGE_BATCH:
                return total


def _claim() -> list[OutboxEvent]:
    """Step 1. Fresh ones first, in order of their time."""
    claimed = OutboxEvent.objects.raw(CLAIM, {"batch": BATCH, "most": MOST_ATTEMPTS})
    return sorted(claimed, key=lambda event: (event.attempts, event.pk))


def _deliver(row: OutboxEvent) -> bool:
    """Steps 2 and 3 for one event; True if every subscriber has handled it."""
    before = current_request_id()
    set_request_id(row.request_id)
    try:
        event = Event(id=row.pk, name=row.name, subject=row.subject, data=row.data, at=row.created_at)
        known = subscribers_of(row.name)
        failed = [path for path in row.subscribers if not _hand_over(event, path, known.get(path))]
        if failed and row.attempts >= MOST_ATTEMPTS:
            _give_up(row)
        return not failed
    finally:
        set_request_id(before)


def _hand_over(event: Event, path: str, subscriber: Subscriber | None) -> bool:
    try:
        with transaction.atomic():
            _handle(event, path, subscriber)
    except Exception as error:
        logger.exception("a subscriber failed", extra={"event_id": str(event.id), "subscriber": path})
        _note_failure(event, path, error)
        return False
    return True


def _handle(event: Event, path: str, subscriber: Subscriber | None) -> None:
    if subscriber is None:
        # A worker of the release before does not know it yet; one of this release will take it at the next try.
        raise LookupError(f"Nothing is subscribed to {event.name} as {path}.")
    with connection.cursor() as cursor:
        cursor.execute(HANDLE, [new_id(), event.id, path])
        handled_before = cursor.rowcount == 0
    if not handled_before:
        subscriber(event)


def _note_failure(event: Event, path: str, error: Exception) -> None:
    with connection.cursor() as cursor:
        cursor.execute(FAIL, [new_id(), event.id, path, _kind_and_place(error)])


def _kind_and_place(error: Exception) -> str:
    """What failed and where. The message stays in the log: a database's message may quote a person's data."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {frame.name} ({Path(frame.filename).name}:{frame.lineno})"[:300]


def _close(delivered: Iterable[UUID]) -> None:
    """Step 4."""
    OutboxEvent.objects.waiting().filter(pk__in=list(delivered)).update(delivered_at=Now())


def _give_up(event: OutboxEvent) -> None:
    if OutboxEvent.objects.waiting().filter(pk=event.pk).update(dead_at=Now()):
        logger.error("an event is given up", extra={"event_id": str(event.pk), "event_name": event.name})

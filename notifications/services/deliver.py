"""Sends what is due: each message at most once per channel, none forgotten (E327). docs/notifications.md tells how.

1. Claim one delivery by a conditional update that also counts the try and sets a lease. It is committed before
   anything is sent, so no second worker can hold the same one, and no lock is held while a provider thinks.
2. Ask again: is it too late, is the person still there, do they still want it, is it night where they are?
3. Open the seal, write the text in the reader's language, send it to each of their addresses on this channel.
4. Settle by a second conditional update: sent, due again later, or missed, which opens the next channel.
5. The sweep finds leases that ran out (a killed worker): sent again where repeating does not show, else unknown.
"""

import time
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from common import audit, clock
from common.queue import enqueue
from notifications.enums import MISSED_STATES, DeliveryState, Urgency
from notifications.errors import NotToBeSentAgain
from notifications.models import Delivery
from notifications.services.attempt import Outcome, attempt, is_repeatable
from notifications.services.queueing import SEND_TASK
from notifications.services.settle import settle

# One run of the task leaves the worker to others after this long, and asks to be called again.
RUN_SECONDS = 20
BATCH = 100
# Longer than any provider is waited for, with all of a person's devices in a row.
LEASE = "5 minutes"

# The subquery is asked once, and the row it locks is the one that is updated.
CLAIM = f"""
UPDATE notifications_delivery
SET state = 'sending', attempts = attempts + 1, updated_at = statement_timestamp(),
    leased_until = statement_timestamp() + interval '{LEASE}'
WHERE id = (
    SELECT id FROM notifications_delivery
    WHERE channel = %s AND urgency = %s AND state = 'waiting' AND due_at <= statement_timestamp()
    ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
) AND state = 'waiting'
RETURNING *
"""  # noqa: S608 - a constant is put in


def deliver_due(channel: str) -> int:
    """Sends what is due on one channel, urgent first, and returns how many that were. Any number may run at once."""
    total = 0
    until = time.monotonic() + RUN_SECONDS
    while (delivery := _claim(channel)) is not None:
        settle(delivery, attempt(delivery))
        total += 1
        if time.monotonic() > until:
            enqueue(SEND_TASK, channel)
            break
    return total


def sweep() -> None:
    """Settles what killed workers left behind, and nudges for every channel that has something due."""
    _settle_abandoned()
    due = Delivery.objects.waiting().filter(due_at__lte=Now())
    for channel in due.order_by("channel").values_list("channel", flat=True).distinct():
        enqueue(SEND_TASK, channel)


@transaction.atomic
def retry_delivery(delivery: Delivery, *, actor: Any, reason: str) -> Delivery:
    """Sends a failed delivery again, from its first try. Raises NotToBeSentAgain unless it failed and can be."""
    locked = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if locked.state not in MISSED_STATES or locked.sealed is None:
        raise NotToBeSentAgain
    if locked.expires_at <= clock.now():
        raise NotToBeSentAgain("It is too late for this message.")
    locked.state, locked.attempts, locked.due_at = DeliveryState.WAITING, 0, clock.now()
    locked.save(update_fields=["state", "attempts", "due_at"])
    audit.record("sent again", locked, actor=actor, reason=reason)
    enqueue(SEND_TASK, locked.channel)
    return locked


def _claim(channel: str) -> Delivery | None:
    """Step 1. One statement per urgency, each served by the index; the ordinary message costs two."""
    for urgency in Urgency.values:
        for claimed in Delivery.objects.raw(CLAIM, [channel, urgency]):
            return claimed
    return None


def _settle_abandoned() -> None:
    """Step 5."""
    with transaction.atomic():
        stale = Delivery.objects.filter(state=DeliveryState.SENDING, leased_until__lt=Now())
        for delivery in stale.select_for_update(skip_locked=True)[:BATCH]:
            settle(delivery, _after_a_death(delivery))


def _after_a_death(delivery: Delivery) -> Outcome:
    state = DeliveryState.WAITING if is_repeatable(delivery) else DeliveryState.UNKNOWN
    return Outcome(state, "its worker died")

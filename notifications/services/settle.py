"""Writes down how a try went, and opens the next way to somebody whom this one did not reach."""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from common import clock
from common.ids import new_id
from notifications.catalogue import KINDS
from notifications.enums import CLOSED_STATES, MISSED_STATES, OPEN_STATES, Channel, DeliveryState
from notifications.models import Delivery, Device, UnreachableChannel
from notifications.models.deliveries import MAX_ERROR
from notifications.sealing import Unopenable, opened, seal
from notifications.selectors import address_hash, reach_of
from notifications.services.attempt import Outcome
from notifications.services.notify import first_fallback
from notifications.services.queueing import queue

logger = logging.getLogger(__name__)

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)


@transaction.atomic
def settle(delivery: Delivery, outcome: Outcome) -> bool:
    """Step 4. False if the lease ran out meanwhile and somebody else has settled it already."""
    facts: dict[str, object] = {
        "state": outcome.state,
        "last_error": outcome.error[:MAX_ERROR],
        "leased_until": None,
        "updated_at": Now(),
    }
    if outcome.state == DeliveryState.WAITING:
        facts |= _next_try(delivery, outcome)
    if outcome.state == DeliveryState.SENT:
        facts |= {"sent_at": Now(), "provider_id": outcome.provider_id}
    if outcome.state in CLOSED_STATES:
        facts["sealed"] = None
    claimed = Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.SENDING, attempts=delivery.attempts)
    if not claimed.update(**facts):
        return False
    for address in outcome.dead:
        _remember_dead(delivery, address, outcome.error)
    if outcome.retry_after:
        _hold_back_others(delivery, outcome.retry_after)
    if outcome.state in MISSED_STATES:
        logger.warning(
            "a message was not delivered",
            extra={"delivery": str(delivery.pk), "channel": delivery.channel, "why": outcome.error},
        )
        _fall_back(delivery)
    return True


def _next_try(delivery: Delivery, outcome: Outcome) -> dict[str, object]:
    if outcome.not_before is not None:
        return {"due_at": outcome.not_before, "attempts": F("attempts") - 1}
    if outcome.retry_after is not None:
        return {"due_at": Now() + timedelta(seconds=outcome.retry_after)}
    return {"due_at": Now() + min(FIRST_WAIT * 2 ** (delivery.attempts - 1), LONGEST_WAIT)}


def _remember_dead(delivery: Delivery, address: str, reason: str) -> None:
    if delivery.recipient_id is None:
        return
    if delivery.channel == Channel.PUSH:
        Device.objects.filter(user=delivery.recipient_id, token=address).delete()
        return
    UnreachableChannel.objects.update_or_create(
        user_id=delivery.recipient_id,
        channel=delivery.channel,
        defaults={"address_hash": address_hash(address), "reason": reason[:100]},
    )


def _hold_back_others(delivery: Delivery, seconds: int) -> None:
    """E312: what the provider asks for one chat holds for everything that waits for that chat, and for nobody else."""
    if delivery.recipient_id is None:
        return
    until = Now() + timedelta(seconds=seconds)
    same_chat = Delivery.objects.waiting().filter(recipient=delivery.recipient_id, channel=delivery.channel)
    same_chat.filter(due_at__lt=until).update(due_at=until)


def _fall_back(delivery: Delivery) -> None:
    """Takes the next way if no other one of this event is open or has reached the person (E311)."""
    kind = KINDS.get(delivery.kind)
    if kind is None or delivery.recipient is None or delivery.expires_at <= clock.now():
        return
    known = dict(
        Delivery.objects.filter(event_key=delivery.event_key, recipient=delivery.recipient_id).values_list(
            "channel", "state"
        )
    )
    if any(state in {*OPEN_STATES, DeliveryState.SENT} for state in known.values()):
        return
    for channel in first_fallback(kind, reach_of(delivery.recipient), but=known):
        _go_elsewhere(delivery, channel)


def _go_elsewhere(delivery: Delivery, channel: Channel) -> None:
    """The same message on another channel, sealed anew: a seal opens with its own row only."""
    try:
        content = opened(delivery.pk, bytes(delivery.sealed or b""))
    except Unopenable:
        return
    row = new_id()
    elsewhere = Delivery(
        id=row,
        event_key=delivery.event_key,
        recipient_id=delivery.recipient_id,
        channel=channel,
        kind=delivery.kind,
        urgency=delivery.urgency,
        expires_at=delivery.expires_at,
        sealed=seal(row, content),
    )
    queue([elsewhere])

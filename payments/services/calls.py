"""Calls that move money: written down and committed, made, and settled together with what they brought about.

1. The row stands before the call, with the key that goes along. Whoever repeats the call repeats the key, so the
   gateway moves nothing twice, however often a worker dies in between.
2. While a call is in the air nobody else makes it: for `LEASE`, which is longer than any gateway is waited for.
3. What comes back is recorded in the transaction that settles the row. Without an answer the outcome is unknown, and
   has a due time at which the sweep asks.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.db.models.functions import Now

from common import clock
from payments.enums import CallState, CallVerb
from payments.errors import UnderWay
from payments.gateways.base import Gateway, GatewayError, Refused, Unavailable
from payments.gateways.registry import gateway_of
from payments.models import GatewayCall, Payment, Refund

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
# Asked again so long after a silence.
PAUSE = timedelta(seconds=30)

T = TypeVar("T")


class CalledInTransaction(RuntimeError):
    """A gateway answers in seconds, and what it did cannot be rolled back."""


@dataclass(frozen=True, slots=True)
class Wanted:
    payment: Payment
    verb: CallVerb
    key: str
    refund: Refund | None = None


def make_call(wanted: Wanted, work: Callable[[Gateway, str], T], *, record: Callable[[T], Any]) -> T:
    """Makes the call under its key; `record` keeps its outcome, in the transaction that settles the call.

    Raises `UnderWay` while somebody else makes it, and what the gateway raised after that was noted.
    """
    gateway = outside_of_transactions(gateway_of(wanted.payment.gateway))
    call = _begun(wanted)
    try:
        answer = work(gateway, wanted.key)
    except GatewayError as error:
        _note_failure(call, error)
        raise
    with transaction.atomic():
        settle(call, CallState.DONE)
        record(answer)
    return answer


def outside_of_transactions(gateway: Gateway) -> Gateway:
    """The gateway, if it may be talked to now."""
    try:
        # Begins and ends nothing; refused within a transaction, other than that of a test.
        with transaction.atomic(durable=True):
            return gateway
    except RuntimeError as error:
        raise CalledInTransaction(f"{gateway.name} was about to be called within a transaction.") from error


def settle(call: GatewayCall, state: CallState, **answer: str) -> None:
    GatewayCall.objects.filter(pk=call.pk, settled_at=None).update(
        state=state, settled_at=clock.now(), due_at=None, answer=answer, updated_at=clock.now()
    )


def postpone(call: GatewayCall, pause: timedelta = PAUSE) -> None:
    """Nobody knows how it went: it is asked about after the pause."""
    GatewayCall.objects.filter(pk=call.pk, settled_at=None).update(
        state=CallState.UNKNOWN, due_at=Now() + pause, updated_at=clock.now()
    )


@transaction.atomic
def _begun(wanted: Wanted) -> GatewayCall:
    """The row of the call, for us alone until its lease is over; a call that was settled is made anew."""
    row = GatewayCall(
        payment=wanted.payment,
        refund=wanted.refund,
        verb=wanted.verb,
        key=wanted.key,
        sent_at=clock.now(),
        due_at=clock.now() + LEASE,
    )
    GatewayCall.objects.bulk_create([row], ignore_conflicts=True)
    call: GatewayCall = GatewayCall.objects.select_for_update(no_key=True).get(key=wanted.key)
    if call.pk == row.pk:
        GatewayCall.objects.filter(pk=call.pk).update(sent_at=Now(), due_at=Now() + LEASE)
        return call
    is_in_the_air = GatewayCall.objects.filter(pk=call.pk, state=CallState.SENT, due_at__gt=Now()).exists()
    if is_in_the_air:
        raise UnderWay
    GatewayCall.objects.filter(pk=call.pk).update(
        state=CallState.SENT,
        attempts=min(call.attempts + 1, 32_000),
        sent_at=Now(),
        settled_at=None,
        due_at=Now() + LEASE,
        updated_at=clock.now(),
    )
    return call


def _note_failure(call: GatewayCall, error: GatewayError) -> None:
    """`Unavailable` is certain: nothing happened. Silence is not."""
    logger.warning(
        "a gateway call failed", extra={"call": str(call.pk), "verb": call.verb, "error": type(error).__name__}
    )
    if isinstance(error, Refused):
        settle(call, CallState.REFUSED, code=error.code[:60], message=error.message[:300])
    elif isinstance(error, Unavailable):
        settle(call, CallState.REFUSED)
    else:
        postpone(call)

"""The messages of the sandbox: signed, sent over HTTP, and sent again until somebody says 2xx."""

import json
from datetime import timedelta
from typing import Any

import httpx
from django.conf import settings
from django.db import transaction
from django.db.models import F

from common import clock
from common.ids import new_id
from common.queue import enqueue
from payments.sandbox.enums import OF_MESSAGES, FaultKind
from payments.sandbox.models import SandboxEvent, SandboxOrder
from payments.sandbox.services.faults import next_fault
from payments.signatures import stripe_header

HEADER = "Sandbox-Signature"
TIMEOUT = httpx.Timeout(5, connect=2)
# After each failed attempt; then the message is given up, and only asking the sandbox finds out.
WAITS = tuple(timedelta(seconds=seconds) for seconds in (2, 5, 15, 60, 300, 1_800, 7_200))
# Longer than an attempt takes, so that one who dies with a message in his hands loses nothing.
CLAIM = timedelta(seconds=30)
LATE = timedelta(minutes=1)
AT_ONCE = 20


def emit(order: SandboxOrder, type_: str) -> None:
    """Writes the message in the transaction of what it tells, as many times and as late as the faults will have it."""
    fault = next_fault(OF_MESSAGES)
    if fault is FaultKind.LOSE:
        return
    body = _body(order, type_)
    now = clock.now()
    if fault is FaultKind.FORGE:
        SandboxEvent.objects.create(
            order=order, type=type_, body=_body(order, "order.paid"), is_forged=True, due_at=now
        )
    held_back = fault in {FaultKind.DELAY, FaultKind.REORDER}
    due_at = now + LATE if held_back else now
    _let_go_of_older(order, now)
    for _ in range(2 if fault is FaultKind.DOUBLE else 1):
        SandboxEvent.objects.create(order=order, type=type_, body=body, due_at=due_at)
    enqueue("sandbox.deliver_events")


def deliver_due_events() -> int:
    """Sends what is due, and returns how many were taken."""
    events = _claim()
    for event in events:
        if _is_taken(event):
            SandboxEvent.objects.filter(pk=event.pk).update(delivered_at=clock.now(), due_at=None)
        elif event.is_forged or event.attempts >= len(WAITS):
            SandboxEvent.objects.filter(pk=event.pk).update(due_at=None)
        else:
            SandboxEvent.objects.filter(pk=event.pk).update(due_at=clock.now() + WAITS[event.attempts])
    return len(events)


def _claim() -> list[SandboxEvent]:
    with transaction.atomic():
        due = SandboxEvent.objects.select_for_update(skip_locked=True).filter(due_at__lte=clock.now())
        events = list(due.order_by("due_at", "id")[:AT_ONCE])
        SandboxEvent.objects.filter(pk__in=[event.pk for event in events]).update(
            due_at=clock.now() + CLAIM, attempts=F("attempts") + 1
        )
    return events


def _is_taken(event: SandboxEvent) -> bool:
    secret = "somebody else's secret" if event.is_forged else settings.SANDBOX_WEBHOOK_SECRETS[0]
    body = event.body.encode()
    headers = {
        "Content-Type": "application/json",
        HEADER: stripe_header(body, secret=secret, at=int(clock.now().timestamp())),
    }
    try:
        answer = httpx.post(settings.SANDBOX_WEBHOOK_URL, content=body, headers=headers, timeout=TIMEOUT)
    except httpx.HTTPError:
        return False
    return answer.is_success


def _body(order: SandboxOrder, type_: str) -> str:
    said: dict[str, Any] = {
        "id": f"sbe_{new_id().hex}",
        "type": type_,
        "created": int(clock.now().timestamp()),
        "order": {"id": order.reference, "payment_id": str(order.payment_id)},
    }
    return json.dumps(said)


def _let_go_of_older(order: SandboxOrder, now: Any) -> None:
    """What was held back to come out of order comes right after this one."""
    SandboxEvent.objects.filter(order=order, due_at__gt=now, attempts=0).update(due_at=now + timedelta(milliseconds=1))

"""What gateways tell us by themselves: verified, stored once, answered, and then worked on.

A webhook says where to look. The gateway is asked for the truth, so a late, doubled or reordered one does no harm, and
one that is lost is made up for by the sweep.
"""

import logging
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from common import clock
from common.platform import platform_settings
from common.queue import enqueue
from payments.enums import WebhookState
from payments.gateways.base import News, Silent, Unavailable
from payments.gateways.registry import gateway_of
from payments.models import Payment, PaymentId, WebhookEvent
from payments.services.applying import apply_seen
from payments.services.calls import outside_of_transactions
from payments.services.syncing import sync_payment

logger = logging.getLogger(__name__)

WAITING = (WebhookState.RECEIVED, WebhookState.ORPHAN)
# Nobody else works on it for so long; a worker that dies leaves it to the sweep.
LEASE = timedelta(minutes=2)
FIRST_PAUSE = timedelta(seconds=30)


@transaction.atomic
def receive_webhook(gateway: str, body: bytes, headers: Mapping[str, str]) -> None:
    """Keeps it, or raises `ForgedWebhook`. The same event again is no news."""
    news = gateway_of(gateway).read_webhook(body, headers)
    event = _event(gateway, body, news)
    WebhookEvent.objects.bulk_create([event], ignore_conflicts=True)
    if news.is_relevant and WebhookEvent.objects.filter(pk=event.pk).exists():
        enqueue("payments.process_webhook", str(event.pk))


def process_webhook(pk: UUID) -> None:
    """Works on it, unless somebody does or did. After the last try staff are asked."""
    event = _claimed(pk)
    if event is None:
        return
    try:
        is_known = _work_on(event)
    except (Unavailable, Silent) as error:
        # Not this event's fault: the gateway will be there again.
        _put_off(event, error, state=WebhookState.RECEIVED)
    except Exception as error:
        logger.exception("a webhook was not processed", extra={"event": str(event.pk), "attempt": event.attempts})
        _put_off(event, error, state=_after_failure(event))
    else:
        _finish(event) if is_known else _keep_orphan(event)


@transaction.atomic
def replay_webhook(event: WebhookEvent) -> None:
    """Staff have looked into it: it is worked on anew."""
    WebhookEvent.objects.filter(pk=event.pk).update(
        state=WebhookState.RECEIVED, attempts=0, due_at=clock.now(), error="", updated_at=clock.now()
    )
    enqueue("payments.process_webhook", str(event.pk))


def _event(gateway: str, body: bytes, news: News) -> WebhookEvent:
    return WebhookEvent(
        gateway=gateway,
        event_id=news.event_id,
        type=news.type[:80],
        reference=news.reference[:100],
        body=body,
        state=WebhookState.RECEIVED if news.is_relevant else WebhookState.IGNORED,
        due_at=clock.now() if news.is_relevant else None,
    )


def _claimed(pk: UUID) -> WebhookEvent | None:
    waiting = WebhookEvent.objects.filter(Q(attempts=0) | Q(due_at__lte=Now()), pk=pk, state__in=WAITING)
    if not waiting.update(attempts=F("attempts") + 1, due_at=Now() + LEASE, updated_at=clock.now()):
        return None
    return WebhookEvent.objects.get(pk=pk)


def _work_on(event: WebhookEvent) -> bool:
    """Whether it is about a payment of ours."""
    payment = Payment.objects.filter(gateway=event.gateway, gateway_ref=event.reference).first()
    if payment is None:
        payment = Payment.objects.filter(gateway=event.gateway, gateway_charge_ref=event.reference).first()
    if payment is not None:
        sync_payment(PaymentId(payment.pk))
        return True
    # Perhaps of an order that we sent off and never heard back about.
    seen = outside_of_transactions(gateway_of(event.gateway)).fetch(event.reference)
    ours = _payment_id(seen.payment_id)
    if ours is None or not Payment.objects.filter(pk=ours, gateway=event.gateway).exists():
        return False
    apply_seen(ours, seen)
    return True


def _payment_id(text: str) -> PaymentId | None:
    try:
        return PaymentId(UUID(text))
    except ValueError:
        return None


def _finish(event: WebhookEvent) -> None:
    WebhookEvent.objects.filter(pk=event.pk).update(
        state=WebhookState.DONE, due_at=None, processed_at=clock.now(), error="", updated_at=clock.now()
    )


def _keep_orphan(event: WebhookEvent) -> None:
    """Of an order that nobody knows here. It is looked at again some times, and then by people."""
    is_over = event.attempts >= platform_settings().payment_event_tries
    if is_over:
        logger.error("a webhook is about nothing we know", extra={"event": str(event.pk), "gateway": event.gateway})
    WebhookEvent.objects.filter(pk=event.pk).update(
        state=WebhookState.ORPHAN,
        due_at=None if is_over else Now() + _pause(event),
        error="It is about no payment of ours.",
        updated_at=clock.now(),
    )


def _put_off(event: WebhookEvent, error: Exception, *, state: WebhookState) -> None:
    is_over = state == WebhookState.NEEDS_REVIEW
    WebhookEvent.objects.filter(pk=event.pk).update(
        state=state,
        due_at=None if is_over else Now() + _pause(event),
        error=f"{type(error).__name__}: {error}"[:500],
        updated_at=clock.now(),
    )


def _after_failure(event: WebhookEvent) -> WebhookState:
    is_last = event.attempts >= platform_settings().payment_event_tries
    return WebhookState.NEEDS_REVIEW if is_last else WebhookState.RECEIVED


def _pause(event: WebhookEvent) -> timedelta:
    return FIRST_PAUSE * int(2 ** min(event.attempts - 1, 6))

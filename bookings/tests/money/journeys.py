"""Many bookings at once: made, paid, moved and called off at random, until everything comes to rest."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import transaction

from bookings.models import TimelineEntry
from bookings.tests.money.buying import book
from bookings.tests.money.mortal_sandbox import MortalSandbox
from bookings.tests.money.records import complaints
from bookings.tests.money.steps import do_something
from bookings.tests.money.virtual_time import VirtualTime
from bookings.tests.money.world import World
from loyalty.models import PromoRedemption
from payments.enums import RefundStatus, WebhookState
from payments.models import GatewayCall, Journal, Payment, PaymentId, Refund, WebhookEvent
from payments.sandbox.models import SandboxEvent
from payments.sandbox.services import clear_faults
from payments.services.refunding import approve_refund
from payments.services.syncing import sync_payment
from payments.services.webhooks import replay_webhook

STEPS_EACH = 8
# Seconds, and how often so many pass.
PAUSES = [(5, 50), (60, 30), (600, 10), (7_200, 8), (43_200, 2)]
# Whoever looks at something after a day may put off for an hour what another sweep would have ended.
HOURS_OF_REST = (0.02, 0.1, 0.5, 2, 26, 2, 26, 2, 26, 2, 26, 2)


class Proof:
    """Worlds that were travelled: what happened in them, and what was wrong in the end."""

    def __init__(self, time: VirtualTime, patch: pytest.MonkeyPatch) -> None:
        self._time, self._patch = time, patch
        self.seen: Counter[str] = Counter()

    def travelled(self, seed: int, count: int) -> list[str]:
        """So many journeys of one seed. Nothing of them stays."""
        before = transaction.savepoint()
        try:
            with self._patch.context() as for_now:
                world = World(seed, self._time, for_now)
                _wander(world, count)
                _come_to_rest(world)
                self._note()
                return [f"seed {seed}: {each}" for each in complaints(world)]
        finally:
            transaction.savepoint_rollback(before)

    def _note(self) -> None:
        self.seen.update(TimelineEntry.objects.values_list("action", flat=True))
        self.seen.update(f"payment {each}" for each in Payment.objects.values_list("status", flat=True))
        for refund in Refund.objects.all():
            self.seen[f"refund {refund.status}"] += 1
            self.seen[f"given back: {refund.cause.partition(':')[0]}"] += 1
        self.seen["call repeated"] += GatewayCall.objects.filter(attempts__gt=1).count()
        self.seen["call refused"] += GatewayCall.objects.filter(state="refused").count()
        self.seen["taken in part"] += Payment.objects.filter(captures_later=True, captured_minor__gt=0).count()
        self.seen["forged"] += SandboxEvent.objects.filter(is_forged=True).count()
        self.seen["tipped"] += Payment.objects.filter(purpose="tip", captured_minor__gt=0).count()
        self.seen["paid in cash"] += Payment.objects.filter(gateway="cash", captured_minor__gt=0).count()
        self.seen.update(Journal.objects.exclude(kind__in=["capture", "refund"]).values_list("kind", flat=True))
        self.seen["code used"] += PromoRedemption.objects.filter(state="used").count()
        self.seen["code given back"] += PromoRedemption.objects.filter(state="released").count()
        self.seen["disputed"] += Payment.objects.filter(disputed_minor__gt=0).count()


def _wander(world: World, count: int) -> None:
    """Mostly one booking after the other, as people do; now and then somebody comes back to an older one."""
    for _ in range(count * STEPS_EACH):
        is_short = len(world.bookings) < count and world.chance.random() < 2 / STEPS_EACH
        if is_short or not world.bookings:
            book(world)
        elif world.chance.random() < 0.7:
            do_something(world, world.bookings[-1])
        else:
            do_something(world, world.chance.choice(world.bookings))
        world.time.passes(timedelta(seconds=world.pick(*PAUSES)))
        if world.chance.random() < 0.5:
            world.tried(lambda: world.worker.work(3))
        if world.chance.random() < 0.1:
            world.tried(world.worker.beat)


def _come_to_rest(world: World) -> None:
    """The gateway is well again, nobody dies, staff look at what waits for them, and days go by."""
    clear_faults()
    MortalSandbox.percent = 0
    for hours in HOURS_OF_REST:
        world.time.passes(timedelta(hours=hours))
        world.worker.beat()
        world.worker.drain()
        _desk_work(world)
        world.worker.drain()


def _desk_work(world: World) -> None:
    for event in WebhookEvent.objects.filter(state=WebhookState.NEEDS_REVIEW):
        replay_webhook(event)
    for payment in Payment.objects.filter(pk__in=world.by_hand):
        # Its message may be lost; the nightly comparison with the gateway's books finds it.
        sync_payment(PaymentId(payment.pk))
    for refund in Refund.objects.filter(status=RefundStatus.AWAITING_APPROVAL):
        approve_refund(refund, by=world.staff[1])
    world.worker.commit()

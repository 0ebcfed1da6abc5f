"""Holds each gateway's books of a day against ours: see docs/reconciliation.md.

1. Days that are over have a run each, once per gateway and business day, whatever clocks do and whoever asks first.
2. One worker claims a run. Every batch renews the claim by its number of the reading: who lost it writes nothing more.
3. Webhooks of that day that were about nothing we knew are worked on once more.
4. The gateway's lines are read as they come, some hundred at a time, and held against ours (`matching`).
5. What we have and the gateway did not list is noted (`expecting`).
6. Lines that no reading of now confirms go, the sums are written down, and the day is clean or somebody is told.

What stops in the middle stays `incomplete` and is read again from the start; a second reading writes the same lines.
"""

import logging
from datetime import date, timedelta
from itertools import islice
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from common import clock
from common.errors import DomainError
from common.queue import enqueue
from common.walltime import day_range
from payments.enums import RunState, WebhookState
from payments.gateways.base import GatewayError
from payments.gateways.registry import gateway_names, gateway_of
from payments.models import ReconciliationRun, RunId, WebhookEvent
from payments.services.alerting import alert_of_run
from payments.services.calls import outside_of_transactions
from payments.services.expecting import note_what_is_only_ours
from payments.services.matching import Reading, match_lines
from payments.services.summing_up import finish_run
from payments.services.webhooks import process_webhook

logger = logging.getLogger(__name__)

# Clocks of gateways and ours may differ; their books of a day may be a little late.
SETTLED_AFTER = timedelta(hours=1)
# Days that were missed, because nothing ran, are made up for.
LOOKS_BACK = 7
LEASE = timedelta(minutes=10)
# After a failure, longer each time.
PAUSE, LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=4)
# Of trouble that passes by itself nobody is told.
QUIET_ATTEMPTS = 3
BATCH = 200


class LostClaim(Exception):
    """The lease was over, and somebody else reads now."""


def reconcile_due() -> int:
    """Every day that is due, of every gateway that keeps books; returns how many were read."""
    for name in gateway_names():
        if gateway_of(name).remembers:
            _begin_days(name)
    due = ReconciliationRun.objects.filter(gateway__in=gateway_names(), due_at__lte=Now())
    return sum(reconcile(RunId(pk)) for pk in list(due.order_by("day").values_list("pk", flat=True)))


def reconcile(pk: RunId) -> bool:
    """Reads the day, unless somebody does or it is not due; whether it was read to its end."""
    run = _claimed(pk)
    if run is None:
        return False
    try:
        _read(run)
    except LostClaim:
        logger.warning("a reconciliation was taken over", extra={"run": str(pk)})
        return False
    except Exception as error:
        if not connection.is_usable():
            raise
        _put_off(run, error)
        return False
    return True


@transaction.atomic
def reconcile_again(run: ReconciliationRun) -> None:
    """Staff want it read anew. One that is being read goes on."""
    ReconciliationRun.objects.filter(pk=run.pk, finished_at__isnull=False).update(due_at=Now(), updated_at=clock.now())
    enqueue("payments.reconcile_run", str(run.pk))


def _begin_days(gateway: str) -> None:
    """From the first day on that was ever reconciled, or yesterday."""
    zone = ZoneInfo(settings.BUSINESS_TIME_ZONE)
    last = (clock.now() - SETTLED_AFTER).astimezone(zone).date() - timedelta(days=1)
    first = ReconciliationRun.objects.filter(gateway=gateway).order_by("day").values_list("day", flat=True).first()
    days = [last - timedelta(days=back) for back in range(LOOKS_BACK)]
    runs = [_new_run(gateway, day, zone) for day in days if day >= (first or last)]
    ReconciliationRun.objects.bulk_create([run for run in runs if run is not None], ignore_conflicts=True)


def _new_run(gateway: str, day: date, zone: ZoneInfo) -> ReconciliationRun | None:
    try:
        time = day_range(day, zone)
    except DomainError:
        # The zone left this day out.
        return None
    return ReconciliationRun(gateway=gateway, day=day, starts_at=time.start, ends_at=time.end, due_at=Now())


def _claimed(pk: RunId) -> ReconciliationRun | None:
    due = ReconciliationRun.objects.filter(pk=pk, due_at__lte=Now())
    if not due.update(
        state=RunState.INCOMPLETE,
        attempts=F("attempts") + 1,
        due_at=Now() + LEASE,
        finished_at=None,
        error="",
        updated_at=clock.now(),
    ):
        return None
    return ReconciliationRun.objects.get(pk=pk)


def _read(run: ReconciliationRun) -> None:
    gateway = outside_of_transactions(gateway_of(run.gateway))
    _work_on_orphans(run)
    reading = Reading(run, lambda: _keep_claim(run))
    lines = gateway.list_day(run.day, ZoneInfo(settings.BUSINESS_TIME_ZONE))
    while batch := list(islice(lines, BATCH)):
        match_lines(reading, batch)
    note_what_is_only_ours(reading)
    with transaction.atomic():
        _keep_claim(run)
        finish_run(run)
        alert_of_run(run)


def _keep_claim(run: ReconciliationRun) -> None:
    mine = ReconciliationRun.objects.filter(pk=run.pk, attempts=run.attempts, state=RunState.INCOMPLETE)
    if not mine.update(due_at=Now() + LEASE):
        raise LostClaim


def _work_on_orphans(run: ReconciliationRun) -> None:
    """E158: of an order that nobody knew then. By now somebody may."""
    orphans = WebhookEvent.objects.filter(
        gateway=run.gateway,
        state=WebhookState.ORPHAN,
        created_at__gte=run.starts_at,
        created_at__lt=run.ends_at + SETTLED_AFTER,
    )
    pks: list[UUID] = list(orphans.order_by("pk").values_list("pk", flat=True))
    for pk in pks:
        WebhookEvent.objects.filter(pk=pk, state=WebhookState.ORPHAN).update(due_at=Now())
        process_webhook(pk)


def _put_off(run: ReconciliationRun, error: Exception) -> None:
    """What a gateway says may quote anything, and goes to the log of staff; the row says what kind of trouble it is."""
    if isinstance(error, GatewayError):
        logger.warning("a day could not be reconciled", extra={"run": str(run.pk), "error": type(error).__name__})
    else:
        logger.error("a day could not be reconciled", exc_info=error, extra={"run": str(run.pk)})
    pause = min(PAUSE * int(2 ** min(run.attempts - 1, 10)), LONGEST_PAUSE)
    mine = ReconciliationRun.objects.filter(pk=run.pk, attempts=run.attempts, state=RunState.INCOMPLETE)
    if mine.update(due_at=Now() + pause, error=f"{type(error).__name__}: {error}"[:300], updated_at=clock.now()):
        run.refresh_from_db()
        if run.attempts >= QUIET_ATTEMPTS:
            alert_of_run(run)

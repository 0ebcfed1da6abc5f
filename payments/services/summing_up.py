"""The end of a reading: what it comes to, and whether the day is closed."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Count, Sum
from django.db.models.functions import Now

from accounts.models import User
from common import clock
from common.errors import BusinessRuleViolation
from payments.enums import FOUND, LineState, RunState
from payments.models import ReconciliationLine, ReconciliationRun

# News of what differs may still be on its way: such a day is read again, once a day.
READ_AGAIN, FOR_DAYS = timedelta(hours=20), timedelta(days=4)
LISTED = FOUND | {LineState.ORPHAN}


def finish_run(run: ReconciliationRun) -> None:
    """Written into the run by whoever has claimed it, in the transaction that ends the reading."""
    run.lines.filter(attempt__lt=run.attempts).delete()
    counts = run.lines.order_by().values_list("state").annotate(Count("pk"))
    run.counts = dict(sorted(counts))
    run.totals = totals_of(run)
    _close(run)
    is_recent = run.ends_at > clock.now() - FOR_DAYS
    due = Now() + READ_AGAIN if run.state == RunState.FLAGGED and is_recent else None
    run.due_at, run.finished_at = None, clock.now()
    run.save()
    ReconciliationRun.objects.filter(pk=run.pk).update(due_at=due)


def totals_of(run: ReconciliationRun) -> dict[str, dict[str, int]]:
    """Gross, refunded and fee of all that the gateway lists, in minor units; a duplicate counts as nothing."""
    totals: dict[str, dict[str, int]] = {}
    listed = run.lines.filter(state__in=LISTED).order_by()
    sides = {"gross": listed.filter(theirs_minor__gt=0), "refunded": listed.filter(theirs_minor__lt=0)}
    for name, lines in sides.items():
        for currency, minor in lines.values_list("currency").annotate(Sum("theirs_minor")):
            _of(totals, currency)[name] = abs(int(minor))
    for currency, minor in listed.exclude(fee_minor=0).values_list("fee_currency").annotate(Sum("fee_minor")):
        _of(totals, currency)["fee"] = int(minor)
    return dict(sorted(totals.items()))


@transaction.atomic
def resolve_line(line: ReconciliationLine, *, by: User, reason: str) -> None:
    """Staff say how they dealt with it. With the last one the day is closed; nothing of the money is changed."""
    run = ReconciliationRun.objects.select_for_update(no_key=True).get(pk=line.run_id)
    if run.state == RunState.INCOMPLETE:
        raise BusinessRuleViolation("This day is being read just now. Wait for its end.")
    changed = (
        run.lines.open()
        .filter(pk=line.pk)
        .update(resolved_at=clock.now(), resolved_by=by, resolution=reason, updated_at=clock.now())
    )
    if not changed:
        raise BusinessRuleViolation("There is nothing open about this line.")
    _close(run)
    if run.state == RunState.CLEAN:
        run.due_at = None
    run.save()


def _close(run: ReconciliationRun) -> None:
    run.open_count = run.lines.open().count()
    run.state = RunState.FLAGGED if run.open_count else RunState.CLEAN


def _of(totals: dict[str, dict[str, int]], currency: str) -> dict[str, int]:
    return totals.setdefault(currency, {"gross": 0, "refunded": 0, "fee": 0})

"""What we have, and the gateway's books have not. Nothing is done about it: it is flagged (E199).

Every capture and refund is expected once. One that we wrote down in the last hour of a day may stand in the gateway's
books of the next, and is looked for there: the day that is asked about begins and ends an hour early. On the very first
day there is nothing before it to be found in, so its first hour is let pass.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from payments.enums import FOUND, LineState
from payments.models import Payment, ReconciliationLine, ReconciliationRun, Refund
from payments.services.matching import Reading, write_lines

MARGIN = timedelta(hours=1)
BATCH = 200
NOTE = "The gateway's books do not have it."


def note_what_is_only_ours(reading: Reading) -> None:
    for batch in _batches(_only_ours(reading.run)):
        write_lines(reading, batch)


def _only_ours(run: ReconciliationRun) -> Iterator[ReconciliationLine]:
    start, end = _expected_between(run)
    captures = Payment.objects.filter(gateway=run.gateway, captured_at__gte=start, captured_at__lt=end)
    listed = _listed(run, refund=None, gateway_refund_ref="", payment=OuterRef("pk"))
    for payment in _in_order(captures.exclude(Exists(listed))):
        yield _line(run, payment, None, payment.captured_minor)
    refunds = Refund.objects.filter(payment__gateway=run.gateway, succeeded_at__gte=start, succeeded_at__lt=end)
    listed = _listed(run, refund=OuterRef("pk"))
    for refund in _in_order(refunds.exclude(Exists(listed)).select_related("payment")):
        yield _line(run, refund.payment, refund, -refund.amount_minor)


def _expected_between(run: ReconciliationRun) -> tuple[datetime, datetime]:
    is_first = not ReconciliationRun.objects.filter(gateway=run.gateway, day__lt=run.day).exists()
    return run.starts_at + MARGIN if is_first else run.starts_at - MARGIN, run.ends_at - MARGIN


def _listed(run: ReconciliationRun, **of: Any) -> QuerySet[ReconciliationLine]:
    """Found in the gateway's books, on this day by this very reading."""
    lines = ReconciliationLine.objects.filter(state__in=FOUND, **of)
    return lines.filter(~Q(run=run) | Q(attempt=run.attempts))


def _line(run: ReconciliationRun, payment: Payment, refund: Refund | None, minor: int) -> ReconciliationLine:
    return ReconciliationLine(
        run=run,
        key=f"ours:{refund.pk if refund is not None else payment.pk}",
        attempt=run.attempts,
        state=LineState.OURS_ONLY,
        payment=payment,
        refund=refund,
        gateway_ref=payment.gateway_ref or "",
        gateway_charge_ref=payment.gateway_charge_ref,
        gateway_refund_ref=(refund.gateway_ref or "") if refund is not None else "",
        currency=payment.currency,
        ours_minor=minor,
        fee_currency=payment.currency,
        note=NOTE,
    )


def _in_order(rows: QuerySet[Any]) -> Iterable[Any]:
    return rows.order_by("pk").iterator(chunk_size=BATCH)


def _batches(lines: Iterator[ReconciliationLine]) -> Iterator[list[ReconciliationLine]]:
    while batch := list(islice(lines, BATCH)):
        yield batch

"""Lines of a gateway's books, each beside what we have of it.

1. A line is ours by the gateway's word for the order or for the charge, both of which are looked up by index. One of
   an order that we never heard back about is ours by our own id, which the gateway is asked for.
2. What the line tells of and we have not is a webhook that was missed: `sync_payment` asks the gateway for the truth
   and applies it by the normal path, or nothing does (E198).
3. Then both sides are compared, in amount, currency and fee. Where they differ nothing is changed (E199).
4. The same movement twice, on one day or on two, is one movement and one line that is too much.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from common import clock
from payments.enums import AGREED, LineState, RefundStatus
from payments.errors import Disagreement
from payments.gateways.base import Listed, Refused
from payments.gateways.registry import gateway_of
from payments.models import Payment, PaymentId, ReconciliationLine, ReconciliationRun, Refund
from payments.services.syncing import sync_payment

logger = logging.getLogger(__name__)

# The gateway has it in hand; when it succeeds is its own news.
GIVEN = (RefundStatus.PROCESSING, RefundStatus.SUCCEEDED)
WRITTEN = (
    "attempt",
    "state",
    "payment",
    "refund",
    "theirs_minor",
    "ours_minor",
    "currency",
    "fee_minor",
    "fee_currency",
    "note",
    "resolved_at",
    "resolved_by",
    "resolution",
    "updated_at",
)


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a day. `keep_claim` raises where somebody else has taken it over."""

    run: ReconciliationRun
    keep_claim: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Ours:
    """What we have of a movement, in minor units, refunds negative; None where we have none of it."""

    payment: Payment
    refund: Refund | None = None
    minor: int | None = None
    fee_minor: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    state: LineState
    note: str = ""


def match_lines(reading: Reading, batch: Sequence[Listed]) -> None:
    """Writes a line for each of the gateway's, in the place of what an earlier reading wrote."""
    known = _payments_of(reading.run.gateway, batch)
    # Gateways may be asked meanwhile, so nothing is written yet.
    found = [_looked_at(reading.run, listed, known) for listed in batch]
    write_lines(reading, found)


@transaction.atomic
def write_lines(reading: Reading, lines: Iterable[ReconciliationLine]) -> None:
    """A line that says the same as before keeps how it was dealt with, and that it was healed."""
    reading.keep_claim()
    run = reading.run
    fresh = _told_apart(run, lines)
    there = {line.key: line for line in run.lines.filter(key__in=list(fresh))}
    for key, line in fresh.items():
        if key in there:
            _take_over(line, there[key])
    _give_way(run, fresh.values())
    run.lines.bulk_update([line for key, line in fresh.items() if key in there], WRITTEN)
    run.lines.bulk_create([line for key, line in fresh.items() if key not in there])


def _payments_of(gateway: str, batch: Sequence[Listed]) -> Mapping[str, Payment]:
    """By order or, where that is none of ours, by charge. Both are unique at their gateway."""
    of_gateway = Payment.objects.filter(gateway=gateway)
    by_order = of_gateway.filter(gateway_ref__in={one.reference for one in batch})
    orders = {str(each.gateway_ref): each for each in by_order}
    charges = {one.charge_ref for one in batch if one.reference not in orders and one.charge_ref}
    by_charge = of_gateway.filter(gateway_charge_ref__in=charges).exclude(gateway_charge_ref="")
    return {**{each.gateway_charge_ref: each for each in by_charge}, **orders} if charges else orders


def _looked_at(run: ReconciliationRun, listed: Listed, known: Mapping[str, Payment]) -> ReconciliationLine:
    payment = known.get(listed.reference) or known.get(listed.charge_ref) or _unheard_of(run, listed)
    if payment is None:
        return _line(run, listed, None, Verdict(LineState.ORPHAN))
    ours, trouble = _ours_of(payment, listed), ""
    is_missing = _lacks(ours, listed)
    if is_missing:
        trouble = _synced(payment)
        ours = _ours_of(Payment.objects.get(pk=payment.pk), listed)
    verdict = _compared(ours, listed, trouble)
    if is_missing and verdict.state is LineState.MATCHED and not _lacks(ours, listed):
        logger.warning("reconciliation healed what was missing", extra={"payment": str(payment.pk), "run": str(run.pk)})
        verdict = Verdict(LineState.HEALED, "No webhook had told of it.")
    return _line(run, listed, ours, verdict)


def _unheard_of(run: ReconciliationRun, listed: Listed) -> Payment | None:
    """The payment of an order that we sent off and never heard back about: the gateway keeps our id with it."""
    try:
        seen = gateway_of(run.gateway).fetch(listed.reference)
    except Refused:
        return None
    try:
        ours = UUID(seen.payment_id)
    except ValueError:
        return None
    return Payment.objects.filter(pk=ours, gateway=run.gateway, gateway_ref=None).first()


def _synced(payment: Payment) -> str:
    """Why it could not be applied, in a few words; empty if it was. Silence ends the reading: it is done again."""
    try:
        sync_payment(PaymentId(payment.pk))
    except Disagreement as disagreement:
        return str(disagreement)
    except Refused as refusal:
        return f"Asked about it, the gateway says: {refusal.message}"
    return ""


def _ours_of(payment: Payment, listed: Listed) -> Ours:
    if not listed.refund_ref:
        return Ours(payment, None, payment.captured_minor or None, payment.fee_minor)
    refund = Refund.objects.filter(payment=payment, gateway_ref=listed.refund_ref).first()
    given = refund is not None and refund.status in GIVEN
    return Ours(payment, refund, -refund.amount_minor if refund is not None and given else None)


def _lacks(ours: Ours, listed: Listed) -> bool:
    """Whether the gateway may know something that we do not: the movement itself, its end, or its fee."""
    if listed.refund_ref:
        return ours.refund is None or ours.refund.status != RefundStatus.SUCCEEDED
    is_our_currency = listed.fee.currency == ours.payment.currency
    return ours.minor is None or (is_our_currency and listed.fee.minor > ours.fee_minor)


def _compared(ours: Ours, listed: Listed, trouble: str) -> Verdict:
    if ours.minor is None:
        return Verdict(LineState.DIFFERS, trouble or "Asked about it, the gateway tells of nothing to apply.")
    if listed.amount.currency != ours.payment.currency:
        return Verdict(LineState.DIFFERS, f"It is in {ours.payment.currency} here.")
    if listed.amount.minor != ours.minor:
        return Verdict(LineState.DIFFERS, trouble or "The amounts differ.")
    is_our_currency = listed.fee.currency == ours.payment.currency
    if not listed.refund_ref and is_our_currency and listed.fee.minor != ours.fee_minor:
        return Verdict(LineState.DIFFERS, trouble or "The fees differ.")
    return Verdict(LineState.MATCHED)


def _line(run: ReconciliationRun, listed: Listed, ours: Ours | None, verdict: Verdict) -> ReconciliationLine:
    kind = "refund" if listed.refund_ref else "capture"
    return ReconciliationLine(
        run=run,
        key=f"{kind}:{listed.charge_ref or listed.reference}:{listed.refund_ref}".rstrip(":"),
        attempt=run.attempts,
        state=verdict.state,
        payment=ours.payment if ours else None,
        refund=ours.refund if ours else None,
        gateway_ref=listed.reference,
        gateway_charge_ref=listed.charge_ref,
        gateway_refund_ref=listed.refund_ref,
        currency=listed.amount.currency,
        theirs_minor=listed.amount.minor,
        ours_minor=ours.minor if ours else None,
        fee_minor=listed.fee.minor,
        fee_currency=listed.fee.currency,
        note=verdict.note[:300],
    )


def _told_apart(run: ReconciliationRun, lines: Iterable[ReconciliationLine]) -> dict[str, ReconciliationLine]:
    """By key; what comes again in this reading, or came on another day, is a line of its own that is too much."""
    lines = list(lines)
    of_now = run.lines.filter(attempt=run.attempts, key__in=[line.key for line in lines])
    read = set(of_now.values_list("key", flat=True))
    elsewhere = _found_elsewhere(run, lines)
    fresh: dict[str, ReconciliationLine] = {}
    for line in lines:
        if line.key in read or line.key in fresh:
            _call_duplicate(line, "It is listed more than once.")
            line.key = _next_key(run, line.key, fresh)
        elif (line.refund_id or line.payment_id) in elsewhere and line.state != LineState.OURS_ONLY:
            _call_duplicate(line, "It is listed on another day as well.")
        fresh[line.key] = line
    return fresh


def _found_elsewhere(run: ReconciliationRun, lines: Iterable[ReconciliationLine]) -> set[UUID | None]:
    found = ReconciliationLine.objects.found().exclude(run=run)
    captures = [line.payment_id for line in lines if line.payment_id and not line.gateway_refund_ref]
    refunds = [line.refund_id for line in lines if line.refund_id]
    of_captures = found.filter(payment__in=captures, refund=None, gateway_refund_ref="")
    return {
        *of_captures.values_list("payment", flat=True),
        *found.filter(refund__in=refunds).values_list("refund", flat=True),
    }


def _call_duplicate(line: ReconciliationLine, note: str) -> None:
    line.state, line.note = LineState.DUPLICATE, note


def _next_key(run: ReconciliationRun, key: str, fresh: Mapping[str, Any]) -> str:
    nth = 2
    while f"{key}#{nth}" in fresh or run.lines.filter(attempt=run.attempts, key=f"{key}#{nth}").exists():
        nth += 1
    return f"{key}#{nth}"


def _take_over(line: ReconciliationLine, before: ReconciliationLine) -> None:
    """The row of an earlier reading is written anew."""
    line.pk, line.created_at = before.pk, before.created_at
    line.updated_at = clock.now()
    if line.state == LineState.MATCHED and before.state == LineState.HEALED:
        line.state, line.note = before.state, before.note
    is_the_same = (line.state, line.theirs_minor, line.ours_minor) == (
        before.state,
        before.theirs_minor,
        before.ours_minor,
    )
    if is_the_same and line.state not in AGREED:
        line.resolved_at, line.resolved_by_id = before.resolved_at, before.resolved_by_id
        line.resolution = before.resolution


def _give_way(run: ReconciliationRun, fresh: Iterable[ReconciliationLine]) -> None:
    """What an earlier reading found for the same movement under another name is not confirmed any more."""
    keys = [line.key for line in fresh]
    payments = [line.payment_id for line in fresh if line.payment_id and not line.gateway_refund_ref]
    refunds = [line.refund_id for line in fresh if line.refund_id]
    stale = run.lines.found().filter(attempt__lt=run.attempts).exclude(key__in=keys)
    stale.filter(payment__in=payments, refund=None, gateway_refund_ref="").delete()
    stale.filter(refund__in=refunds).delete()

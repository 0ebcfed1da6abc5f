"""Brings a payment up to what was seen at its gateway: the single writer of payments.

1. Seen in another currency or amount than was asked for, nothing changes: staff have to look (`Disagreement`).
2. Progress goes forward only and amounts only grow, so news may come late, twice and in any order.
3. Money for what has been paid already, by another attempt, is taken note of and sent back.
4. Row, ledger, event and the payable's own step are one transaction.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from common import clock
from common.money import Money
from payments.enums import LIVE, OPEN, PROGRESS, PaymentStatus, Progress
from payments.errors import Disagreement
from payments.gateways.base import Card, Seen
from payments.models import Payment, PaymentId, SavedCard
from payments.payables import payable_of
from payments.selectors import SURPLUS
from payments.services.announcing import announce
from payments.services.locking import locked_payment
from payments.services.posting import post_capture, post_dispute, post_fee
from payments.services.refund_news import apply_refunds
from payments.services.refunding import refund_now

# Asked about again after as long as it has been open, but no sooner and no later than these.
SOONEST, LATEST = timedelta(seconds=30), timedelta(hours=1)


@dataclass(slots=True)
class Step:
    """What became new by one look at the gateway."""

    captured: Money
    disputed: Money
    fee: Money
    status: PaymentStatus | None = None
    is_surplus: bool = False


@transaction.atomic
def apply_seen(pk: PaymentId, seen: Seen) -> Payment:
    """The payment as it is after this. Seen again, it changes nothing."""
    payment = locked_payment(pk)
    _require_agreement(payment, seen)
    step = _taken(payment, seen)
    payment.save()
    _post(payment, step)
    _announce(payment, step)
    _tell_payable(payment, step)
    if seen.card is not None:
        _keep_card(payment, seen.card)
    apply_refunds(payment, seen.refunds)
    payment.refresh_from_db()
    return payment


def next_look(payment: Payment) -> datetime | None:
    """When the gateway is asked again without anybody's asking; never where nothing is awaited."""
    if payment.status not in OPEN and payment.status != PaymentStatus.AUTHORIZED:
        return None
    age = clock.now() - payment.created_at
    return clock.now() + min(max(age, SOONEST), LATEST)


def _require_agreement(payment: Payment, seen: Seen) -> None:
    currencies = {seen.amount.currency, seen.authorized.currency, seen.captured.currency}
    if currencies != {payment.currency}:
        raise Disagreement(f"{payment.pk} is in {payment.currency}, and at the gateway in {sorted(currencies)}.")
    if payment.gateway_ref not in (None, seen.reference) or seen.payment_id not in ("", str(payment.pk)):
        raise Disagreement(f"{seen.reference} is not the order of {payment.pk}.")
    if seen.amount != payment.amount:
        raise Disagreement(f"{payment.pk} is of {payment.amount}, and at the gateway of {seen.amount}.")
    is_partial = seen.captured and seen.captured < payment.amount and not payment.captures_later
    if is_partial or seen.captured > payment.amount:
        raise Disagreement(f"{seen.captured} were taken for {payment.pk}, which is of {payment.amount}.")


def _taken(payment: Payment, seen: Seen) -> Step:
    """Writes what is new into the payment, unsaved."""
    zero = Money.zero(payment.currency)
    step = Step(zero, zero, zero)
    payment.gateway_ref = seen.reference
    payment.gateway_charge_ref = seen.charge_ref or payment.gateway_charge_ref
    payment.client = dict(seen.client) or payment.client
    is_let_go = seen.status == PaymentStatus.CANCELLED and not seen.captured
    payment.authorized_minor = 0 if is_let_go else max(payment.authorized_minor, seen.authorized.minor)
    if seen.captured.minor > payment.captured_minor:
        step.captured = seen.captured - payment.captured
        payment.captured_minor = seen.captured.minor
        payment.captured_at = payment.captured_at or clock.now()
    if seen.disputed is not None:
        step.disputed = seen.disputed - Money(payment.disputed_minor, payment.currency)
        payment.disputed_minor = seen.disputed.minor
    if seen.fee is not None and seen.fee.currency == payment.currency and seen.fee.minor > payment.fee_minor:
        step.fee = seen.fee - Money(payment.fee_minor, payment.currency)
        payment.fee_minor = seen.fee.minor
    _advance(payment, seen, step)
    if payment.status in OPEN:
        payment.failure_code, payment.failure_message = seen.failure_code[:60], seen.failure_message[:300]
    # One that was called off stays due until the gateway has heard of it.
    is_heard_of = seen.status == PaymentStatus.CANCELLED or step.is_surplus
    if payment.status != PaymentStatus.CANCELLED or is_heard_of:
        payment.due_at = next_look(payment)
    return step


def _advance(payment: Payment, seen: Seen, step: Step) -> None:
    status = _status_after(PaymentStatus(payment.status), seen)
    if status == payment.status:
        return
    if payment.status not in LIVE and status in LIVE and not _make_way(payment):
        step.is_surplus = True
        return
    step.status = status
    payment.status = status
    if PROGRESS[status] is Progress.FAILED:
        payment.failure_code, payment.failure_message = seen.failure_code[:60], seen.failure_message[:300]


def _status_after(now: PaymentStatus, seen: Seen) -> PaymentStatus:
    """Forward only. A hold that was let go is gone for good, so that counts as forward too."""
    if now == PaymentStatus.AUTHORIZED and seen.status == PaymentStatus.CANCELLED and not seen.captured:
        return seen.status
    before, after = PROGRESS[now], PROGRESS[seen.status]
    is_forward = after > before or (after is before is Progress.OPEN)
    return seen.status if is_forward else now


def _make_way(payment: Payment) -> bool:
    """Whether a late success counts: an order that nobody has paid is given up for it, a paid one is not."""
    rivals = Payment.objects.live().of(payment.payable_type, payment.payable_id).filter(purpose=payment.purpose)
    rival = rivals.exclude(pk=payment.pk).select_for_update(no_key=True).first()
    if rival is None:
        return True
    if rival.status not in OPEN:
        return False
    rival.status, rival.due_at = PaymentStatus.CANCELLED, clock.now()
    rival.save(update_fields=["status", "due_at"])
    return True


def _post(payment: Payment, step: Step) -> None:
    if step.captured:
        post_capture(payment, step.captured)
    if step.disputed:
        post_dispute(payment, step.disputed)
    if step.fee:
        post_fee(payment, step.fee)


def _announce(payment: Payment, step: Step) -> None:
    if step.captured and not step.is_surplus:
        announce("payment.succeeded", payment, cause=str(payment.captured_minor))
    if step.status == PaymentStatus.FAILED:
        announce("payment.failed", payment, cause="")
    if step.disputed.minor > 0:
        announce("payment.disputed", payment, cause=str(payment.disputed_minor))


def _tell_payable(payment: Payment, step: Step) -> None:
    payable = payable_of(payment.payable_type)
    if step.is_surplus:
        _send_back(payment)
    elif step.captured:
        payable.on_paid(payment)
    elif step.status == PaymentStatus.AUTHORIZED:
        payable.on_authorized(payment)
    elif step.status == PaymentStatus.FAILED:
        payable.on_failed(payment)


def _send_back(payment: Payment) -> None:
    """The second of two that were paid: what is here goes back, what is only held is let go."""
    if payment.refundable:
        refund_now(payment, payment.refundable, cause=f"{SURPLUS}{payment.pk}", reason="It was paid twice.")
    elif payment.authorized_minor and not payment.captured_minor:
        Payment.objects.filter(pk=payment.pk).update(status=PaymentStatus.CANCELLED, due_at=clock.now())


def _keep_card(payment: Payment, card: Card) -> None:
    SavedCard.objects.get_or_create(
        gateway=payment.gateway,
        method_ref=card.method_ref,
        defaults={
            "user": payment.payer,
            "customer_ref": card.customer_ref,
            "brand": card.brand,
            "last4": card.last4,
            "expires_on": card.expires_on,
        },
    )

"""Being paid for one purpose of one payable.

1. Under the payable's lock: what is due is computed here, an attempt that is there already is taken up again, and the
   payment's row is written. Orders for other purposes of the same payable are called off, so that one is paid.
2. After that commit the gateway is called, with the payment's id as key: repeated after a silence or a crash it opens
   the same order.
3. What it answered is applied as any other news.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from common import clock
from common.errors import NotFound
from common.money import Money
from payments.enums import OPEN, CallState, CallVerb, PaymentStatus, Purpose, kin_of
from payments.errors import Declined, Disagreement, GatewayDown, NothingDue, UnderWay
from payments.gateways.base import Card, Order, Refused, Silent, Unavailable
from payments.gateways.registry import gateway_of
from payments.models import Payment, PaymentId
from payments.payables import PayableFacts, payable_of
from payments.selectors import customer_at
from payments.services.announcing import announce
from payments.services.applying import apply_seen
from payments.services.calls import Wanted, make_call
from payments.services.cancelling import let_go
from payments.services.locking import locked_payment
from payments.services.syncing import seen_at_gateway, sync_payment

logger = logging.getLogger(__name__)

RETRY_SECONDS = 5
# With a failure's code: a card was declined. Another one may be tried.
TRIED_IN_VAIN = frozenset({PaymentStatus.PENDING, PaymentStatus.FAILED})
# By then the gateway has answered, or the sweep asks it.
ANSWERED_BY = timedelta(seconds=90)


@dataclass(frozen=True, slots=True)
class Asked:
    """`method_ref` is what the gateway calls the means of payment; a saved card is charged without the customer.

    `saves_card` asks the gateway to keep the card for later, where it keeps any. `amount` is given where the payer has
    the choice, and nowhere else. `is_hosted`: on a page of the gateway's own, see `page_of`.
    """

    payable_type: str
    payable_id: UUID
    purpose: Purpose
    gateway: str
    method_ref: str = ""
    return_url: str = ""
    captures_later: bool = False
    saves_card: bool = False
    card: Card | None = None
    amount: Money | None = None
    is_hosted: bool = False


def open_payment(asked: Asked, *, payer: User) -> Payment:
    """The payment as far as it got: paid, waiting for the customer, or refused with the gateway's words."""
    return order_payment(PaymentId(begin_payment(asked, payer=payer).pk), asked)


@transaction.atomic
def begin_payment(asked: Asked, *, payer: User) -> Payment:
    """The row of the attempt: one that is there already, or a new one. No gateway has heard of a new one."""
    payable = payable_of(asked.payable_type)
    payable.lock(asked.payable_id)
    facts = payable.facts(asked.payable_id)
    if facts is None or facts.payer_id != payer.pk:
        raise NotFound
    live = Payment.objects.live().of(asked.payable_type, asked.payable_id)
    there = live.filter(purpose=asked.purpose).first()
    if there is not None and _is_taken_up(there, asked):
        return there
    due = _chosen(facts, asked) if asked.purpose in facts.chosen else facts.due.get(asked.purpose)
    if due is None or not due:
        raise NothingDue
    let_go(asked.payable_type, asked.payable_id, which=OPEN, purposes=kin_of(asked.purpose))
    return _created(asked, due, payer)


def order_payment(pk: PaymentId, asked: Asked) -> Payment:
    """Makes the gateway know of it. Called again it orders nothing twice."""
    payment = Payment.objects.get(pk=pk)
    if payment.status not in OPEN:
        return payment
    try:
        payment = sync_payment(pk) if payment.gateway_ref else _ordered(payment, asked)
    except Refused as refusal:
        _note_refusal(pk, refusal)
        raise Declined(refusal.message) from refusal
    except (Silent, Unavailable, UnderWay) as error:
        raise GatewayDown(retry_after=RETRY_SECONDS) from error
    except Disagreement as error:
        logger.exception("a gateway opened another order than was asked for", extra={"payment": str(pk)})
        raise GatewayDown from error
    if payment.failure_code and payment.status in TRIED_IN_VAIN:
        raise Declined(payment.failure_message)
    return payment


def _chosen(facts: PayableFacts, asked: Asked) -> Money | None:
    most, amount = facts.chosen[asked.purpose], asked.amount
    is_possible = amount is not None and amount.currency == most.currency and 0 < amount.minor <= most.minor
    return amount if is_possible else None


def _is_taken_up(there: Payment, asked: Asked) -> bool:
    """A second click finds the first one's payment. Another means of payment is another attempt, unless one runs."""
    if there.status not in OPEN:
        return True
    if there.calls.filter(state=CallState.SENT, due_at__gt=Now()).exists():
        raise UnderWay
    is_same = there.gateway == asked.gateway and there.captures_later == asked.captures_later
    is_same = is_same and asked.amount in (None, there.amount)
    return is_same and (there.gateway_ref is None or not (asked.method_ref or asked.card or asked.is_hosted))


def _created(asked: Asked, due: Money, payer: User) -> Payment:
    payment: Payment = Payment.objects.create(
        payable_type=asked.payable_type,
        payable_id=asked.payable_id,
        payer=payer,
        purpose=asked.purpose,
        gateway=asked.gateway,
        currency=due.currency,
        amount_minor=due.minor,
        captures_later=asked.captures_later,
        due_at=clock.now() + ANSWERED_BY,
    )
    return payment


def _ordered(payment: Payment, asked: Asked) -> Payment:
    pk = PaymentId(payment.pk)
    if payment.calls.filter(settled_at=None).exists():
        # Nobody knows how the last try went, and the gateway does.
        seen = seen_at_gateway(payment)
        if seen is not None:
            return apply_seen(pk, seen)
    order = _order(payment, asked)
    make_call(
        Wanted(payment, CallVerb.OPEN, f"open:{pk}"),
        lambda gateway, key: gateway.open(order, key=key),
        record=lambda seen: apply_seen(pk, seen),
    )
    return Payment.objects.get(pk=pk)


def _order(payment: Payment, asked: Asked) -> Order:
    facts = payable_of(payment.payable_type).facts(payment.payable_id)
    return Order(
        payment_id=payment.pk,
        amount=payment.amount,
        description=facts.title if facts is not None else "",
        captures_later=payment.captures_later,
        saves_card=asked.saves_card and gateway_of(payment.gateway).saves_cards,
        saved_card=asked.card,
        method_ref=asked.method_ref,
        customer_ref=customer_at(payment.gateway, payment.payer) if asked.saves_card else "",
        return_url=asked.return_url,
        is_hosted=asked.is_hosted,
    )


@transaction.atomic
def _note_refusal(pk: PaymentId, refusal: Refused) -> None:
    """The attempt is over; another one may follow. It stays in the history."""
    payment = locked_payment(pk)
    if payment.status not in OPEN:
        return
    payment.status, payment.due_at = PaymentStatus.FAILED, None
    payment.failure_code, payment.failure_message = refusal.code[:60], refusal.message[:300]
    payment.save(update_fields=["status", "due_at", "failure_code", "failure_message"])
    announce("payment.failed", payment, cause="")
    payable_of(payment.payable_type).on_failed(payment)

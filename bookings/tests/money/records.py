"""The three records of money: the gateway's own books, our rows, and the ledger. Here they are compared.

Each is read for itself; what they come to must be the same, to the minor unit and for every booking.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Sum

from bookings.enums import OCCUPYING
from bookings.models import Booking
from bookings.selectors.paying import PAYABLE
from bookings.tests.money.world import World
from catalog.models import Occupancy
from common.models import OutboxEvent
from common.proofs import check, invariants
from payments.enums import OPEN, Destination, PaymentStatus, Purpose
from payments.models import GatewayCall, Payment, Posting, Refund, WebhookEvent
from payments.sandbox.models import SandboxOrder

# What PostgreSQL is set to, which the tests' own is not; and messages to people, which nobody sends here.
LEFT_OUT = frozenset({"INV-89", "INV-74c"})


def complaints(world: World) -> list[str]:
    """Everything that is not as it must be, now that all has come to rest."""
    return [*world.complaints, *_of_orders(), *_of_bookings(), *_of_loose_ends(world), *_of_invariants()]


def _of_orders() -> Iterator[str]:
    """K4, K5: order by order the gateway and we have the same, and neither has what the other has not."""
    payments = {each.pk: each for each in Payment.objects.exclude(gateway="cash")}
    given: dict[UUID, dict[str | None, int]] = defaultdict(dict)
    for refund in Refund.objects.filter(status="succeeded", destination=Destination.GATEWAY):
        given[refund.payment_id][refund.gateway_ref] = refund.amount_minor
    seen = set()
    for order in SandboxOrder.objects.prefetch_related("refunds"):
        payment = payments.get(order.payment_id)
        if payment is None or payment.gateway_ref != order.reference:
            yield f"order {order.reference} of {order.paid_minor} is of no payment of ours"
            continue
        seen.add(payment.pk)
        theirs = (order.amount_minor, order.paid_minor, order.fee_minor, order.disputed_minor)
        ours = (payment.amount_minor, payment.captured_minor, payment.fee_minor, payment.disputed_minor)
        if theirs != ours:
            yield f"payment {payment.pk} is {ours} here and {theirs} there"
        back = {each.reference: each.amount_minor for each in order.refunds.all()}
        if back != given[payment.pk]:
            yield f"payment {payment.pk} gave back {given[payment.pk]} here and {back} there"
        if order.held_minor != (payment.authorized_minor if payment.status == PaymentStatus.AUTHORIZED else 0):
            yield f"payment {payment.pk} is {payment.status}, and {order.held_minor} are held there"
    for pk, payment in payments.items():
        if pk not in seen and (payment.captured_minor or payment.gateway_ref):
            yield f"payment {pk} has {payment.captured_minor}, of which the gateway never heard"


@dataclass
class Sums:
    """What all payments of one booking come to, in its minor units."""

    # With the gateways and in the till, as they have it, as our rows say it, and as the ledger does.
    there: int = 0
    here: int = 0
    posted: int = 0
    disputed: int = 0
    # Of that for the price, without what became credit, and for tips.
    price: int = 0
    tips: int = 0
    owed_tips: int = 0
    held: int = 0
    earned: int = 0


def _of_bookings() -> Iterator[str]:
    sums = _summed()
    for booking in Booking.objects.all():
        of = sums[booking.pk]
        if not of.there == of.here == of.posted:
            yield f"{booking.pk}: gateway, rows and ledger have {(of.there, of.here, of.posted)}"
        if of.tips != of.owed_tips:
            yield f"{booking.pk}: {of.tips} of tips are here, and {of.owed_tips} are owed"
        if not of.disputed:
            yield from _of_booking(booking, of)


def _of_booking(booking: Booking, of: Sums) -> Iterator[str]:
    """What a bank disputes is the bank's to decide; of the others nothing is left to be decided."""
    name = f"{booking.pk} ({booking.status}, {booking.payment_status})"
    means = booking.points_minor + booking.credit_minor
    if of.price < 0 or of.price + means > booking.total_minor:
        yield f"{name}: {of.price} and {means} were paid of {booking.total_minor}"
    if booking.status == "expired" and (of.price or means):
        yield f"{name}: {of.price} and {means} are kept of what is expired"
    if booking.status == "cancelled" and of.price + means > booking.cancellation_fee_minor:
        yield f"{name}: {of.price} and {means} are kept, and the fee is {booking.cancellation_fee_minor}"
    if booking.status == "cancelled" and booking.points_minor:
        yield f"{name}: {booking.points_minor} of points are kept"
    if booking.status in ("completed", "cancelled", "no_show", "expired") and of.held:
        yield f"{name}: {of.held} are held for what is over"
    if booking.status in ("completed", "cancelled", "no_show") and of.price + means != of.earned:
        yield f"{name}: {of.price} and {means} are kept, and {of.earned} are earned"
    if booking.payment_status in ("unpaid", "failed", "refunded") and of.price:
        yield f"{name}: {of.price} are here"
    if booking.payment_status in ("paid", "deposit_paid") and of.price + means == 0 < booking.total_minor:
        yield f"{name}: nothing is here"
    if booking.status == "pending_payment":
        yield f"{name}: is still waiting"


def _summed() -> dict[UUID, Sums]:
    sums: dict[UUID, Sums] = defaultdict(Sums)
    payments = {each.pk: each for each in Payment.objects.filter(payable_type=PAYABLE)}
    for order in SandboxOrder.objects.filter(payment_id__in=payments).prefetch_related("refunds"):
        back = sum(each.amount_minor for each in order.refunds.all())
        sums[payments[order.payment_id].payable_id].there += order.paid_minor - back - order.disputed_minor
    credited: dict[UUID, int] = defaultdict(int)
    for refund in Refund.objects.filter(status="succeeded", destination=Destination.CREDIT):
        credited[refund.payment_id] += refund.amount_minor
    for pk, payment in payments.items():
        _add(sums[payment.payable_id], payment, credited[pk])
    for booking, code, total in _posted():
        _post(sums[booking], code, total)
    return sums


def _add(of: Sums, payment: Payment, credited: int) -> None:
    kept = payment.captured_minor - payment.refunded_minor
    here = kept + credited - payment.disputed_minor
    of.here += here
    of.disputed += payment.disputed_minor
    if payment.gateway == "cash":
        # Nobody keeps books of what is in the till but we.
        of.there += here
    if payment.purpose == Purpose.TIP:
        of.tips += kept
    else:
        of.price += kept


def _posted() -> Any:
    return (
        Posting.objects.filter(journal__payable_type=PAYABLE)
        .order_by()
        .values_list("journal__payable_id", "account__code")
        .annotate(total=Sum("amount_minor"))
    )


def _post(of: Sums, code: str, total: int) -> None:
    if code.startswith("gateway:") or code == "fees":
        of.posted += total
    elif code.startswith("payable:specialist:"):
        of.owed_tips -= total
    elif code == "customer:deposits":
        of.held -= total
    elif code in ("revenue", "revenue:cancellation", "tax"):
        of.earned -= total


def _of_loose_ends(world: World) -> Iterator[str]:
    """K1, K3, K9, K11: nothing waits, nothing is unknown, nothing that was said is taken back."""
    for call in GatewayCall.objects.filter(settled_at=None):
        yield f"{call.verb} {call.key} is {call.state} still"
    for payment in Payment.objects.filter(status__in=OPEN):
        yield f"payment {payment.pk} is {payment.status} still"
    for refund in Refund.objects.exclude(status__in=["succeeded", "rejected", "failed"]):
        yield f"refund {refund.pk} is {refund.status} still"
    for event in WebhookEvent.objects.exclude(state="done"):
        yield f"webhook {event.type} is {event.state}: {event.error}"
    for news in OutboxEvent.objects.filter(delivered_at=None):
        yield f"{news.name} is told to nobody"
    for pk in world.told_paid - set(Payment.objects.filter(captured_minor__gt=0).values_list("pk", flat=True)):
        yield f"payment {pk} was said to be paid, and is not"
    live = set(Booking.objects.filter(status__in=OCCUPYING).values_list("pk", flat=True))
    if set(Occupancy.objects.filter(kind="booking").values_list("subject_id", flat=True)) != live:
        yield "time is taken for what does not take place, or not for what does"


def _of_invariants() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    for each in invariants():
        if each.id in LEFT_OUT:
            continue
        result = check(each)
        if result.outcome != "ok":
            yield f"{each.id} is {result.outcome}: {each.title} {result.examples}"

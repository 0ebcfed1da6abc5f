"""The three records of money: the gateway's own books, our rows, and the ledger. Here they are compared.

Each is read for itself; what they come to must be the same, to the minor unit and for every booking.
"""

from collections import defaultdict
from collections.abc import Iterator
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
from payments.enums import OPEN, PaymentStatus
from payments.models import GatewayCall, Payment, Posting, Refund, WebhookEvent
from payments.sandbox.models import SandboxOrder

# What PostgreSQL is set to; the tests' own forgets all with the machine.
OF_THE_SERVER = frozenset({"INV-89"})


def complaints(world: World) -> list[str]:
    """Everything that is not as it must be, now that all has come to rest."""
    return [*world.complaints, *_of_orders(), *_of_bookings(), *_of_loose_ends(world), *_of_invariants()]


def _of_orders() -> Iterator[str]:
    """K4, K5: order by order the gateway and we have the same, and neither has what the other has not."""
    payments = {each.pk: each for each in Payment.objects.all()}
    given: dict[UUID, dict[str | None, int]] = defaultdict(dict)
    for refund in Refund.objects.filter(status="succeeded"):
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


def _of_bookings() -> Iterator[str]:
    there: dict[UUID, int] = defaultdict(int)
    disputed: dict[UUID, int] = defaultdict(int)
    of = dict(Payment.objects.filter(payable_type=PAYABLE).values_list("pk", "payable_id"))
    for order in SandboxOrder.objects.filter(payment_id__in=of).prefetch_related("refunds"):
        back = sum(each.amount_minor for each in order.refunds.all())
        there[of[order.payment_id]] += order.paid_minor - back - order.disputed_minor
        disputed[of[order.payment_id]] += order.disputed_minor
    here: dict[UUID, int] = defaultdict(int)
    for each in Payment.objects.all():
        here[each.payable_id] += each.captured_minor - each.refunded_minor - each.disputed_minor
    posted = _posted()
    for booking in Booking.objects.all():
        records = (there[booking.pk], here[booking.pk], posted[booking.pk]["money"])
        if len(set(records)) > 1:
            yield f"{booking.pk}: gateway, rows and ledger have {records}"
        if not disputed[booking.pk]:
            yield from _of_booking(booking, records[0], posted[booking.pk])


def _of_booking(booking: Booking, kept: int, posted: dict[str, int]) -> Iterator[str]:
    """What a bank disputes is the bank's to decide; of the others nothing is left to be decided."""
    name = f"{booking.pk} ({booking.status}, {booking.payment_status})"
    if kept < 0 or kept > booking.total_minor - booking.points_minor - booking.credit_minor:
        yield f"{name}: {kept} were paid of {booking.total_minor}"
    if booking.status == "expired" and kept:
        yield f"{name}: {kept} are kept of what is expired"
    if booking.status == "cancelled" and kept > booking.cancellation_fee_minor:
        yield f"{name}: {kept} are kept, and the fee is {booking.cancellation_fee_minor}"
    if booking.status in ("completed", "cancelled", "no_show", "expired") and posted["customer:deposits"]:
        yield f"{name}: {posted['customer:deposits']} are held for what is over"
    if booking.status in ("completed", "cancelled", "no_show") and -kept != posted["earned"]:
        yield f"{name}: {kept} are kept, and {posted['earned']} are earned"
    if (booking.payment_status in ("unpaid", "failed", "refunded")) != (kept == 0) and booking.total_minor:
        yield f"{name}: {kept} are here"
    if booking.status == "pending_payment":
        yield f"{name}: is still waiting"


def _posted() -> dict[UUID, dict[str, int]]:
    """For each booking what is with the gateway before its fees, what is held and what is earned."""
    sums: dict[UUID, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    rows = (
        Posting.objects.filter(journal__payable_type=PAYABLE)
        .order_by()
        .values_list("journal__payable_id", "account__code")
        .annotate(total=Sum("amount_minor"))
    )
    for booking, code, total in rows:
        group = code
        if code.startswith("gateway:") or code == "fees":
            group = "money"
        elif code in ("revenue", "revenue:cancellation", "tax"):
            group = "earned"
        sums[booking][group] += total
    return sums


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
        if each.id in OF_THE_SERVER:
            continue
        result = check(each)
        if result.outcome != "ok":
            yield f"{each.id} is {result.outcome}: {each.title} {result.examples}"

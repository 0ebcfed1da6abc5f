"""What people do with bookings and money, one step at a time and at random."""

import contextlib
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from bookings.enums import BookingStatus, PaymentMethod, Role
from bookings.models import Booking
from bookings.selectors.paying import PAYABLE, due_for, paid_for
from bookings.services.cancelling import cancel_booking
from bookings.services.cash import record_cash
from bookings.services.closing import complete_booking, mark_no_show
from bookings.services.deciding import confirm_booking, start_booking
from bookings.services.means import cover_with_points, proceed_if_covered, use_credit
from bookings.services.refunds import RefundKind, refund_booking
from bookings.services.rescheduling import reschedule_booking
from bookings.services.tipping import require_tip
from bookings.tests.factories import by_customer, by_specialist
from bookings.tests.money.world import World
from bookings.transitions import Actor, locked
from common.money import Money
from payments.enums import Destination, PaymentStatus, Purpose, RefundStatus
from payments.gateways.base import Card as SavedCard
from payments.models import Payment, PaymentId, Refund
from payments.models import SavedCard as KeptCard
from payments.sandbox import services as sandbox
from payments.sandbox.enums import PAYABLE as PAYABLE_ORDERS
from payments.sandbox.enums import Card, OrderStatus
from payments.sandbox.errors import SandboxError
from payments.sandbox.models import SandboxOrder
from payments.services.capturing import capture_payment
from payments.services.opening import Asked, open_payment
from payments.services.refunding import approve_refund, reject_refund, request_refund, retry_refund
from payments.services.syncing import sync_payment

HOUR = timedelta(hours=1)
TRIES = 5
# Does something, or answers False where there is nothing to do it with.
Step = Callable[[World, Booking], bool | None]


def pay(world: World, booking: Booking) -> bool:
    due = due_for(booking, paid_for(booking.pk))
    purposes = list(due) if due and world.chance.random() < 0.9 else [Purpose.DEPOSIT, Purpose.FULL, Purpose.REST]
    purpose = world.chance.choice(purposes)
    method = world.pick((Card.GOOD.value, 5), ("", 4), (Card.DECLINED.value, 2), (Card.ASKS.value, 2))
    # Nothing is held of what waits for its deposit.
    is_later = booking.status != BookingStatus.PENDING_PAYMENT and world.chance.random() < 0.15
    asked = Asked(
        PAYABLE,
        booking.pk,
        purpose,
        "sandbox",
        method_ref=method,
        captures_later=is_later,
        saves_card=world.chance.random() < 0.3,
        card=_saved_card(booking) if world.chance.random() < 0.2 else None,
    )
    known = set(Payment.objects.of(PAYABLE, booking.pk).values_list("pk", flat=True))
    asked_for = _due(booking, purpose)

    payment = world.tried(lambda: open_payment(asked, payer=booking.customer))

    for each in Payment.objects.of(PAYABLE, booking.pk).exclude(pk__in=known):
        if each.amount_minor != asked_for:
            world.complaints.append(f"{each.amount_minor} were asked for as {purpose}, and {asked_for} are due")
    if payment is not None and payment.status == PaymentStatus.CAPTURED:
        world.told_paid.add(payment.pk)
    return bool(due)


def act_on_page(world: World, booking: Booking) -> bool:
    """The customer has the gateway's page open, perhaps an old one."""
    payments = Payment.objects.of(PAYABLE, booking.pk).values_list("pk", flat=True)
    open_ones = SandboxOrder.objects.filter(payment_id__in=payments, status__in=PAYABLE_ORDERS)
    orders = list(open_ones.order_by("pk"))
    if not orders:
        return False
    order = world.chance.choice(orders)
    if order.status == OrderStatus.NEEDS_AUTHENTICATION:
        world.tried(lambda: sandbox.answer_bank(order.reference, confirms=world.chance.random() < 0.7))
    else:
        card = world.pick((Card.GOOD, 6), (Card.DECLINED, 2), (Card.ASKS, 3))
        world.tried(lambda: sandbox.pay_with(order.reference, card))
    return True


def come_back(world: World, booking: Booking) -> bool:
    """The browser returns and asks how it went."""
    payment = Payment.objects.of(PAYABLE, booking.pk).order_by("-id").first()
    if payment is None:
        return False
    seen = world.tried(lambda: sync_payment(PaymentId(payment.pk)))
    if seen is not None and seen.status == PaymentStatus.CAPTURED:
        world.told_paid.add(seen.pk)
    return True


def capture(world: World, booking: Booking) -> bool:
    held = Payment.objects.of(PAYABLE, booking.pk).filter(status=PaymentStatus.AUTHORIZED).first()
    if held is None:
        return False
    part = world.pick((held.authorized_minor, 2), (max(1, held.authorized_minor // 3), 1))
    world.tried(lambda: capture_payment(PaymentId(held.pk), Money(part, held.currency)))
    return True


def confirm(world: World, booking: Booking) -> None:
    world.tried(lambda: confirm_booking(booking, actor=_host(world, booking)))


def start(world: World, booking: Booking) -> None:
    _wait_for(world, booking)
    world.tried(lambda: start_booking(booking, actor=_host(world, booking)))


def complete(world: World, booking: Booking) -> None:
    _wait_for(world, booking)
    world.tried(lambda: complete_booking(booking, actor=_host(world, booking)))


def stay_away(world: World, booking: Booking) -> None:
    _wait_for(world, booking)
    world.tried(lambda: mark_no_show(booking, actor=_host(world, booking)))


def cancel(world: World, booking: Booking) -> None:
    who = world.pick((by_customer(booking), 3), (_host(world, booking), 1), (_desk(world), 1))
    world.tried(lambda: cancel_booking(booking, actor=who, reason="Rain"))


def reschedule(world: World, booking: Booking) -> None:
    who = world.pick((by_customer(booking), 3), (_desk(world), 1))
    to = booking.starts_at + world.chance.randint(-6, 30) * HOUR / 2
    world.tried(lambda: reschedule_booking(booking, starts_at=to, actor=who))


def give_back(world: World, booking: Booking) -> bool:
    kind = world.pick((RefundKind.FULL, 1), (RefundKind.PARTIAL, 3), (RefundKind.DEPOSIT, 1))
    left = max(0, paid_for(booking.pk).left)
    if not left and world.chance.random() < 0.9:
        return False
    amount = None
    if kind is RefundKind.PARTIAL:
        amount = Money(world.pick((world.chance.randint(1, left + 1), 1), (left // 4 + 1, 2)), booking.currency)
    dana = world.staff[0]
    world.tried(lambda: refund_booking(booking, kind, amount=amount, by=dana, reason="Sorry"))
    return True


def decide(world: World, booking: Booking) -> bool:
    """The second person of the desk."""
    waiting = Refund.objects.filter(payment__payable_id=booking.pk, status=RefundStatus.AWAITING_APPROVAL).first()
    if waiting is not None:
        fred = world.staff[1]
        decision = world.pick((approve_refund, 2), (reject_refund, 1))
        world.tried(lambda: decision(waiting, by=fred))
    failed = Refund.objects.filter(payment__payable_id=booking.pk, status=RefundStatus.FAILED).first()
    if failed is not None:
        world.tried(lambda: retry_refund(failed))
    return waiting is not None or failed is not None


def give_credit(world: World, booking: Booking) -> bool:
    """What is given back may stay here, for another booking."""
    paid = Payment.objects.of(PAYABLE, booking.pk).filter(captured_minor__gt=0).first()
    # What goes back by hand and becomes credit as well is lost, and people have to look at it.
    if paid is None or not paid.refundable or paid.pk in world.by_hand:
        return False
    part = Money(world.chance.randint(1, paid.refundable.minor), paid.currency)
    dana = world.staff[0]
    world.tried(lambda: request_refund(paid, part, by=dana, reason="Sorry", destination=Destination.CREDIT))
    return True


def use_means(world: World, booking: Booking) -> bool:
    """Some points or some credit instead of money."""
    if world.chance.random() < 0.5:
        points = world.chance.randint(1, 300)
        world.tried(lambda: cover_with_points(booking.pk, points, payer=booking.customer))
    else:
        amount = Money(world.chance.randint(1, max(1, booking.total_minor // 2)), booking.currency)
        world.tried(lambda: _with_credit(booking.pk, amount))
    return True


@transaction.atomic
def _with_credit(pk: UUID, amount: Money) -> None:
    booking = locked(pk)
    use_credit(booking, amount)
    proceed_if_covered(booking)


def hand_over_cash(world: World, booking: Booking) -> bool:
    if booking.payment_method != PaymentMethod.CASH:
        return False
    host = booking.specialist.user if booking.specialist is not None else world.staff[0]
    world.tried(lambda: record_cash(booking, by=host))
    return True


def tip(world: World, booking: Booking) -> bool:
    amount = Money(world.chance.randint(1, max(1, booking.total_minor // 4)), booking.currency)
    asked = Asked(PAYABLE, booking.pk, Purpose.TIP, "sandbox", method_ref=Card.GOOD.value, amount=amount)
    world.tried(lambda: _tipped(booking, asked, amount))
    return booking.specialist is not None


def _tipped(booking: Booking, asked: Asked, amount: Money) -> Payment:
    require_tip(booking, amount)
    return open_payment(asked, payer=booking.customer)


def refund_by_hand(world: World, booking: Booking) -> bool:
    """Somebody at the gateway's own back office does, without telling us (E177)."""
    taken = Payment.objects.of(PAYABLE, booking.pk).filter(captured_minor__gt=1, gateway="sandbox")
    paid = taken.exclude(refunds__destination=Destination.CREDIT).first()
    if paid is None:
        return False
    part = Money(world.chance.randint(1, paid.captured_minor), paid.currency)
    key = f"by hand {world.chance.random()}"
    with contextlib.suppress(SandboxError):
        sandbox.refund_order(str(paid.gateway_ref), part, key=key)
    world.worker.commit()
    world.by_hand.add(paid.pk)
    return True


def dispute(world: World, booking: Booking) -> bool:
    """The customer's bank takes it back for now."""
    paid = Payment.objects.of(PAYABLE, booking.pk).filter(captured_minor__gt=0, refunded_minor=0, reserved_minor=0)
    payment = paid.filter(gateway="sandbox").first()
    if payment is None:
        return False
    sandbox.dispute_order(str(payment.gateway_ref), world.chance.randint(1, payment.captured_minor))
    world.worker.commit()
    world.by_hand.add(payment.pk)
    return True


WEIGHTS: dict[str, list[tuple[Step, int]]] = {
    "pending_payment": [(pay, 10), (act_on_page, 6), (come_back, 2), (cancel, 1), (reschedule, 1), (use_means, 2)],
    "pending": [
        *[(use_means, 2), (hand_over_cash, 4), (give_credit, 1)],
        *[(pay, 6), (act_on_page, 4), (confirm, 6), (come_back, 1), (cancel, 2), (reschedule, 1), (give_back, 1)],
    ],
    "confirmed": [
        *[(pay, 6), (act_on_page, 4), (come_back, 1), (cancel, 2), (reschedule, 1), (give_back, 2), (capture, 3)],
        *[(start, 2), (complete, 3), (stay_away, 1), (use_means, 1), (hand_over_cash, 4), (give_credit, 1)],
    ],
    "in_progress": [(complete, 4), (pay, 3), (act_on_page, 2), (give_back, 1), (cancel, 1), (capture, 2)],
    "completed": [
        *[(pay, 4), (act_on_page, 4), (come_back, 1), (give_back, 5), (decide, 3), (refund_by_hand, 2), (dispute, 1)],
        *[(give_credit, 1), (hand_over_cash, 3), (tip, 3)],
    ],
    "expired": [(act_on_page, 6), (come_back, 3), (pay, 1)],
    "cancelled": [(act_on_page, 4), (come_back, 1), (give_back, 2), (decide, 2), (refund_by_hand, 1)],
    "no_show": [(act_on_page, 1), (give_back, 2), (decide, 1)],
}


def do_something(world: World, pk: UUID) -> None:
    """One step that has something to do."""
    booking = world.booking(pk)
    for _ in range(TRIES):
        step = world.pick(*WEIGHTS[booking.status])
        if step(world, booking) is not False:
            return


def _due(booking: Booking, purpose: Purpose) -> int:
    """What can be asked for now, reckoned from the payments: nothing that a client says comes into it."""
    payments = list(Payment.objects.of(PAYABLE, booking.pk).exclude(purpose=Purpose.TIP))
    back = Refund.objects.filter(payment__in=payments, status=RefundStatus.SUCCEEDED, cause__startswith="surplus:")
    paid = sum(each.captured_minor for each in payments) - sum(each.amount_minor for each in back)
    fresh = Booking.objects.get(pk=booking.pk)
    price = fresh.total_minor - fresh.points_minor - fresh.credit_minor
    return (min(fresh.deposit_minor, price) if purpose is Purpose.DEPOSIT else price) - paid


def _saved_card(booking: Booking) -> SavedCard | None:
    kept = KeptCard.objects.filter(user=booking.customer).order_by("-id").first()
    return SavedCard(kept.customer_ref, kept.method_ref) if kept else None


def _wait_for(world: World, booking: Booking) -> None:
    """Mostly until it has begun."""
    ahead = booking.starts_at - world.time.now
    if ahead > timedelta(0) and world.chance.random() < 0.6:
        world.time.passes(ahead + world.chance.randint(0, 4) * HOUR / 4)


def _host(world: World, booking: Booking) -> Actor:
    return by_specialist(booking) if booking.specialist is not None else _desk(world)


def _desk(world: World) -> Actor:
    return Actor(Role.STAFF, world.staff[0])

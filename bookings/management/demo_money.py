"""Money of the demo world, at the sandbox and in cash: paid with a tip, paid in cash, and held for what is to come."""

from typing import Any

from django.conf import settings

from accounts.models import User
from bookings.enums import BookingStatus, PaymentMethod
from bookings.models import Booking
from bookings.selectors.paying import PAYABLE
from common import clock
from common.models import OutboxEvent
from common.money import Money
from payments.enums import Purpose
from payments.gateways.base import Card, Order
from payments.gateways.registry import gateway_of
from payments.models import Payment, PaymentId
from payments.sandbox.enums import Card as SandboxCard
from payments.selectors import card_to_charge
from payments.services.applying import apply_seen

TIP_PERCENT = 10


def seed_money(who: User) -> None:
    """One appointment of each kind; none where the platform has not these gateways."""
    if not {"sandbox", "cash"} <= set(settings.PAYMENT_GATEWAYS):
        return
    appointments = Booking.objects.filter(specialist__isnull=False, total_minor__gt=0).order_by("-starts_at", "pk")
    done = appointments.filter(status=BookingStatus.COMPLETED)
    hers = done.filter(customer=who).first()
    cash = done.exclude(customer=who).first()
    to_come = appointments.filter(customer=who, status=BookingStatus.CONFIRMED, starts_at__gt=clock.now()).last()
    payments = []
    if hers is not None:
        good = SandboxCard.GOOD.value
        payments.append(_paid(hers, Purpose.FULL, hers.total, method_ref=good, saves_card=True))
        payments.append(_paid(hers, Purpose.TIP, hers.total.percent(TIP_PERCENT), method_ref=good))
    if cash is not None:
        Booking.objects.filter(pk=cash.pk).update(payment_method=PaymentMethod.CASH)
        payments.append(_in_cash(cash))
    card = card_to_charge(who)
    if to_come is not None and card is not None:
        known = Card(card.customer_ref, card.method_ref)
        payments.append(_paid(to_come, Purpose.FULL, to_come.total, saved_card=known, captures_later=True))
    # It is meant to have happened long ago, and nobody is to be told of it.
    told = OutboxEvent.objects.waiting().filter(subject__in=[str(each.pk) for each in payments])
    told.update(subscribers=[], delivered_at=clock.now())


def _paid(booking: Booking, purpose: Purpose, amount: Money, **order: Any) -> Payment:
    payment = _payment(booking, purpose, amount, "sandbox", captures_later=bool(order.get("captures_later")))
    wanted = Order(payment.pk, amount, booking.number, **order)
    return apply_seen(PaymentId(payment.pk), gateway_of("sandbox").open(wanted, key=f"open:{payment.pk}"))


def _in_cash(booking: Booking) -> Payment:
    payment = _payment(booking, Purpose.FULL, booking.total, "cash")
    cash, key = gateway_of("cash"), f"open:{payment.pk}"
    opened = cash.open(Order(payment.pk, booking.total, booking.number), key=key)
    return apply_seen(PaymentId(payment.pk), cash.capture(opened.reference, booking.total, key=f"capture:{payment.pk}"))


def _payment(
    booking: Booking, purpose: Purpose, amount: Money, gateway: str, *, captures_later: bool = False
) -> Payment:
    payment: Payment = Payment.objects.create(
        payable_type=PAYABLE,
        payable_id=booking.pk,
        payer=booking.customer,
        purpose=purpose,
        gateway=gateway,
        currency=amount.currency,
        amount_minor=amount.minor,
        captures_later=captures_later,
    )
    return payment

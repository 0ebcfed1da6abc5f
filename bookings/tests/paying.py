"""Alice pays for what she booked, at the gateway of the tests."""

import json
from typing import Any

from django.db.models.functions import Now

from accounts.models import User
from bookings.models import Booking
from bookings.selectors.paying import PAYABLE
from bookings.services.rests import deal_with_rest
from bookings.tests.factories import appointment, offered
from common.ids import new_id
from common.money import Money
from common.outbox import deliver_due
from common.tests.probe.client import client_of
from payments.enums import Purpose
from payments.models import Payment, PaymentId, Refund, RefundId, SavedCard
from payments.selectors import posted_of
from payments.services.opening import Asked, open_payment
from payments.services.refund_calls import run_refund
from payments.services.syncing import sync_payment
from payments.tests.fake_gateway import FakeGateway

PAYMENTS = "/api/v1/payments"
GOOD = "card-good"


def to_be_paid(**fields: Any) -> Booking:
    """An appointment at 1770.00 that waits for its deposit of 200.00."""
    return appointment(offered(deposit_minor=20_000, **fields))


def order_of(booking: Booking, purpose: Purpose = Purpose.DEPOSIT, method: str = "") -> Payment:
    asked = Asked(PAYABLE, booking.pk, purpose, "fake", method_ref=method)
    return open_payment(asked, payer=booking.customer)


def pays(payment: Payment) -> None:
    """The customer does, at the gateway; we have not heard of it."""
    FakeGateway.pays(str(payment.gateway_ref))


def synced(payment: Payment) -> Payment:
    return sync_payment(PaymentId(payment.pk))


def paid(booking: Booking, purpose: Purpose = Purpose.DEPOSIT) -> Payment:
    return order_of(booking, purpose, GOOD)


def follow_up() -> None:
    """Everything that a worker would do by now: events are delivered, refunds are sent to the gateway."""
    deliver_due()
    for refund in Refund.objects.order_by("pk"):
        run_refund(RefundId(refund.pk))


def inr(minor: int) -> Money:
    return Money(minor, "INR")


def books(booking: Booking) -> dict[str, int]:
    """What the ledger has of the booking, without accounts that are even."""
    posted = posted_of(PAYABLE, booking.pk)
    return {code: amount.minor for (code, _), amount in posted.items() if amount}


def with_card(booking: Booking, card: str = "card-good") -> Booking:
    SavedCard.objects.create(user=booking.customer, gateway="fake", customer_ref="alice", method_ref=card)
    return booking


def dealt_with(booking: Booking) -> Booking:
    """As if its time had come."""
    Booking.objects.filter(pk=booking.pk, rest_due_at__isnull=False).update(rest_due_at=Now())
    deal_with_rest(booking.pk)
    return Booking.objects.get(pk=booking.pk)


def rest_of(booking: Booking) -> Payment:
    return Payment.objects.of("booking", booking.pk).exclude(purpose=Purpose.DEPOSIT).latest("id")


def post(user: User | None, path: str, body: Any, key: str = "") -> Any:
    headers = {"Idempotency-Key": key or str(new_id())}
    return client_of(user).post(f"{PAYMENTS}{path}", body, "application/json", headers=headers)


def webhook(order: str, event: str = "", *, signature: str = "good", **more: Any) -> Any:
    told = {"id": event or str(new_id()), "type": "order.changed", "order": order, **more}
    headers = {"Fake-Signature": signature}
    return client_of().post(f"{PAYMENTS}/webhook/fake", json.dumps(told), "application/json", headers=headers)

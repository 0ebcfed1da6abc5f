"""Whatever messages the sandbox loses for ever, its books of the day tell of in the next morning."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from bookings.tests.conftest import Travel
from bookings.tests.paying import books, post, to_be_paid
from common import clock
from common.ids import new_id
from common.money import Money
from payments.models import Payment, ReconciliationRun
from payments.sandbox.enums import Card, FaultKind
from payments.sandbox.models import SandboxEvent, SandboxRefund
from payments.sandbox.services import refund_order
from payments.sandbox.services.faults import misbehave
from payments.sandbox.services.till import pay_with
from payments.services.reconciling import reconcile_due

pytestmark = pytest.mark.django_db


def test_a_deposit_and_a_refund_of_which_nobody_told_us_reach_the_booking_the_next_morning(
    settings: Settings, travel: Travel
) -> None:
    """E198, F20: the webhooks are dropped for ever."""
    settings.RATE_LIMITS, settings.BUSINESS_TIME_ZONE = False, "UTC"
    misbehave(FaultKind.LOSE)
    booking, other = to_be_paid(), to_be_paid(name="Priya")
    orders = []
    for each in (booking, other):
        answer = post(each.customer, "/process-deposit", {"booking_id": str(each.pk)})
        orders.append(answer.json()["data"]["payment_intent"]["gateway_reference"])
        pay_with(orders[-1], Card.GOOD)
    refund_order(orders[1], Money(5_000, "INR"), key=str(new_id()))
    SandboxRefund.objects.update(created_at=clock.now())
    assert not SandboxEvent.objects.exists()

    travel((clock.now() + timedelta(days=1)).replace(hour=2))
    for _ in range(2):
        reconcile_due()

    run = ReconciliationRun.objects.get()
    booking.refresh_from_db()
    other.refresh_from_db()
    assert (run.state, run.counts) == ("clean", {"healed": 2, "matched": 1})
    assert run.totals == {"INR": {"gross": 40_000, "refunded": 5_000, "fee": 800}}
    assert (booking.status, booking.payment_status) == ("pending", "deposit_paid")
    assert (other.status, other.payment_status) == ("pending", "partially_refunded")
    assert (books(booking)["gateway:sandbox"], books(other)["gateway:sandbox"]) == (19_600, 14_600)
    assert set(Payment.objects.values_list("status", "fee_minor")) == {("captured", 400)}

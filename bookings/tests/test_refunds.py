"""Money on its way back: promised once, decided about, refused, asked for again, or given back elsewhere."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from bookings.models import Booking
from bookings.tests.factories import in_force, somebody
from bookings.tests.paying import books, follow_up, inr, paid, synced, to_be_paid
from common.errors import PermissionDenied
from payments.errors import CannotRefund, RefundIsSettled
from payments.gateways.base import Refused, Silent, Unavailable
from payments.models import GatewayCall, Payment, Refund, RefundId
from payments.services.refund_calls import run_refund
from payments.services.refunding import approve_refund, reject_refund, request_refund, retry_refund
from payments.services.resolving import sweep
from payments.tests.fake_gateway import PATH, FakeGateway

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fake(settings: Settings) -> None:
    settings.PAYMENT_GATEWAYS = {"fake": PATH}
    FakeGateway.world()


@pytest.fixture
def deposit() -> Payment:
    return paid(to_be_paid())


def refund_of(payment: Payment, minor: int) -> Refund:
    return request_refund(payment, inr(minor), by=somebody("Dana"), reason="Sorry.")


def as_it_is(refund: Refund) -> tuple[str, int, int]:
    fresh = Refund.objects.select_related("payment").get(pk=refund.pk)
    return fresh.status, fresh.payment.reserved_minor, fresh.payment.refunded_minor


def test_a_refund_that_the_gateway_refuses_is_promised_no_longer_and_can_be_tried_again(deposit: Payment) -> None:
    """E194."""
    refund = refund_of(deposit, 6_000)
    assert as_it_is(refund) == ("pending", 6_000, 0)
    FakeGateway.before["refund"] = Refused("no", "Not now.")

    run_refund(RefundId(refund.pk))
    assert as_it_is(refund) == ("failed", 0, 0)
    retry_refund(refund)
    run_refund(RefundId(refund.pk))

    assert as_it_is(refund) == ("succeeded", 0, 6_000)


@pytest.mark.parametrize(("when", "error"), [("before", Unavailable("down")), ("after", Silent("timed out"))])
def test_a_refund_with_an_unknown_outcome_is_asked_for_again_and_paid_once(
    deposit: Payment, when: str, error: Exception
) -> None:
    refund = refund_of(deposit, 6_000)
    getattr(FakeGateway, when)["refund"] = error
    run_refund(RefundId(refund.pk))
    assert as_it_is(refund) == ("processing", 6_000, 0)

    Refund.objects.update(updated_at=Now() - timedelta(hours=1))
    GatewayCall.objects.filter(settled_at=None).update(due_at=Now())
    sweep()

    assert as_it_is(refund) == ("succeeded", 0, 6_000)
    assert len(FakeGateway.orders[str(deposit.gateway_ref)].refunds) == 1
    assert not GatewayCall.objects.filter(settled_at=None).exists()


def test_a_refund_that_was_made_at_the_gateway_is_taken_note_of(deposit: Payment) -> None:
    """E177."""
    promised = refund_of(deposit, 15_000)
    FakeGateway.gives_back(str(deposit.gateway_ref), inr(12_000))

    for _ in range(2):
        synced(deposit)

    # There is no longer so much to give.
    assert as_it_is(promised) == ("failed", 0, 12_000)
    assert Refund.objects.exclude(pk=promised.pk).get().reason == "Given back at the gateway."


def test_a_disputed_payment_gives_nothing_back_until_the_bank_has_decided(deposit: Payment) -> None:
    reference = str(deposit.gateway_ref)
    FakeGateway.becomes(reference, disputed=inr(20_000))
    booking = Booking.objects.get()
    synced(deposit)
    assert books(booking)["disputes"] == 20_000

    with pytest.raises(CannotRefund, match="bank is looking into"):
        refund_of(deposit, 1)
    FakeGateway.becomes(reference, disputed=inr(0))
    synced(deposit)

    assert books(booking) == {"gateway:fake": 20_000, "customer:deposits": -20_000}
    assert refund_of(deposit, 1).status == "pending"


def test_a_large_refund_waits_for_somebody_else(deposit: Payment) -> None:
    in_force(refund_approval_minor=5_000)
    assert refund_of(deposit, 5_000).status == "pending"
    large = refund_of(deposit, 5_001)
    rejected = refund_of(deposit, 6_000)
    assert as_it_is(large) == ("awaiting_approval", 16_001, 0)

    with pytest.raises(PermissionDenied):
        approve_refund(large, by=somebody("Dana"))
    run_refund(RefundId(large.pk))
    assert as_it_is(large) == ("awaiting_approval", 16_001, 0)
    reject_refund(rejected, by=somebody("Priya"))
    approve_refund(large, by=somebody("Priya"))
    follow_up()

    assert as_it_is(large) == ("succeeded", 0, 10_001)
    with pytest.raises(RefundIsSettled):
        reject_refund(large, by=somebody("Priya"))

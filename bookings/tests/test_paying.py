"""A booking and its money, end to end: what the gateway, the ledger and the booking say is the same."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models.functions import Now
from pytest_django import Settings

from bookings.enums import Role
from bookings.models import Booking
from bookings.selectors.paying import PAYABLE
from bookings.services.cancelling import cancel_booking
from bookings.services.closing import complete_booking, expire_booking
from bookings.tests.conftest import Travel
from bookings.tests.factories import (
    appointment,
    by_customer,
    by_specialist,
    offered,
    somebody,
)
from bookings.tests.paying import GOOD, books, follow_up, inr, order_of, paid, pays, synced, to_be_paid
from bookings.transitions import Actor
from catalog.tests.factories import NOW, at
from common.money import Money
from notifications.models import Notification
from payments.enums import CallState, PaymentStatus, Purpose, RefundStatus
from payments.errors import Declined, Disagreement, GatewayDown, NothingDue
from payments.gateways.base import Refused, Silent, Unavailable
from payments.models import GatewayCall, Journal, Payment, PaymentId, Refund
from payments.services.calls import CalledInTransaction
from payments.services.cancelling import cancel_at_gateway
from payments.services.capturing import capture_payment
from payments.services.opening import Asked, open_payment
from payments.services.refunding import request_refund
from payments.services.resolving import sweep
from payments.tests.fake_gateway import PATH, FakeGateway

pytestmark = pytest.mark.django_db

PAST_THE_HOLD = NOW + timedelta(minutes=16)


@pytest.fixture(autouse=True)
def fake(settings: Settings) -> None:
    settings.PAYMENT_GATEWAYS = {"fake": PATH}
    FakeGateway.world()


def now(booking: Booking) -> tuple[str, str]:
    fresh = Booking.objects.get(pk=booking.pk)
    return fresh.status, fresh.payment_status


# Deposits


@pytest.mark.parametrize(("is_instant", "status"), [(False, "pending"), (True, "confirmed")])
def test_a_deposit_that_is_paid_moves_the_booking_on(is_instant: bool, status: str) -> None:
    booking = to_be_paid(instant_booking=is_instant)

    payment = paid(booking)

    assert (payment.status, payment.amount_minor, payment.captured_minor) == ("captured", 20_000, 20_000)
    assert now(booking) == (status, "deposit_paid")
    assert books(booking) == {"gateway:fake": 20_000, "customer:deposits": -20_000}
    # A second click finds the first one's payment.
    assert paid(booking).pk == payment.pk
    assert len(FakeGateway.orders) == 1


def test_what_is_told_again_and_again_happens_once() -> None:
    payment = order_of(booking := to_be_paid())
    assert (payment.status, now(booking)) == ("pending", ("pending_payment", "unpaid"))
    pays(payment)

    for _ in range(3):
        assert synced(payment).status == "captured"

    assert Journal.objects.count() == 1
    assert booking.timeline.filter(action="pay").count() == 1


def test_a_gateway_is_never_called_within_a_transaction() -> None:
    booking = to_be_paid()

    with pytest.raises(CalledInTransaction), transaction.atomic():
        paid(booking)

    assert not Payment.objects.exists()
    assert FakeGateway.orders == {}


# When the gateway fails


def test_a_silence_after_charging_is_asked_about_and_charges_nothing_again() -> None:
    """E174."""
    booking = to_be_paid()
    FakeGateway.after["open"] = Silent("timed out")

    with pytest.raises(GatewayDown):
        paid(booking)
    assert now(booking) == ("pending_payment", "unpaid")
    assert GatewayCall.objects.get().state == CallState.UNKNOWN
    payment = paid(booking)

    assert (payment.status, len(FakeGateway.orders), Payment.objects.count()) == ("captured", 1, 1)
    assert now(booking) == ("pending", "deposit_paid")


def test_the_sweep_finds_out_what_nobody_asked_about_again() -> None:
    booking = to_be_paid()
    FakeGateway.after["open"] = Silent("timed out")
    with pytest.raises(GatewayDown):
        paid(booking)

    GatewayCall.objects.update(due_at=Now())
    sweep()

    assert now(booking) == ("pending", "deposit_paid")
    assert GatewayCall.objects.get().state == CallState.DONE


def test_a_gateway_that_is_down_costs_nothing_but_time() -> None:
    """E175."""
    booking = to_be_paid()
    FakeGateway.before["open"] = Unavailable("down")

    with pytest.raises(GatewayDown):
        paid(booking)
    assert now(booking) == ("pending_payment", "unpaid")

    assert paid(booking).status == "captured"
    assert Payment.objects.count() == 1


def test_a_refused_card_stays_in_the_history_and_another_one_pays() -> None:
    """E162."""
    booking = to_be_paid()
    FakeGateway.before["open"] = Refused("card_declined", "The card was declined.")

    with pytest.raises(Declined, match=r"The card was declined\."):
        paid(booking)
    assert now(booking) == ("pending_payment", "failed")
    paid(booking)

    assert now(booking) == ("pending", "deposit_paid")
    assert sorted(Payment.objects.values_list("status", flat=True)) == ["captured", "failed"]


@pytest.mark.parametrize(
    "told",
    [
        {"captured": inr(19_999)},
        {"captured": inr(20_001)},
        {"amount": inr(2), "captured": inr(2)},
        {"amount": Money(20_000, "USD"), "captured": Money(20_000, "USD"), "authorized": Money(0, "USD")},
        {"payment_id": "somebody-elses"},
    ],
    ids=["less", "more", "of another amount", "in another currency", "of another order"],
)
def test_what_differs_from_what_was_asked_for_pays_nothing(told: dict[str, Money]) -> None:
    """A083."""
    payment = order_of(booking := to_be_paid())
    FakeGateway.becomes(str(payment.gateway_ref), status=PaymentStatus.CAPTURED, **told)

    with pytest.raises(Disagreement):
        synced(payment)

    assert (now(booking), books(booking)) == (("pending_payment", "unpaid"), {})


# Two at once, too late, too much


def test_of_two_attempts_that_succeed_the_second_goes_back() -> None:
    """E163."""
    booking = to_be_paid()
    first = order_of(booking)
    second = paid(booking)
    pays(first)

    assert synced(first).status == "cancelled"
    follow_up()
    synced(first)

    assert now(booking) == ("pending", "deposit_paid")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.captured_minor, first.refunded_minor) == (20_000, 20_000)
    assert (second.captured_minor, second.refunded_minor) == (20_000, 0)
    assert books(booking) == {"gateway:fake": 20_000, "customer:deposits": -20_000}


def test_what_comes_while_it_is_held_goes_back_and_was_never_paid() -> None:
    booking = appointment(offered())
    first = order_of(booking, Purpose.FULL)
    held = Asked(PAYABLE, booking.pk, Purpose.FULL, "fake", captures_later=True)
    second = open_payment(held, payer=booking.customer)
    FakeGateway.holds(str(second.gateway_ref))
    synced(second)
    pays(first)

    synced(first)
    follow_up()

    assert (now(booking), books(booking)) == (("pending", "unpaid"), {})


def test_an_order_that_nobody_paid_is_called_off_with_its_booking(travel: Travel) -> None:
    payment = order_of(booking := to_be_paid())
    travel(PAST_THE_HOLD)
    expire_booking(booking.pk)

    follow_up()
    cancel_at_gateway(PaymentId(payment.pk))

    payment.refresh_from_db()
    assert (payment.status, payment.due_at) == ("cancelled", None)
    assert FakeGateway.orders[str(payment.gateway_ref)].status == "cancelled"
    assert now(booking) == ("expired", "unpaid")
    with pytest.raises(NothingDue):
        paid(booking)


def test_late_money_brings_the_booking_back_while_its_time_is_free(travel: Travel) -> None:
    """E164, U25."""
    payment = order_of(booking := to_be_paid())
    travel(PAST_THE_HOLD)
    expire_booking(booking.pk)
    pays(payment)

    synced(payment)
    follow_up()

    assert now(booking) == ("pending", "deposit_paid")
    assert [step.action for step in booking.timeline.all()] == ["create", "expire", "revive"]


def test_late_money_goes_back_when_the_time_is_taken(travel: Travel) -> None:
    """E164, U25, A087."""
    payment = order_of(booking := to_be_paid())
    travel(PAST_THE_HOLD)
    expire_booking(booking.pk)
    assert booking.service is not None
    appointment(booking.service, alice=somebody("Charlie"))
    pays(payment)

    synced(payment)
    assert Refund.objects.get().status == RefundStatus.PENDING
    follow_up()

    assert now(booking) == ("expired", "refunded")
    assert FakeGateway.orders[str(payment.gateway_ref)].refunds[0].amount == inr(20_000)
    assert books(booking) == {}


# Cancelling


def called_off(role: Role, when: timedelta, travel: Travel) -> Booking:
    """A booking without deposit that was paid in full, 1770.00."""
    booking = appointment(offered(), at("10:00") + timedelta(days=7))
    paid(booking, Purpose.FULL)
    travel(booking.starts_at - when)
    booking.refresh_from_db()
    actor: Actor = by_customer(booking) if role is Role.CUSTOMER else by_specialist(booking)
    cancel_booking(booking, actor=actor)
    follow_up()
    return booking


@pytest.mark.parametrize(
    ("role", "when"),
    [(Role.CUSTOMER, timedelta(hours=24)), (Role.SPECIALIST, timedelta(hours=1))],
    ids=["in time", "by the specialist"],
)
def test_all_goes_back_where_cancelling_is_free(role: Role, when: timedelta, travel: Travel) -> None:
    """E093, E096."""
    booking = called_off(role, when, travel)

    assert now(booking) == ("cancelled", "refunded")
    assert books(booking) == {}
    assert Refund.objects.get().amount_minor == 177_000


def test_what_is_cancelled_late_keeps_its_fee_and_earns_it(travel: Travel) -> None:
    """E094: ten per cent, of which the tax is due."""
    booking = called_off(Role.CUSTOMER, timedelta(hours=23), travel)

    assert now(booking) == ("cancelled", "partially_refunded")
    assert Refund.objects.get().amount_minor == 159_300
    assert books(booking) == {"gateway:fake": 17_700, "revenue:cancellation": -15_000, "tax": -2_700}
    follow_up()
    told = Notification.objects.filter(recipient=booking.customer, topic="money").order_by("pk")
    assert [(each.kind, each.data["amount"]) for each in told] == [
        ("payment_received", "1770.00 INR"),
        ("payment_refunded", "1593.00 INR"),
    ]


def test_nothing_goes_back_of_what_was_never_paid() -> None:
    """E097."""
    payment = order_of(booking := to_be_paid())

    cancel_booking(booking, actor=by_customer(booking))
    follow_up()

    payment.refresh_from_db()
    assert (payment.status, Refund.objects.count()) == ("cancelled", 0)


# What is earned


def test_a_booking_that_is_done_has_earned_its_money_and_a_refund_takes_its_share_of_the_tax(travel: Travel) -> None:
    """E190: 1000.00 back, of which 152.54 were tax."""
    booking = to_be_paid(instant_booking=True)
    paid(booking)
    rest = paid(booking, Purpose.REST)
    assert (rest.amount_minor, now(booking)) == (157_000, ("confirmed", "paid"))
    travel(booking.ends_at)
    complete_booking(booking, actor=by_specialist(booking))
    follow_up()
    assert books(booking) == {"gateway:fake": 177_000, "revenue": -150_000, "tax": -27_000}

    request_refund(rest, inr(100_000), by=somebody("Dana"), reason="Half of it was cold.")
    follow_up()

    assert now(booking) == ("completed", "partially_refunded")
    assert books(booking) == {"gateway:fake": 77_000, "revenue": -65_254, "tax": -11_746}
    # What was given back out of kindness is not asked for again.
    with pytest.raises(NothingDue):
        order_of(booking, Purpose.FULL)


# Holds, and other cards


def test_of_what_is_held_a_part_is_taken_and_the_rest_let_go() -> None:
    """E171."""
    booking = appointment(offered())
    held = Asked(PAYABLE, booking.pk, Purpose.FULL, "fake", captures_later=True)
    payment = open_payment(held, payer=booking.customer)
    FakeGateway.holds(str(payment.gateway_ref))
    assert (synced(payment).status, books(booking)) == ("authorized", {})

    for _ in range(2):
        assert capture_payment(PaymentId(payment.pk), inr(100_000)).captured_minor == 100_000

    assert books(booking) == {"gateway:fake": 100_000, "customer:deposits": -100_000}
    assert now(booking) == ("pending", "deposit_paid")


def test_a_hold_is_let_go_with_its_booking() -> None:
    booking = appointment(offered())
    held = Asked(PAYABLE, booking.pk, Purpose.FULL, "fake", captures_later=True)
    payment = open_payment(held, payer=booking.customer)
    FakeGateway.holds(str(payment.gateway_ref))
    synced(payment)

    cancel_booking(booking, actor=by_customer(booking))
    follow_up()
    cancel_at_gateway(PaymentId(payment.pk))

    payment.refresh_from_db()
    assert (payment.status, payment.authorized_minor, payment.due_at) == ("cancelled", 0, None)
    assert FakeGateway.orders[str(payment.gateway_ref)].status == "cancelled"


def test_methods_of_payment_are_told_apart_by_what_runs() -> None:
    """Another card is another attempt, and the order of the first is called off."""
    booking = to_be_paid()
    first = order_of(booking)

    assert order_of(booking).pk == first.pk
    second = order_of(booking, method="another card")

    assert second.pk != first.pk
    first.refresh_from_db()
    assert (first.status, first.due_at is not None) == ("cancelled", True)
    assert order_of(booking, method=GOOD).status == "captured"

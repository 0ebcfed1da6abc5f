"""Money and bookings under many hands at once."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from bookings.models import Booking
from bookings.services.cash import record_cash
from bookings.services.closing import complete_booking, expire_booking
from bookings.services.rests import deal_with_rest
from bookings.tests.conftest import Travel
from bookings.tests.factories import appointment, by_specialist, completed, offered, somebody
from bookings.tests.paying import GOOD, books, follow_up, inr, order_of, paid, pays, synced, to_be_paid, webhook
from catalog.errors import SlotTaken
from catalog.models import Service
from catalog.tests.factories import NOW, at
from common.tests.threads import in_threads
from loyalty.models import LoyaltyEntry
from payments.enums import Purpose
from payments.errors import CannotRefund, GatewayDown, UnderWay
from payments.models import Journal, Payment, Refund, RefundId, SavedCard, WebhookEvent
from payments.services.refund_calls import run_refund
from payments.services.refunding import request_refund
from payments.services.webhooks import process_webhook
from payments.tests.fake_gateway import PATH, FakeGateway

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def fake(settings: Settings) -> None:
    settings.PAYMENT_GATEWAYS = {"fake": PATH}
    FakeGateway.world()


def at_once(*works: Callable[[], Any]) -> list[Any]:
    waiting = list(works)

    def work() -> Any:
        mine = waiting.pop()
        return mine()

    return in_threads(len(works), work)


def test_a_browser_and_three_webhooks_have_one_effect() -> None:
    """E160, U26, A081."""
    payment = order_of(booking := to_be_paid())
    pays(payment)
    for _ in range(3):
        assert webhook(str(payment.gateway_ref)).status_code == 200
    events = [event.pk for event in WebhookEvent.objects.all()]

    at_once(lambda: synced(payment), *(partial(process_webhook, pk) for pk in events))

    booking.refresh_from_db()
    assert (booking.status, booking.payment_status) == ("pending", "deposit_paid")
    assert (Journal.objects.count(), booking.timeline.filter(action="pay").count()) == (1, 1)
    assert set(WebhookEvent.objects.values_list("state", flat=True)) == {"done"}


def test_what_is_paid_afterwards_earns_its_points_once() -> None:
    """E160: told four times at once that a completed booking is paid now."""
    payment = order_of(booking := completed(), Purpose.FULL)
    pays(payment)
    for _ in range(3):
        assert webhook(str(payment.gateway_ref)).status_code == 200
    events = [event.pk for event in WebhookEvent.objects.all()]

    at_once(lambda: synced(payment), *(partial(process_webhook, pk) for pk in events))

    booking.refresh_from_db()
    assert (booking.payment_status, Journal.objects.filter(kind="capture").count()) == ("paid", 1)
    assert LoyaltyEntry.objects.filter(kind="earn", subject_id=booking.pk).count() == 1


def test_of_two_refunds_of_sixty_of_a_hundred_one_is_promised() -> None:
    """U32, A098."""
    payment = paid(to_be_paid())
    dana = somebody("Dana")

    def outcome() -> str:
        try:
            return request_refund(payment, inr(12_000), by=dana, reason="Sorry.").status
        except CannotRefund:
            return "refused"

    assert Counter(in_threads(2, outcome)) == {"pending": 1, "refused": 1}
    follow_up()
    payment.refresh_from_db()
    assert (payment.refunded_minor, payment.reserved_minor) == (12_000, 0)


def race_of_the_deposit(travel: Travel, service: Service, number: int, pauses: list[float]) -> bool:
    """Whether the deposit won against the end of its hold and somebody else who is after the time; never neither."""
    travel(NOW)
    starts_at = at("09:00") + timedelta(days=number // 8, hours=number % 8)
    payment = order_of(booking := appointment(service, starts_at))
    pays(payment)
    travel(NOW + timedelta(minutes=16))
    charlie = somebody("Charlie")

    def rival() -> bool:
        try:
            appointment(service, starts_at, alice=charlie)
        except SlotTaken:
            return False
        return True

    works = [lambda: expire_booking(booking.pk), lambda: synced(payment), rival]
    answers = at_once(*(partial(after, pause, work) for pause, work in zip(pauses, works, strict=True)))
    for refund in Refund.objects.filter(payment=payment):
        run_refund(RefundId(refund.pk))

    booking.refresh_from_db()
    payment.refresh_from_db()
    has_it, kept = booking.status == "pending", payment.captured_minor - payment.refunded_minor
    assert (has_it, kept) in {(True, 20_000), (False, 0)}
    assert has_it is not (True in answers)
    assert books(booking).get("gateway:fake", 0) == kept
    assert Refund.objects.filter(payment=payment).count() == (0 if has_it else 1)
    # Charlie pays for nothing, and holds no more than one time.
    Booking.objects.filter(customer=charlie, status="pending_payment").update(expires_at=NOW)
    return has_it


def after(pause: float, work: Callable[[], Any]) -> Any:
    time.sleep(pause)
    return work()


def test_a_deposit_that_comes_as_the_hold_ends_books_or_goes_back(travel: Travel) -> None:
    """Never neither, also when somebody else is after the time."""
    service = offered(deposit_minor=20_000)

    for number in range(5):
        race_of_the_deposit(travel, service, number, [0, 0, 0])


@pytest.mark.deep
@pytest.mark.timeout(600)
def test_two_hundred_deposits_that_come_as_their_holds_end_book_or_go_back(travel: Travel) -> None:
    service, chance = offered(deposit_minor=20_000), Random(25)  # noqa: S311 - of tests

    ends = Counter(
        race_of_the_deposit(travel, service, number, [chance.random() / 100 for _ in range(3)]) for number in range(200)
    )

    assert min(ends[True], ends[False]) > 0


def test_eight_clicks_pay_one_deposit() -> None:
    """A088."""
    booking = to_be_paid()

    def outcome() -> str:
        try:
            return str(paid(booking).pk)
        except (GatewayDown, UnderWay) as error:
            return type(error).__name__

    answers = set(in_threads(8, outcome))

    assert answers <= {str(Payment.objects.get().pk), "UnderWay", "GatewayDown"}
    assert len(FakeGateway.orders) == 1
    assert paid(booking).status == "captured"
    assert Booking.objects.get().status == "pending"


def test_four_workers_hold_a_rest_once_and_take_it_once(travel: Travel) -> None:
    booking = to_be_paid(instant_booking=True)
    paid(booking)
    SavedCard.objects.create(user=booking.customer, gateway="fake", customer_ref="alice", method_ref=GOOD)

    def deal() -> bool:
        return deal_with_rest(booking.pk)

    Booking.objects.update(rest_due_at=Now())
    assert Counter(in_threads(4, deal)) == {True: 1, False: 3}
    travel(booking.ends_at)
    complete_booking(booking, actor=by_specialist(booking))
    Booking.objects.update(rest_due_at=Now())
    assert Counter(in_threads(4, deal)) == {True: 1, False: 3}
    follow_up()

    assert Payment.objects.get(purpose="rest").captured_minor == 157_000
    assert books(booking) == {"gateway:fake": 177_000, "revenue": -150_000, "tax": -27_000}


def test_cash_that_four_say_at_once_is_there_once(settings: Settings) -> None:
    """A104."""
    settings.PAYMENT_GATEWAYS = {"cash": "payments.gateways.cash.CashGateway"}
    booking = appointment(offered(instant_booking=True), payment_method="cash")
    dana = somebody("Dana")

    def outcome() -> str:
        try:
            return str(record_cash(booking, by=dana).pk)
        except (GatewayDown, UnderWay) as error:
            return type(error).__name__

    answers = set(in_threads(4, outcome))

    assert answers <= {str(Payment.objects.get().pk), "UnderWay", "GatewayDown"}
    assert record_cash(booking, by=dana).captured_minor == 177_000
    assert books(booking) == {"gateway:cash": 177_000, "customer:deposits": -177_000}

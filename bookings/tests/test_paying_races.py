"""Money and bookings under many hands at once."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from bookings.models import Booking
from bookings.services.cash import record_cash
from bookings.services.closing import complete_booking, expire_booking
from bookings.services.rests import deal_with_rest
from bookings.tests.conftest import Travel
from bookings.tests.factories import appointment, by_specialist, offered, somebody
from bookings.tests.paying import GOOD, books, follow_up, inr, order_of, paid, pays, synced, to_be_paid, webhook
from catalog.errors import SlotTaken
from catalog.tests.factories import NOW
from common.tests.threads import in_threads
from payments.errors import CannotRefund, GatewayDown, UnderWay
from payments.models import Journal, Payment, Refund, SavedCard, WebhookEvent
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


def test_a_deposit_that_comes_as_the_hold_ends_books_or_goes_back(travel: Travel) -> None:
    """Never neither, also when somebody else is after the time."""
    payment = order_of(booking := to_be_paid())
    pays(payment)
    travel(NOW + timedelta(minutes=16))
    charlie, service = somebody("Charlie"), booking.service
    assert service is not None

    def rival() -> bool:
        try:
            appointment(service, alice=charlie)
        except SlotTaken:
            return False
        return True

    answers = at_once(lambda: expire_booking(booking.pk), lambda: synced(payment), rival)
    follow_up()

    booking.refresh_from_db()
    payment.refresh_from_db()
    has_it, kept = booking.status == "pending", payment.captured_minor - payment.refunded_minor
    assert (has_it, kept) in {(True, 20_000), (False, 0)}
    assert has_it is not (True in answers)
    assert books(booking).get("gateway:fake", 0) == kept
    assert Refund.objects.count() == (0 if has_it else 1)


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

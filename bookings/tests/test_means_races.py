"""Points, credit and bookings under many hands at once."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from pytest_django import Settings

from bookings.errors import CannotBook
from bookings.models import Booking
from bookings.services.closing import expire_booking
from bookings.services.means import cover_with_points, use_credit
from bookings.tests.conftest import Travel
from bookings.tests.factories import appointment, offered, somebody
from bookings.tests.means import balance, credit, paid_with, takes, with_credit, with_points
from bookings.tests.paying import books, follow_up, inr, order_of, pays, synced, to_be_paid
from bookings.transitions import locked
from catalog.tests.factories import NOW, at
from common.errors import DomainError
from common.proofs import prove
from common.tests.threads import in_threads
from loyalty.errors import NotEnoughPoints
from loyalty.models import LoyaltyEntry
from loyalty.services import redeem_for_booking
from payments.tests.fake_gateway import PATH, FakeGateway

pytestmark = pytest.mark.django_db(transaction=True)
SOUND = ["INV-15", "INV-54", "INV-54a", "INV-55", "INV-57", "INV-57a", "INV-57b"]


@pytest.fixture(autouse=True)
def fake(settings: Settings) -> None:
    settings.PAYMENT_GATEWAYS = {"fake": PATH}
    FakeGateway.world()


def at_once(*works: Callable[[], Any]) -> list[Any]:
    waiting = list(works)

    def work() -> Any:
        mine = waiting.pop()
        try:
            mine()
        except DomainError as refusal:
            return type(refusal)
        return None

    return in_threads(len(works), work)


def test_the_same_points_and_the_same_credit_pay_for_one_of_two_bookings() -> None:
    """A111."""
    alice = with_credit(with_points(somebody("Alice"), 100), 2_000)
    service = offered(deposit_minor=20_000)
    first, second = (appointment(service, at(hour), alice=alice) for hour in ("10:00", "12:00"))

    def pays_by_credit(booking: Booking) -> None:
        with transaction.atomic():
            use_credit(locked(booking.pk), inr(2_000))

    by_points = at_once(*(lambda pk=each.pk: redeem_for_booking(alice, 100, booking_id=pk) for each in (first, second)))
    by_credit = at_once(*(lambda each=each: pays_by_credit(each) for each in (first, second)))

    assert Counter(by_points) == {None: 1, NotEnoughPoints: 1}
    assert Counter(by_credit) == {None: 1, CannotBook: 1}
    assert (balance(alice), credit(alice)) == (0, 0)
    paid = [paid_with(each) for each in (first, second)]
    assert [sum(each) for each in zip(*paid, strict=True)] == [1_000, 2_000]
    assert prove(only=SOUND).proven == len(SOUND)


def test_eight_clicks_take_the_points_of_one() -> None:
    alice = with_points(somebody("Alice"), 1_000)
    booking = to_be_paid()

    at_once(*[lambda: cover_with_points(booking.pk, 50, payer=alice)] * 8)

    assert (balance(alice), paid_with(booking), LoyaltyEntry.objects.filter(kind="redeem").count()) == (
        950,
        (500, 0),
        1,
    )


def test_money_that_comes_as_the_hold_ends_leaves_points_with_one_of_both(travel: Travel) -> None:
    alice = with_points(somebody("Alice"), 100)
    booking = takes(to_be_paid(), points=100)
    payment = order_of(booking)
    pays(payment)
    travel(NOW + timedelta(minutes=16))

    at_once(lambda: expire_booking(booking.pk), lambda: synced(payment))
    follow_up()

    booking.refresh_from_db()
    assert (booking.status, balance(alice), paid_with(booking)) == ("pending", 0, (1_000, 0))
    assert books(booking) == {"gateway:fake": 20_000, "loyalty": 1_000, "customer:deposits": -21_000}
    assert prove(only=SOUND).proven == len(SOUND)

"""Points for completed bookings and for reviews: once for each cause, and no longer than the money stays."""

from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import User
from bookings.models import Booking
from bookings.services.closing import complete_booking
from bookings.services.refunds import RefundKind, refund_booking
from bookings.subscribers import settle, thank_for_review
from bookings.tests.conftest import Travel
from bookings.tests.factories import appointment, by_specialist, offered, somebody
from bookings.tests.means import balance, credit, priced, takes, with_points
from bookings.tests.paying import books, follow_up, inr, paid
from bookings.tests.review_calls import reviewed, send
from catalog.tests.factories import at
from common.events import Event, Subscriber
from common.models import OutboxEvent
from common.outbox import deliver_due
from common.tests.probe.client import client_of
from loyalty.models import LoyaltyAccount, LoyaltyEntry
from loyalty.tiers import Tier
from notifications.models import Notification
from payments.enums import Destination, Purpose
from payments.models import Payment
from payments.services.refunding import request_refund
from payments.tests.fake_gateway import PATH, FakeGateway

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fake(settings: Settings, travel: Travel) -> None:
    settings.PAYMENT_GATEWAYS = {"fake": PATH}
    FakeGateway.world()


def done(minor: int, travel: Travel, **fields: Any) -> Booking:
    """Alice's appointment at so much, paid and done."""
    booking = priced(minor, instant_booking=True, **fields)
    paid(booking, Purpose.FULL)
    travel(at("10:30"))
    complete_booking(Booking.objects.get(pk=booking.pk), actor=by_specialist(booking))
    deliver_due()
    return Booking.objects.get(pk=booking.pk)


def earned(user: User) -> list[int]:
    entries = LoyaltyEntry.objects.filter(account__user=user, kind__in=["earn", "reverse"])
    return list(entries.order_by("number").values_list("points", flat=True))


def refunds(booking: Booking, minor: int, destination: Destination = Destination.GATEWAY) -> None:
    payment = Payment.objects.get(payable_id=booking.pk, captured_minor__gt=0)
    dana = somebody("Dana")
    request_refund(payment, inr(minor), by=dana, reason="Sorry", destination=destination)
    follow_up()


def told_again(name: str, subscriber: Subscriber) -> None:
    for row in OutboxEvent.objects.filter(name=name):
        subscriber(Event(id=row.pk, name=row.name, subject=row.subject, data=row.data, at=row.created_at))


@pytest.mark.parametrize(("minor", "points"), [(14_999, [14]), (15_000, [15]), (999, [])])
def test_a_completed_booking_earns_points_for_its_price_once(travel: Travel, minor: int, points: list[int]) -> None:
    """E260, E261: told again, it earns nothing more."""
    booking = done(minor, travel)

    for _ in range(2):
        told_again("booking.completed", settle)

    assert earned(booking.customer) == points


def test_what_points_have_paid_earns_as_well(travel: Travel) -> None:
    booking = priced(15_000, instant_booking=True)
    with_points(booking.customer, 50)
    takes(booking, points=50)
    paid(booking, Purpose.FULL)
    travel(at("10:30"))

    complete_booking(Booking.objects.get(pk=booking.pk), actor=by_specialist(booking))
    follow_up()

    assert earned(booking.customer) == [50, 15]


@pytest.mark.parametrize("destination", Destination)
def test_refunds_take_back_their_share_whole_points_at_a_time(travel: Travel, destination: Destination) -> None:
    """U35, E265: half and then the rest of 15 points take 7 and 8, also where the money becomes credit."""
    booking = done(15_000, travel)

    refunds(booking, 7_500, destination)
    assert earned(booking.customer) == [15, -7]
    refunds(booking, 7_500, destination)
    told_again("booking.completed", settle)

    assert (earned(booking.customer), balance(booking.customer)) == ([15, -7, -8], 0)
    is_credit = destination is Destination.CREDIT
    assert credit(booking.customer) == (15_000 if is_credit else 0)
    assert books(booking).get("gateway:fake", 0) == (15_000 if is_credit else 0)
    assert books(booking).get("revenue", 0) == 0
    deliver_due()
    told = Notification.objects.filter(recipient=booking.customer, kind__startswith="payment_").order_by("pk")
    kind = "payment_credited" if is_credit else "payment_refunded"
    assert [each.kind for each in told] == ["payment_received", kind, kind]


def test_a_refund_ahead_of_the_completion_counts_like_one_after_it(travel: Travel) -> None:
    booking = priced(15_000, instant_booking=True)
    paid(booking, Purpose.FULL)
    refund_booking(booking, RefundKind.PARTIAL, amount=inr(5_000), by=somebody("Dana"), reason="Sorry")
    follow_up()
    travel(at("10:30"))

    complete_booking(Booking.objects.get(pk=booking.pk), actor=by_specialist(booking))
    follow_up()

    assert earned(booking.customer) == [15, -5]


def test_points_that_are_spent_when_their_refund_comes_are_owed(travel: Travel) -> None:
    """U35, and E266: the tier follows what was ever earned; a booking that is made keeps its price."""
    booking = done(300_000, travel)
    alice = booking.customer
    assert LoyaltyAccount.objects.get(user=alice).lifetime_points == 300
    travel(at("10:31"))
    elsewhere = appointment(offered("Ben", deposit_minor=20_000), at("14:00"), alice=alice)
    again = takes(elsewhere, points=300)

    refunds(booking, 300_000)

    account = LoyaltyAccount.objects.get(user=alice)
    assert (account.balance, account.lifetime_points) == (-300, 0)
    assert Tier.BRONZE.value == client_of(alice).get("/api/v1/loyalty/points").json()["data"]["tier"]
    again.refresh_from_db()
    assert again.points_minor == 3_000


def test_a_review_earns_ten_points_once_whatever_becomes_of_it(travel: Travel) -> None:
    """A110: edited, deleted and posted anew, and told again."""
    booking = done(999, travel)
    alice = booking.customer
    review = reviewed(booking)
    deliver_due()
    assert send("PUT", review, alice, rating=1, comment="No.").status_code == 200
    assert send("DELETE", review, alice).status_code == 200
    reviewed(booking)
    deliver_due()
    told_again("review.posted", thank_for_review)

    assert earned(alice) == [10]

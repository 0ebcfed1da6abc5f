"""What pays for a booking besides money: taken within what is due, and given back when it comes to nothing."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from accounts.models import User
from bookings.enums import Role
from bookings.errors import CannotBook
from bookings.models import Booking
from bookings.services.cancelling import cancel_booking
from bookings.services.closing import complete_booking, expire_booking
from bookings.services.paying import settle_booking
from bookings.services.series_cancelling import cancel_series
from bookings.tests.conftest import Travel
from bookings.tests.factories import appointment, by_customer, by_specialist, in_force, offered, somebody
from bookings.tests.means import (
    balance,
    credit,
    journals,
    paid_with,
    priced,
    takes,
    with_code,
    with_credit,
    with_points,
)
from bookings.tests.paying import books, follow_up, order_of, paid, pays, synced, to_be_paid
from bookings.tests.series_factories import booked
from bookings.transitions import SYSTEM
from catalog.tests.factories import NOW, at
from loyalty.enums import DiscountKind, RedemptionState
from loyalty.errors import CannotRedeem, NotEnoughPoints
from loyalty.models import LoyaltyAccount, LoyaltyEntry, PointsLot, PromoCode, PromoRedemption
from loyalty.tests.factories import save10
from payments.enums import PaymentStatus, Purpose
from payments.models import Payment, Refund
from payments.tests.fake_gateway import PATH, FakeGateway

pytestmark = pytest.mark.django_db

PAST_THE_HOLD = NOW + timedelta(minutes=16)


@pytest.fixture(autouse=True)
def fake(settings: Settings) -> None:
    settings.PAYMENT_GATEWAYS = {"fake": PATH}
    FakeGateway.world()


@pytest.fixture
def alice() -> User:
    """She has 1,000 points, worth 100.00, and 500.00 of credit."""
    return with_credit(with_points(somebody("Alice"), 1_000), 50_000)


def now(booking: Booking) -> tuple[str, str]:
    fresh = Booking.objects.get(pk=booking.pk)
    return fresh.status, fresh.payment_status


def state_of_code(booking: Booking) -> str:
    return PromoRedemption.objects.get(subject_id=booking.pk).state


# Using


def test_a_code_then_points_then_credit_pay_before_money_does(alice: User) -> None:
    """E134: 1500.00 less 150.00 and 18 % tax are 1593.00; points and credit pay of that, and money the rest."""
    booking = with_code(to_be_paid(), save10())

    booking = takes(booking, points=400, credit=30_000)

    assert (booking.total_minor, paid_with(booking)) == (159_300, (4_000, 30_000))
    assert (balance(alice), credit(alice), state_of_code(booking)) == (600, 20_000, "held")
    assert books(booking) == {
        "loyalty": 4_000,
        f"credit:{alice.pk}": 30_000,
        "customer:deposits": -34_000,
    }
    payment = paid(booking, Purpose.FULL)
    assert (payment.amount_minor, now(booking), state_of_code(booking)) == (125_300, ("pending", "paid"), "used")


@pytest.mark.parametrize(
    ("points", "credit_minor", "error"),
    [(1_001, 0, NotEnoughPoints), (0, 50_001, CannotBook), (0, -1, CannotBook), (17_701, 0, CannotRedeem)],
    ids=["more points", "more credit", "less than nothing", "more than is due"],
)
def test_more_than_there_is_or_is_due_is_refused_and_takes_nothing(
    alice: User, points: int, credit_minor: int, error: type[Exception]
) -> None:
    """A112, E134."""
    booking = to_be_paid()

    with pytest.raises(error):
        takes(booking, points=points, credit=credit_minor)

    assert (balance(alice), credit(alice), paid_with(booking), books(booking)) == (1_000, 50_000, (0, 0), {})


def test_points_pay_no_tax_where_the_settings_say_so(alice: User) -> None:
    """E134: of 1770.00 with 270.00 of tax points pay 1500.00 at most, in all."""
    in_force(points_pay_tax=False)
    with_points(alice, 20_000)
    booking = takes(to_be_paid(), points=14_000)

    with pytest.raises(CannotRedeem, match="At most 1000 points"):
        takes(booking, points=1_001)
    takes(booking, points=1_000)
    with pytest.raises(CannotRedeem):
        takes(booking, points=1)

    assert paid_with(booking) == (150_000, 0)


def test_nothing_left_to_pay_goes_on_as_paid_without_a_gateway(alice: User) -> None:
    """E123: a code of 100 %, points or credit."""
    everything = PromoCode.objects.create(
        code="ALL", discount_kind=DiscountKind.FIXED, amount_minor=500_000, currency="INR"
    )
    by_code = takes(with_code(to_be_paid(), everything))
    assert (by_code.total_minor, now(by_code), state_of_code(by_code)) == (0, ("pending", "paid"), "used")

    with_points(alice, 20_000)
    by_points = takes(appointment(offered("Ben", deposit_minor=20_000), alice=alice), points=17_700)
    assert (now(by_points), by_points.payment_status) == (("pending", "paid"), "paid")

    settle_booking(by_points.pk)
    settle_booking(by_code.pk)
    assert (now(by_points), now(by_code)) == (("pending", "paid"), ("pending", "paid"))
    assert (Payment.objects.count(), len(FakeGateway.orders)) == (0, 0)


def test_an_order_that_is_too_large_by_now_is_called_off(alice: User) -> None:
    booking = to_be_paid()
    order = order_of(booking, Purpose.FULL)

    takes(booking, points=500)

    order.refresh_from_db()
    assert order.status == PaymentStatus.CANCELLED
    # Paid all the same, what is too much goes back.
    pays(order)
    synced(order)
    follow_up()
    assert (now(booking), books(booking)["gateway:fake"]) == (("pending", "paid"), 172_000)


def test_what_is_earned_is_of_the_whole_price(alice: User, travel: Travel) -> None:
    booking = takes(to_be_paid(), points=1_000, credit=50_000)
    paid(booking, Purpose.FULL)
    travel(at("10:30"))
    booking = Booking.objects.get(pk=booking.pk)
    booking.status = "confirmed"
    booking.save()

    complete_booking(booking, actor=by_specialist(booking))
    follow_up()

    assert books(booking) == {
        "gateway:fake": 117_000,
        "loyalty": 10_000,
        f"credit:{alice.pk}": 50_000,
        "revenue": -150_000,
        "tax": -27_000,
    }
    assert state_of_lots(alice) == [0, 177]


def state_of_lots(user: User) -> list[int]:
    return list(PointsLot.objects.filter(account__user=user).order_by("pk").values_list("remaining", flat=True))


# Coming to nothing


def test_an_expired_booking_gives_back_time_points_credit_and_code_together(alice: User, travel: Travel) -> None:
    """U24, U28, E264: at once and once, with the life that the points had."""
    lot = PointsLot.objects.get()
    booking = takes(with_code(to_be_paid(), promo := save10(total_limit=1)), points=400, credit=30_000)
    travel(PAST_THE_HOLD)

    expire_booking(booking.pk)

    assert now(booking) == ("expired", "unpaid")
    assert (balance(alice), credit(alice), paid_with(booking)) == (1_000, 50_000, (0, 0))
    assert (PointsLot.objects.get().expires_at, PointsLot.objects.get().remaining) == (lot.expires_at, 1_000)
    promo.refresh_from_db()
    assert (promo.used_count, state_of_code(booking), books(booking)) == (0, RedemptionState.RELEASED, {})

    told = journals(booking)
    settle_booking(booking.pk)
    follow_up()
    assert (journals(booking), balance(alice), credit(alice)) == (told, 1_000, 50_000)


@pytest.mark.parametrize(
    ("money", "credit_minor", "kept_of_credit", "given_back"),
    [(20_000, 30_000, 0, 0), (5_000, 30_000, 15_000, 0), (20_000, 0, 0, 0), (0, 8_000, 8_000, 0)],
    ids=["money pays the fee", "money and credit", "no credit", "credit alone, and too little"],
)
def test_a_late_fee_is_kept_of_money_first_then_of_credit_and_never_of_points(
    alice: User, travel: Travel, money: int, credit_minor: int, kept_of_credit: int, given_back: int
) -> None:
    """The fee is the deposit: 200.00."""
    booking = takes(to_be_paid(), points=1_000, credit=credit_minor)
    if money:
        Booking.objects.filter(pk=booking.pk).update(deposit_minor=money)
        paid(Booking.objects.get(pk=booking.pk))
    Booking.objects.filter(pk=booking.pk).update(status="pending", deposit_minor=20_000)
    travel(at("09:00"))

    cancel_booking(Booking.objects.get(pk=booking.pk), actor=by_customer(booking))
    follow_up()

    assert (balance(alice), credit(alice)) == (1_000, 50_000 - kept_of_credit)
    assert paid_with(booking) == (0, kept_of_credit)
    fee = min(20_000, money + kept_of_credit)
    kept = books(booking)
    assert -(kept.get("revenue:cancellation", 0) + kept.get("tax", 0)) == fee
    assert (kept.get("customer:deposits", 0), kept.get("loyalty", 0), Refund.objects.count()) == (0, 0, 0)


def test_a_paid_booking_that_is_called_off_in_time_is_refunded_by_each_of_its_ways(alice: User) -> None:
    booking = takes(to_be_paid(), points=1_000, credit=50_000)
    paid(booking, Purpose.FULL)

    cancel_booking(Booking.objects.get(pk=booking.pk), actor=by_customer(booking))
    assert (balance(alice), credit(alice), now(booking)) == (1_000, 50_000, ("cancelled", "paid"))
    follow_up()

    assert (now(booking), books(booking)) == (("cancelled", "refunded"), {})
    assert LoyaltyEntry.objects.filter(kind="restore").count() == 1


def test_one_that_points_paid_alone_reads_refunded_when_they_are_back(alice: User) -> None:
    booking = takes(priced(10_000), points=1_000)

    cancel_booking(booking, actor=SYSTEM, reason="No.")
    follow_up()

    assert (now(booking), balance(alice), books(booking)) == (("cancelled", "refunded"), 1_000, {})


def test_booking_redeeming_and_cancelling_again_and_again_is_worth_nothing(alice: User) -> None:
    """A110."""
    service = offered()
    earned = LoyaltyEntry.objects.filter(kind="earn").count()

    for _ in range(3):
        booking = takes(appointment(service, alice=alice), points=1_000, credit=50_000)
        cancel_booking(booking, actor=by_customer(booking))
        follow_up()
        assert (balance(alice), credit(alice), books(booking)) == (1_000, 50_000, {})

    account = LoyaltyAccount.objects.get(user=alice)
    assert (account.spent_points, LoyaltyEntry.objects.filter(kind="earn").count()) == (0, earned)


def test_a_series_that_is_called_off_gives_means_back_at_once(alice: User) -> None:
    made = booked("FREQ=WEEKLY;COUNT=2", of=offered())
    first, second = made.bookings
    takes(first, points=500)
    takes(second, credit=10_000)

    cancel_series(made.series.pk, actor=by_customer(first))

    assert (balance(alice), credit(alice), paid_with(first), paid_with(second)) == (1_000, 50_000, (0, 0), (0, 0))


# Money that comes too late


def late(booking: Booking, travel: Travel) -> Payment:
    payment = order_of(booking)
    pays(payment)
    travel(PAST_THE_HOLD)
    expire_booking(booking.pk)
    return payment


def test_late_money_takes_everything_again_that_is_still_there(alice: User, travel: Travel) -> None:
    promo = save10(total_limit=1)
    booking = takes(with_code(to_be_paid(), promo), points=400, credit=30_000)
    payment = late(booking, travel)
    assert (balance(alice), credit(alice)) == (1_000, 50_000)

    for _ in range(2):
        synced(payment)

    assert (now(booking), paid_with(booking)) == (("pending", "deposit_paid"), (4_000, 30_000))
    assert (balance(alice), credit(alice), state_of_code(booking)) == (600, 20_000, "used")
    assert booking.timeline.get(action="revive").data == {"points_taken_again": True, "credit_taken_again": True}
    assert order_of(booking, Purpose.REST).amount_minor == 159_300 - 34_000 - 20_000


def test_what_is_gone_meanwhile_is_asked_for_in_money(alice: User, travel: Travel) -> None:
    """Of 1593.00 she waited for 93.00 in money. Spent elsewhere, the rest is due, and the code's price is gone too."""
    promo = save10(total_limit=1)
    with_points(alice, 14_000)
    booking = takes(with_code(to_be_paid(), promo), points=15_000)
    payment = late(booking, travel)
    assert payment.amount_minor == 9_300
    PromoCode.objects.update(is_active=False)
    elsewhere = takes(appointment(offered("Ben"), at("14:00"), alice=alice), points=14_900)

    synced(payment)

    assert (now(booking), paid_with(booking)) == (("pending", "deposit_paid"), (0, 0))
    fresh = Booking.objects.get(pk=booking.pk)
    assert (fresh.discount_minor, fresh.total_minor, fresh.tax_minor) == (0, 177_000, 27_000)
    assert order_of(booking, Purpose.REST).amount_minor == 177_000 - 9_300
    assert paid_with(elsewhere) == (149_000, 0)
    assert booking.timeline.get(action="revive").data == {"discount_lost": "150.00", "points_taken_again": False}


def test_late_money_for_a_time_that_is_taken_goes_back_and_takes_nothing_again(alice: User, travel: Travel) -> None:
    booking = takes(to_be_paid(), points=400)
    payment = late(booking, travel)
    appointment(booking.service, alice=somebody("Charlie"))

    synced(payment)
    follow_up()

    assert (now(booking)[0], paid_with(booking), balance(alice)) == ("expired", (0, 0), 1_000)
    assert books(booking) == {}


def test_nobody_else_gives_means_back(alice: User) -> None:
    """Staff and specialists cancel for nothing, so credit comes back whole."""
    booking = takes(to_be_paid(), points=400, credit=30_000)

    cancel_booking(booking, actor=by_specialist(booking))

    assert (balance(alice), credit(alice), Role(Booking.objects.get().cancelled_by)) == (1_000, 50_000, Role.SPECIALIST)

"""Points come once for each cause, go soonest-ending first, and come back as they were."""

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now
from pytest_django import DjangoAssertNumQueries

from accounts.enums import Role
from accounts.models import User
from accounts.services import join
from common.ids import new_id
from common.models import OutboxEvent
from common.money import Money
from common.tests.threads import in_threads
from loyalty.enums import Reward
from loyalty.errors import CannotRedeem, LoyaltyMisuse, NotEnoughPoints
from loyalty.models import LotMove, LoyaltyAccount, LoyaltyEntry, PointsLot
from loyalty.services import (
    adjust_points,
    announce_expiry,
    earn_points,
    expire_points,
    redeem_for_booking,
    redeem_for_credit,
    redeem_points,
    restore_points,
    reverse_points,
)
from loyalty.tests.factories import account_of, balance_of, earned, person, remaining_of, rupees
from notifications.models import Notification
from payments.ledger import balance

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    return person()


def redeemed(user: User, points: int, subject_id: Any = None) -> LoyaltyEntry:
    return redeem_points(
        user, points, source_key=f"test:{new_id()}", reward=Reward.DISCOUNT, reason="Used", subject_id=subject_id
    )


def refund(user: User, share: Fraction, key: str) -> LoyaltyEntry | None:
    return reverse_points(user, earned_by="booking:1", refunded=share, source_key=key, reason="Refunded")


def age(user: User, **by: int) -> None:
    """Moves the end of all lots that have one."""
    PointsLot.objects.filter(account__user=user).update(expires_at=Now() + timedelta(**by))


# Earning


def test_a_cause_gives_its_points_once(alice: User) -> None:
    """E261."""
    first = earned(alice, 15)

    assert earned(alice, 15).pk == first.pk
    assert (balance_of(alice), account_of(alice).lifetime_points, remaining_of(alice)) == (15, 15, [15])
    assert OutboxEvent.objects.filter(name="points.earned", subject=str(first.pk)).count() == 1


def test_one_cause_gives_to_one_person(alice: User) -> None:
    earned(alice, 15)

    with pytest.raises(LoyaltyMisuse):
        earned(person("Charlie"), 15)


def test_nothing_earned_leaves_no_entry(alice: User) -> None:
    assert earn_points(alice, 0, source_key="booking:1", reason="Booking completed") is None
    with pytest.raises(LoyaltyMisuse):
        earn_points(alice, -1, source_key="booking:1", reason="Booking completed")
    assert not LoyaltyEntry.objects.exists()


def test_gold_brings_premium_limits_and_losing_it_takes_them_back(alice: User) -> None:
    earned(alice, 900)
    assert Role.PREMIUM in alice.groups.values_list("name", flat=True)

    refund(alice, Fraction(1), "refund:1")

    assert not alice.groups.exists()


def test_who_was_premium_before_stays_it(alice: User) -> None:
    charlie = person("Charlie")
    join(charlie, Role.PREMIUM)
    charlie.refresh_from_db()
    earned(charlie, 900)

    refund(charlie, Fraction(1), "refund:1")

    assert charlie.groups.count() == 1


# Redeeming


def test_the_lots_that_end_soonest_are_spent_first(alice: User) -> None:
    earned(alice, 10, "booking:1")
    age(alice, days=30)
    earned(alice, 20, "booking:2")

    redeemed(alice, 12)

    assert (remaining_of(alice), balance_of(alice), account_of(alice).spent_points) == ([0, 18], 18, 12)


@pytest.mark.parametrize("points", [16, 10_000])
def test_more_than_there_is_cannot_be_spent(alice: User, points: int) -> None:
    """A112."""
    earned(alice, 15)

    with pytest.raises(NotEnoughPoints):
        redeemed(alice, points)

    assert (balance_of(alice), remaining_of(alice)) == (15, [15])


def test_points_become_credit_that_the_ledger_owes(alice: User) -> None:
    earned(alice, 100)

    entry = redeem_for_credit(alice, 50)

    assert entry.value == rupees(500)
    assert balance(f"credit:{alice.pk}", "INR") == rupees(-500)
    assert balance("loyalty", "INR") == rupees(500)


def test_points_past_their_end_cannot_be_spent_though_no_sweep_came(alice: User) -> None:
    earned(alice, 15)
    age(alice, seconds=-1)

    with pytest.raises(NotEnoughPoints):
        redeemed(alice, 1)


class Counter:
    """A target with one thing of Alice's on which 100.00 are due."""

    taken: Money | None = None
    owner: Any = None

    def due(self, subject_id: Any, user_id: Any) -> Money | None:
        return rupees(10_000) if user_id == Counter.owner else None

    def take_off(self, subject_id: Any, redeemed: LoyaltyEntry) -> None:
        Counter.taken = redeemed.value


def test_points_lower_what_is_due_and_never_below_nothing(alice: User, settings: Any) -> None:
    """E263 and E134."""
    settings.REDEMPTION_TARGETS = {"booking": f"{__name__}.Counter"}
    Counter.owner, booking = alice.pk, new_id()
    earned(alice, 5_000)

    with pytest.raises(CannotRedeem) as refused:
        redeem_for_booking(alice, 1_001, booking_id=booking)
    entry = redeem_for_booking(alice, 1_000, booking_id=booking)

    assert "At most 1000" in refused.value.message
    assert (Counter.taken, entry.subject_id, balance_of(alice)) == (rupees(10_000), booking, 4_000)


@pytest.mark.django_db(transaction=True)
def test_two_who_spend_the_same_points_at_once_spend_them_once() -> None:
    """A111."""
    alice = person()
    earned(alice, 50)

    def spend() -> str:
        try:
            redeemed(alice, 50)
        except NotEnoughPoints:
            return "refused"
        return "spent"

    assert sorted(in_threads(2, spend)) == ["refused", "spent"]
    assert (balance_of(alice), remaining_of(alice)) == (0, [0])


# Coming back


def test_what_was_redeemed_comes_back_once_with_its_old_end(alice: User) -> None:
    """E264."""
    earned(alice, 10, "booking:1")
    age(alice, days=30)
    earned(alice, 20, "booking:2")
    ends = list(PointsLot.objects.order_by("id").values_list("expires_at", flat=True))
    booking = new_id()
    redeemed(alice, 5, booking)
    redeemed(alice, 10, booking)
    redeemed(alice, 3, new_id())

    back = restore_points(alice, subject_id=booking, reason="Booking cancelled")
    again = restore_points(alice, subject_id=booking, reason="Booking cancelled")

    assert ([entry.points for entry in back], again) == ([5, 10], [])
    assert (remaining_of(alice), balance_of(alice), account_of(alice).spent_points) == ([10, 17], 27, 3)
    assert list(PointsLot.objects.order_by("id").values_list("expires_at", flat=True)) == ends


def test_half_a_refund_and_the_rest_take_back_all_of_it_once(alice: User) -> None:
    """E265 and U35."""
    earned(alice, 15)

    taken = [refund(alice, Fraction(1, 2), "refund:1"), refund(alice, Fraction(1), "refund:2")]
    replayed = [refund(alice, Fraction(1, 2), "refund:1"), refund(alice, Fraction(1), "refund:2")]

    assert [entry.points for entry in taken if entry] == [-7, -8]
    assert [entry.pk for entry in replayed if entry] == [entry.pk for entry in taken if entry]
    assert (balance_of(alice), account_of(alice).lifetime_points, remaining_of(alice)) == (0, 0, [0])


def test_points_that_were_spent_and_taken_back_are_owed_and_paid_by_the_next_ones(alice: User) -> None:
    """U35."""
    earned(alice, 15)
    booking = new_id()
    redeemed(alice, 10, booking)
    refund(alice, Fraction(1), "refund:1")
    assert (balance_of(alice), remaining_of(alice)) == (-10, [0])

    with pytest.raises(NotEnoughPoints) as refused:
        redeemed(alice, 1)
    earned(alice, 4, "booking:2")
    earned(alice, 16, "booking:3")

    assert refused.value.message == "You have 0 points to use."
    assert (balance_of(alice), remaining_of(alice)) == (10, [0, 0, 10])


def test_what_comes_back_pays_what_is_owed_first(alice: User) -> None:
    """A110: booked, redeemed, cancelled: nothing is left over."""
    earned(alice, 15)
    booking = new_id()
    redeemed(alice, 10, booking)
    refund(alice, Fraction(1), "refund:1")

    restore_points(alice, subject_id=booking, reason="Booking cancelled")

    assert (balance_of(alice), remaining_of(alice), account_of(alice).spent_points) == (0, [0], 0)


def test_the_worked_example_of_the_docs(alice: User) -> None:
    third_booking = new_id()
    seen = []

    def note() -> None:
        seen.append((balance_of(alice), *remaining_of(alice)))

    earned(alice, 14, "booking:first")
    earned(alice, 15)
    note()
    redeemed(alice, 20, third_booking)
    note()
    refund(alice, Fraction(1, 2), "refund:1")
    note()
    refund(alice, Fraction(1), "refund:2")
    note()
    restore_points(alice, subject_id=third_booking, reason="Booking cancelled")
    note()
    redeem_for_credit(alice, 10)
    note()

    assert seen == [(29, 14, 15), (9, 0, 9), (2, 0, 2), (-6, 0, 0), (14, 8, 6), (4, 0, 4)]


def test_a_booking_without_points_costs_one_query_and_makes_no_account(
    alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with transaction.atomic(), django_assert_num_queries(3):
        assert restore_points(alice, subject_id=new_id(), reason="Booking cancelled") == []
    with transaction.atomic(), django_assert_num_queries(3):
        assert refund(alice, Fraction(1), "refund:1") is None

    assert not LoyaltyAccount.objects.exists()


# Ending


def test_points_end_lot_by_lot_and_once(alice: User) -> None:
    """E267."""
    earned(alice, 10, "booking:1")
    age(alice, seconds=-1)
    earned(alice, 20, "booking:2")

    assert (expire_points(), expire_points()) == (1, 0)
    assert (balance_of(alice), remaining_of(alice), account_of(alice).lifetime_points) == (20, [0, 20], 30)


def test_points_that_come_back_after_their_end_end_anew(alice: User) -> None:
    earned(alice, 10)
    booking = new_id()
    redeemed(alice, 10, booking)
    age(alice, seconds=-1)
    restore_points(alice, subject_id=booking, reason="Booking cancelled")

    expire_points()

    assert balance_of(alice) == 0


def test_everybody_is_told_once_before_points_end(alice: User) -> None:
    """E267."""
    earned(alice, 10, "booking:1")
    earned(alice, 5, "booking:2")
    age(alice, days=3)
    earned(alice, 70, "booking:3")

    assert (announce_expiry(), announce_expiry()) == (1, 0)
    told = Notification.objects.get(recipient=alice)
    assert told.data["points"] == "15"


# Staff


def test_staff_add_and_take_points_with_a_reason_and_within_the_balance(alice: User) -> None:
    staff = person("Sara", is_staff=True)
    key = new_id()

    given = adjust_points(alice, 40, key=key, actor=staff, reason="A late specialist")
    again = adjust_points(alice, 40, key=key, actor=staff, reason="A late specialist")
    adjust_points(alice, -15, key=new_id(), actor=staff, reason="Too many")
    with pytest.raises(NotEnoughPoints):
        adjust_points(alice, -26, key=new_id(), actor=staff, reason="Too many")

    assert given.pk == again.pk
    assert (balance_of(alice), account_of(alice).lifetime_points, remaining_of(alice)) == (25, 0, [25])
    with connection.cursor() as cursor:
        cursor.execute("SELECT reason FROM common_auditentry WHERE target_table = 'loyalty_loyaltyentry' ORDER BY id")
        assert cursor.fetchall() == [("A late specialist",), ("Too many",)]


# The guards


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE loyalty_loyaltyentry SET points = 99",
        "DELETE FROM loyalty_lotmove",
        "UPDATE loyalty_pointslot SET remaining = 16",
        "UPDATE loyalty_pointslot SET remaining = -1",
    ],
)
def test_the_database_itself_refuses(alice: User, sql: str) -> None:
    earned(alice, 15)

    with pytest.raises(Exception, match=r"append|constraint"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)

    assert LotMove.objects.get().points == 15


def test_the_database_lets_only_a_reversal_go_below_nothing(alice: User) -> None:
    """INV-55."""
    entry = earned(alice, 15)
    entry.pk, entry.kind, entry.points, entry.number, entry.balance_after = new_id(), "expire", -20, 2, -5

    with pytest.raises(IntegrityError, match="only_a_reversal"), transaction.atomic():
        entry.save(force_insert=True)

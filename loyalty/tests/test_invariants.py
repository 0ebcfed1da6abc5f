"""Each invariant of points and codes is shown to fire."""

from fractions import Fraction

import pytest
from django.db import connection

from common.ids import new_id
from common.proofs import check, invariants
from loyalty.enums import Reward
from loyalty.management.invariants import OWN
from loyalty.services import hold_promo, redeem_points, restore_points, reverse_points
from loyalty.tests.factories import basket, earned, person, save10

pytestmark = pytest.mark.django_db

# What keeps the violations out is taken away first.
UNGUARDED = """
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE loyalty_loyaltyentry DISABLE TRIGGER USER;
ALTER TABLE loyalty_lotmove DISABLE TRIGGER USER;
ALTER TABLE loyalty_loyaltyentry DROP CONSTRAINT loyalty_cause_counts_once,
    DROP CONSTRAINT loyalty_only_a_reversal_takes_more_than_there_is,
    DROP CONSTRAINT loyalty_reversals_name_what_they_undo;
ALTER TABLE loyalty_promocode DROP CONSTRAINT promo_is_used_within_its_limit;
ALTER TABLE loyalty_promoredemption DROP CONSTRAINT promo_discount_is_within_its_terms,
    DROP CONSTRAINT promo_was_of_its_time;
DROP INDEX one_promo_code_for_each
"""


def run_sql(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def violated() -> set[str]:
    return {each.id for each in invariants() if each.id in OWN and check(each).outcome == "violated"}


@pytest.fixture(autouse=True)
def world() -> None:
    """Alice earns twice, redeems once and gets it back, loses half of the first; Alice and Charlie hold a code."""
    alice, booking = person(), new_id()
    earned(alice, 15, "booking:1")
    earned(alice, 20, "booking:2")
    redeem_points(alice, 10, source_key="r:1", reward=Reward.DISCOUNT, reason="Used", subject_id=booking)
    restore_points(alice, subject_id=booking, reason="Cancelled")
    reverse_points(alice, earned_by="booking:1", refunded=Fraction(1, 2), source_key="refund:1", reason="Refunded")
    promo = save10(total_limit=3, per_user_limit=1)
    for user in (alice, person("Charlie")):
        hold_promo(promo, basket(200_000), user=user, has_booked=False, subject_id=new_id())


def test_a_sound_world_violates_nothing() -> None:
    assert violated() == set()


OVERSPENT = """
UPDATE loyalty_loyaltyentry SET points = -99, balance_after = -64 WHERE number = 3;
UPDATE loyalty_loyaltyentry SET points = 99, balance_after = 35 WHERE number = 4
"""
GIVEN_BACK_TO_ANOTHER = """
UPDATE loyalty_loyaltyentry SET reverses_id = (SELECT id FROM loyalty_loyaltyentry WHERE number = 1) WHERE number = 4
"""
PLANTED = {
    "balance": ("UPDATE loyalty_loyaltyaccount SET balance = balance + 1", {"INV-54", "INV-54a"}),
    "lifetime": ("UPDATE loyalty_loyaltyaccount SET lifetime_points = 99", {"INV-54"}),
    "spent": ("UPDATE loyalty_loyaltyaccount SET spent_points = 1", {"INV-54"}),
    "lot": ("UPDATE loyalty_pointslot SET remaining = remaining - 1 WHERE points = 20", {"INV-54a", "INV-54b"}),
    "overspent": (OVERSPENT, {"INV-55"}),
    "gap": ("UPDATE loyalty_loyaltyentry SET balance_after = 36 WHERE number = 2", {"INV-55"}),
    "cause twice": ("UPDATE loyalty_loyaltyentry SET source_key = 'booking:1' WHERE kind = 'earn'", {"INV-56"}),
    "more back than given": (GIVEN_BACK_TO_ANOTHER, {"INV-56"}),
    "over the limit": ("UPDATE loyalty_promocode SET total_limit = 1", {"INV-58"}),
    "counter": ("UPDATE loyalty_promocode SET used_count = 1", {"INV-59"}),
    "person": (
        "UPDATE loyalty_promoredemption SET user_id = (SELECT id FROM accounts_user WHERE first_name = 'Alice')",
        {"INV-60"},
    ),
    "phone": ("UPDATE loyalty_promoredemption SET phone_hash = 'aa'", {"INV-60"}),
    "two codes": (
        "UPDATE loyalty_promoredemption SET subject_id = '00000000-0000-7000-8000-000000000000'",
        {"INV-61"},
    ),
    "above the cap": ("UPDATE loyalty_promoredemption SET discount_minor = 50001", {"INV-62"}),
    "below the minimum": ("UPDATE loyalty_promoredemption SET subtotal_minor = 99999", {"INV-62"}),
    "out of its time": ("UPDATE loyalty_promoredemption SET valid_until = created_at", {"INV-62"}),
}


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_is_found(name: str) -> None:
    planted, found = PLANTED[name]
    run_sql(UNGUARDED)
    run_sql(planted)

    assert violated() - {"INV-54c"} == found


def test_missing_guards_are_found() -> None:
    run_sql(UNGUARDED)

    assert violated() == {"INV-54c"}

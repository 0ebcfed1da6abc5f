"""Each invariant of what pays besides money is shown to fire."""
# ruff: noqa: S608 - put together from constants

import pytest
from django.db import connection
from pytest_django import Settings

from bookings.management.invariants_of_means import OWN
from bookings.models import Booking
from bookings.services.cancelling import cancel_booking
from bookings.services.closing import complete_booking
from bookings.services.refunds import RefundKind, refund_booking
from bookings.tests.conftest import Travel
from bookings.tests.factories import appointment, by_customer, by_specialist, offered, somebody
from bookings.tests.means import takes, with_code, with_credit, with_points
from bookings.tests.paying import follow_up, inr, paid
from catalog.tests.factories import at
from common.proofs import check, invariants
from loyalty.management.invariants import OWN as OF_POINTS
from loyalty.tests.factories import save10
from payments.enums import Purpose
from payments.management.invariants import OWN as OF_MONEY
from payments.tests.fake_gateway import PATH, FakeGateway

pytestmark = pytest.mark.django_db

UNGUARDED = """
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE payments_posting DISABLE TRIGGER USER;
ALTER TABLE loyalty_loyaltyentry DISABLE TRIGGER USER;
ALTER TABLE loyalty_lotmove DISABLE TRIGGER USER;
ALTER TABLE bookings_booking DROP CONSTRAINT booking_amounts_are_within_the_total,
    DROP CONSTRAINT booking_stamps_agree_with_its_status;
"""
# The one that stands, and the one that is done.
STANDS = "(SELECT id FROM bookings_booking WHERE status = 'pending')"
DONE = "(SELECT id FROM bookings_booking WHERE status = 'completed')"
NOTHING_RESTORED = """
DELETE FROM loyalty_lotmove WHERE entry_id IN (SELECT id FROM loyalty_loyaltyentry WHERE kind = 'restore');
DELETE FROM loyalty_loyaltyentry WHERE kind = 'restore'
"""
NOT_IN_THE_BOOKS = f"""
UPDATE payments_posting SET amount_minor = amount_minor + 1 WHERE journal_id IN
    (SELECT id FROM payments_journal WHERE kind = 'points_used' AND payable_id = {STANDS})
"""
REFUNDED_AND_KEPT = """
UPDATE loyalty_loyaltyentry SET points = -1 WHERE kind = 'reverse';
UPDATE payments_refund SET succeeded_at = now() - interval '2 hours'
"""
FROM_NOWHERE = f"UPDATE bookings_booking SET points_minor = points_minor + 10 WHERE id = {STANDS}"
PLANTED = {
    "nothing restored": (NOTHING_RESTORED, {"INV-57", "INV-57a"}),
    "credit kept": (
        "UPDATE bookings_booking SET credit_minor = 500 WHERE status = 'cancelled'",
        {"INV-57", "INV-57b"},
    ),
    "points from nowhere": (FROM_NOWHERE, {"INV-57a", "INV-57b"}),
    "not in the books": (NOT_IN_THE_BOOKS, {"INV-57b"}),
    "earned too early": (f"UPDATE bookings_booking SET status = 'confirmed' WHERE id = {DONE}", {"INV-57c"}),
    "refunded and kept": (REFUNDED_AND_KEPT, {"INV-57d"}),
    "a code of nothing": (f"UPDATE loyalty_promoredemption SET subject_id = {DONE}", {"INV-61a"}),
}


def run_sql(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def violated() -> set[str]:
    return {each.id for each in invariants() if each.id in OWN and check(each).outcome == "violated"}


@pytest.fixture(autouse=True)
def world(settings: Settings, travel: Travel) -> None:
    """A booking of hers that points, credit and a code pay, one called off, and one that is done and half refunded."""
    settings.PAYMENT_GATEWAYS = {"fake": PATH}
    FakeGateway.world()
    alice = with_credit(with_points(somebody("Alice"), 1_000), 50_000)
    consultation = offered(deposit_minor=20_000)
    appointment_at = [appointment(consultation, at(hour), alice=alice) for hour in ("10:00", "12:00", "14:00")]
    stands = takes(with_code(appointment_at[0], save10()), points=100, credit=1_000)
    paid(stands)
    gone = takes(appointment_at[1], points=100, credit=1_000)
    cancel_booking(gone, actor=by_customer(gone))
    done = takes(appointment_at[2], points=100)
    paid(done, Purpose.FULL)
    Booking.objects.filter(pk=done.pk).update(status="confirmed")
    travel(at("15:00"))
    complete_booking(done, actor=by_specialist(done))
    follow_up()
    refund_booking(done, RefundKind.PARTIAL, amount=inr(88_500), by=somebody("Dana"), reason="Sorry")
    follow_up()


def test_a_sound_world_violates_nothing() -> None:
    asked = {*OWN, *OF_MONEY, *OF_POINTS, "INV-10", "INV-15", "INV-18", "INV-19"}
    assert {each.id for each in invariants() if each.id in asked and check(each).outcome != "ok"} == set()


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_is_found(name: str) -> None:
    planted, found = PLANTED[name]
    run_sql(UNGUARDED)
    run_sql(planted)

    assert violated() == found

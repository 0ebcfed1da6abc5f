"""News of one payment in every order, late and doubled: it always ends in the same state."""
# ruff: noqa: S311, S608 - orders are drawn for tests, statements are put together from constants

import random
from collections.abc import Sequence
from itertools import permutations
from typing import Any

import pytest
from django.db import connection, transaction

from bookings.management.invariants import OWN as OF_BOOKINGS
from bookings.models import Booking
from bookings.tests.paying import books, inr, to_be_paid
from common.ids import new_id
from common.proofs import check, invariants
from payments.enums import PaymentStatus, Purpose, RefundStatus
from payments.gateways.base import Seen, SeenRefund
from payments.management.invariants import OWN as OF_PAYMENTS
from payments.models import GatewayCall, Journal, Payment, PaymentId, Refund
from payments.services.applying import apply_seen

pytestmark = pytest.mark.django_db

DEPOSIT, NOTHING, GIVEN, DISPUTED = inr(20_000), inr(0), inr(5_000), inr(15_000)
FEE = inr(400)


def a_payment(booking: Booking) -> Payment:
    facts = {"payable_type": "booking", "payable_id": booking.pk, "payer": booking.customer, "gateway": "fake"}
    payment: Payment = Payment.objects.create(
        **facts, purpose=Purpose.DEPOSIT, currency="INR", amount_minor=DEPOSIT.minor, gateway_ref=str(new_id())
    )
    return payment


def seen(payment: Payment, status: PaymentStatus, **more: Any) -> Seen:
    facts = {"authorized": NOTHING, "captured": NOTHING, "reference": str(payment.gateway_ref), **more}
    return Seen(status=status, amount=DEPOSIT, **facts)


def six(payment: Payment) -> list[Seen]:
    """Created, authorized, captured, failed, refunded, disputed: as the gateway told it at six times."""
    here = {"authorized": DEPOSIT, "captured": DEPOSIT, "charge_ref": "charge-1"}
    given = [SeenRefund("by-hand", GIVEN, RefundStatus.SUCCEEDED)]
    return [
        seen(payment, PaymentStatus.PENDING),
        seen(payment, PaymentStatus.FAILED, failure_code="declined", failure_message="The card was declined."),
        seen(payment, PaymentStatus.AUTHORIZED, authorized=DEPOSIT),
        seen(payment, PaymentStatus.CAPTURED, **here),
        seen(payment, PaymentStatus.CAPTURED, **here, refunds=given),
        seen(payment, PaymentStatus.CAPTURED, **here, refunds=given, disputed=DISPUTED, fee=FEE),
    ]


@pytest.fixture
def payment() -> Payment:
    return a_payment(to_be_paid())


def end_of(payment: Payment, order: Sequence[int]) -> Any:
    """Where a booking, its payment and the ledger are after news in this order; forgotten again."""
    news = six(payment)
    with transaction.atomic():
        for number in order:
            apply_seen(PaymentId(payment.pk), news[number])
        booking = Booking.objects.get(pk=payment.payable_id)
        now = Payment.objects.get(pk=payment.pk)
        end = (
            (booking.status, booking.payment_status),
            (now.status, now.captured_minor, now.refunded_minor, now.reserved_minor),
            (now.disputed_minor, now.fee_minor, now.due_at),
            sorted(books(booking).items()),
        )
        transaction.set_rollback(True)
    return end


END = (
    ("pending", "partially_refunded"),
    ("captured", 20_000, 5_000, 0),
    (15_000, 400, None),
    [("customer:deposits", -15_000), ("disputes", 15_000), ("fees", 400), ("gateway:fake", -400)],
)


def doubled(order: tuple[int, ...], chance: random.Random) -> list[int]:
    """With three of them told once more, at any time before or after."""
    news = list(order)
    for again in chance.choices(order, k=3):
        news.insert(chance.randrange(len(news) + 1), again)
    return news


def test_news_in_any_order_end_alike(payment: Payment) -> None:
    """A082, E157."""
    chance = random.Random(82)
    orders = chance.sample(list(permutations(range(6))), 8)

    assert [end_of(payment, doubled(order, chance)) for order in orders] == [END] * 8


@pytest.mark.deep
@pytest.mark.timeout(1200)
def test_news_in_all_720_orders_end_alike(payment: Payment) -> None:
    """A082, E157."""
    chance = random.Random(82)

    assert {repr(end_of(payment, doubled(order, chance))) for order in permutations(range(6))} == {repr(END)}


# What must always be true of this


TABLES = ("payments_payment", "payments_refund", "payments_gatewaycall", "payments_journal", "payments_posting")
UNGUARDED = [
    "SET CONSTRAINTS ALL IMMEDIATE",
    *(f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in (*TABLES, "bookings_booking")),
    """
    DO $$ DECLARE guard record; BEGIN
        FOR guard IN SELECT conrelid::regclass AS owner, conname, contype FROM pg_constraint
            WHERE conrelid IN ('payments_payment'::regclass, 'payments_refund'::regclass, 'payments_journal'::regclass,
                'bookings_booking'::regclass, 'payments_gatewaycall'::regclass)
            AND contype IN ('c', 'u')
        LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', guard.owner, guard.conname); END LOOP;
    END $$
    """,
    "DROP INDEX one_live_payment_per_purpose",
    "DROP INDEX gateway_reference_is_of_one_payment",
]
NUMBERS = ("06", "07", "09", "12", "13", "14", "14a", "15", "15a", "16", "17", "18", "18a", "19", "20")
MONEY = {f"INV-{number}" for number in NUMBERS}


def run_sql(*statements: str) -> None:
    with connection.cursor() as cursor:
        for each in statements:
            cursor.execute(each)


def violated() -> set[str]:
    known = MONEY & {*OF_BOOKINGS, *OF_PAYMENTS}
    assert known == MONEY
    return {each.id for each in invariants() if each.id in known and check(each).outcome == "violated"}


@pytest.fixture
def world() -> Payment:
    """A deposit of which a part was given back."""
    booking = to_be_paid()
    payment = a_payment(booking)
    apply_seen(PaymentId(payment.pk), six(payment)[4])
    now = {"sent_at": payment.created_at, "settled_at": payment.created_at, "state": "done"}
    GatewayCall.objects.create(payment=payment, verb="open", key="open:1", **now)
    assert (Refund.objects.count(), Journal.objects.count()) == (1, 2)
    return payment


def test_an_honest_deposit_violates_nothing(world: Payment) -> None:
    assert violated() == set()


def again(table: str, **instead: str) -> str:
    """Inserts the row of the table once more, as another one."""
    changed = ", ".join(f"{name} = {value}" for name, value in {"id": "gen_random_uuid()", **instead}.items())
    copied = f"CREATE TEMP TABLE twin ON COMMIT DROP AS SELECT * FROM {table} LIMIT 1"
    return f"{copied}; UPDATE twin SET {changed}; INSERT INTO {table} SELECT * FROM twin"


OLD = "now() - interval '2 days'"
PLANTED = {
    "a journal twice": (again("payments_journal"), {"INV-06"}),
    "a capture that is not in the ledger": ("UPDATE payments_journal SET kind = 'x' WHERE kind = 'capture'", "INV-07"),
    "more than was taken": ("UPDATE payments_refund SET amount_minor = 20001", {"INV-12", "INV-13"}),
    "a sum beside its parts": ("UPDATE payments_payment SET reserved_minor = 1", {"INV-13"}),
    "more than was asked for": ("UPDATE payments_payment SET amount_minor = 100", {"INV-14"}),
    "a fee that is not posted": ("UPDATE payments_payment SET fee_minor = 1", {"INV-09"}),
    "another currency": ("UPDATE bookings_booking SET currency = 'EUR'", {"INV-14a"}),
    "more than it costs": ("UPDATE bookings_booking SET total_minor = 14999, subtotal_minor = 14999", {"INV-15"}),
    "two that live": (
        again("payments_payment", gateway_ref="'other'", captured_minor="0", refunded_minor="0"),
        "INV-16",
    ),
    "one order, two payments": (
        again("payments_payment", status="'failed'", captured_minor="0", refunded_minor="0"),
        {"INV-17"},
    ),
    "money for nothing": (
        f"UPDATE bookings_booking SET status = 'expired'; UPDATE payments_payment SET updated_at = {OLD}",
        {"INV-18"},
    ),
    "a hold on what is over": (
        "; ".join(
            f"UPDATE {table} SET status = '{status}', updated_at = {OLD}"
            for table, status in (("bookings_booking", "no_show"), ("payments_payment", "authorized"))
        ),
        {"INV-18a"},
    ),
    "a tip that nobody is owed": ("UPDATE payments_payment SET purpose = 'tip'", {"INV-15a"}),
    "more kept than the fee": (
        f"UPDATE bookings_booking SET status = 'cancelled', cancelled_at = {OLD}, cancellation_fee_minor = 100",
        {"INV-19"},
    ),
    "a call without an outcome": (
        f"UPDATE payments_gatewaycall SET state = 'sent', settled_at = NULL, sent_at = {OLD}",
        {"INV-20"},
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_is_found(name: str, world: Payment) -> None:
    planted, found = PLANTED[name]
    run_sql(*UNGUARDED, *planted.split("; "))

    assert violated() == ({found} if isinstance(found, str) else found)

"""A gateway's books of a day are held against ours: what is missing here is healed, what differs is flagged."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.db.models.functions import Now
from pytest_django import Settings

from accounts.roles import StaffRole
from common.money import Money
from common.proofs import check, invariants
from notifications.models import Notification
from payments.enums import PaymentStatus
from payments.gateways.base import Listed, Seen, Silent
from payments.models import Journal, Payment, ReconciliationLine, ReconciliationRun, Refund, RunId, WebhookEvent
from payments.services.reconciling import reconcile, reconcile_again, reconcile_due
from payments.services.summing_up import resolve_line
from payments.tests import fake_gateway, fake_payable
from payments.tests.fake_gateway import FakeGateway
from payments.tests.treasury import paid, promised, rupees, staff_as

pytestmark = pytest.mark.django_db

KOLKATA = ZoneInfo("Asia/Kolkata")
DAY = date(2026, 11, 10)
NOON = datetime(2026, 11, 10, 12, tzinfo=KOLKATA)
NEXT_MORNING = datetime(2026, 11, 11, 6, tzinfo=KOLKATA)
NOTHING = rupees(0)


@pytest.fixture(autouse=True)
def world(settings: Settings) -> None:
    settings.PAYMENT_GATEWAYS = {"fake": fake_gateway.PATH, "cash": "payments.gateways.cash.CashGateway"}
    settings.PAYABLES = {"thing": fake_payable.PATH}
    settings.BUSINESS_TIME_ZONE = "Asia/Kolkata"
    FakeGateway.world()


def captured(minor: int = 10_000, *, is_heard_of: bool = True, at: datetime = NOON, **fields: Any) -> Payment:
    """Paid at the gateway that day, and known here unless its webhook was lost. The gateway lists it."""
    known = {} if is_heard_of else {"captured_minor": 0, "status": "pending"}
    with time_machine.travel(at, tick=False):
        payment = paid(minor, gateway="fake", **known, **fields)
    amount = rupees(minor)
    FakeGateway.orders[str(payment.gateway_ref)] = Seen(
        str(payment.gateway_ref),
        PaymentStatus.CAPTURED,
        amount,
        NOTHING,
        amount,
        charge_ref=f"charge-{payment.gateway_ref}",
        payment_id=str(payment.pk),
    )
    lists(line_of(payment, minor))
    return payment


def line_of(payment: Payment, minor: int, *, refund: str = "", **more: Any) -> Listed:
    facts: dict[str, Any] = {
        "reference": str(payment.gateway_ref),
        "charge_ref": f"charge-{payment.gateway_ref}",
        "fee": NOTHING,
    }
    facts |= {"amount": rupees(minor), "fee": NOTHING, "day": DAY, "refund_ref": refund}
    return Listed(**facts | more)


def lists(*lines: Any, day: date = DAY) -> None:
    FakeGateway.books.setdefault(day, []).extend(lines)


def reconciled(at: datetime = NEXT_MORNING) -> ReconciliationRun:
    with time_machine.travel(at, tick=False):
        reconcile_due()
    return ReconciliationRun.objects.get(day=DAY)


def read_again(run: ReconciliationRun, at: datetime = NEXT_MORNING) -> ReconciliationRun:
    with time_machine.travel(at, tick=False):
        reconcile_again(run)
        ReconciliationRun.objects.filter(pk=run.pk).update(due_at=Now())
        reconcile(RunId(run.pk))
    run.refresh_from_db()
    return run


def report(run: ReconciliationRun) -> list[tuple[Any, ...]]:
    lines = run.lines.order_by("pk")
    return [(line.key, line.state, line.theirs_minor, line.ours_minor, line.note, line.payment_id) for line in lines]


def states(run: ReconciliationRun) -> list[str]:
    return sorted(run.lines.values_list("state", flat=True))


def test_a_day_in_agreement_is_closed_with_its_sums_and_nobody_is_told() -> None:
    staff_as(StaffRole.FINANCE)
    first = captured(10_000, fee_minor=200, gateway_charge_ref="charge-a")
    FakeGateway.books[DAY] = [line_of(first, 10_000, fee=rupees(200)), line_of(captured(5_000), 5_000)]
    with time_machine.travel(NOON, tick=False):
        refund = promised(first, 3_000, "processing")
        Refund.objects.filter(pk=refund.pk).update(status="succeeded", gateway_ref="r1", succeeded_at=NOON)
    lists(line_of(first, -3_000, refund="r1"))

    run = reconciled()

    assert (run.state, run.open_count, run.counts, run.due_at, run.error) == ("clean", 0, {"matched": 3}, None, "")
    assert run.totals == {"INR": {"gross": 15_000, "refunded": 3_000, "fee": 200}}
    assert (run.starts_at, run.ends_at) == (
        datetime(2026, 11, 9, 18, 30, tzinfo=UTC),
        datetime(2026, 11, 10, 18, 30, tzinfo=UTC),
    )
    assert not Notification.objects.exists()


def test_missed_webhooks_are_healed_by_the_normal_path_and_stay_in_the_report() -> None:
    """E198, E200, E201: a capture with its fee, and a refund that was made at the gateway."""
    payment = captured(10_000, is_heard_of=False)
    FakeGateway.becomes(str(payment.gateway_ref), fee=rupees(200))
    FakeGateway.gives_back(str(payment.gateway_ref), rupees(4_000), "r9")
    FakeGateway.books[DAY] = [
        line_of(payment, 10_000, fee=rupees(200)),
        line_of(payment, -4_000, refund="r9"),
    ]

    run = reconciled()
    before = report(run)
    payment.refresh_from_db()

    assert (payment.status, payment.captured_minor, payment.refunded_minor, payment.fee_minor) == (
        "captured",
        10_000,
        4_000,
        200,
    )
    assert (run.state, run.totals) == ("clean", {"INR": {"gross": 10_000, "refunded": 4_000, "fee": 200}})
    # The capture's truth brought the refund along.
    assert states(run) == ["healed", "matched"]
    journals = Journal.objects.count()
    assert report(read_again(run)) == before
    assert (Journal.objects.count(), Refund.objects.count(), run.attempts) == (journals, 1, 2)


def test_an_order_whose_opening_was_never_answered_is_healed_by_our_own_id() -> None:
    payment = captured(10_000, is_heard_of=False)
    ref = str(payment.gateway_ref)
    Payment.objects.filter(pk=payment.pk).update(gateway_ref=None)
    FakeGateway.orders[f"order-{payment.pk}"] = FakeGateway.orders[ref]

    run = reconciled()

    payment.refresh_from_db()
    assert (payment.gateway_ref, payment.captured_minor, states(run)) == (ref, 10_000, ["healed"])


def test_what_differs_is_flagged_told_and_never_changed() -> None:
    """E199, F22: unknown references, amounts off by one, lines that come twice, and money that is only here."""
    member, _ = staff_as(StaffRole.FINANCE)
    staff_as(StaffRole.SUPPORT, "sam")
    short, twice, fee = captured(10_000), captured(7_000), captured(2_000)
    FakeGateway.books[DAY] = [
        line_of(short, 9_999),
        line_of(twice, 7_000),
        line_of(twice, 7_000),
        line_of(fee, 2_000, fee=rupees(40)),
        Listed("pi_stranger", "ch_stranger", rupees(500), NOTHING, DAY),
        Listed("pi_stranger", "ch_stranger", rupees(-500), NOTHING, DAY, "re_stranger"),
    ]
    alone = captured(3_000)
    FakeGateway.books[DAY].pop()
    of_money = Payment.objects.order_by("pk").values("captured_minor", "refunded_minor", "fee_minor", "status")
    money = list(of_money)

    run = reconciled()

    assert (run.state, run.open_count, run.due_at is None) == ("flagged", 6, False)
    assert run.counts == {"differs": 2, "duplicate": 1, "matched": 1, "orphan": 2, "ours_only": 1}
    assert {line.key: line.note for line in run.lines.all() if line.state in ("differs", "ours_only")} == {
        f"capture:charge-{short.gateway_ref}": "The amounts differ.",
        f"capture:charge-{fee.gateway_ref}": "The fees differ.",
        f"ours:{alone.pk}": "The gateway's books do not have it.",
    }
    assert run.totals["INR"] == {"gross": 9_999 + 7_000 + 2_000 + 500, "refunded": 500, "fee": 40}
    assert list(of_money.all()) == money
    told = Notification.objects.get()
    assert (told.recipient, told.kind, "6 lines need a look" in told.message) == (member, "reconciliation_open", True)
    before = report(run)
    assert report(read_again(run)) == before
    assert Notification.objects.count() == 1


def test_a_reading_that_stops_in_the_middle_closes_nothing_and_is_done_again() -> None:
    """F22: a listing that is partial or missing."""
    staff_as(StaffRole.FINANCE)
    payments = [captured(1_000 + each) for each in range(3)]
    whole = FakeGateway.books[DAY]
    FakeGateway.books[DAY] = [*whole[:2], Silent("timed out")]

    run = reconciled()

    assert (run.state, run.error, run.finished_at, run.counts) == ("incomplete", "Silent: timed out", None, {})
    assert run.due_at is not None
    assert not Notification.objects.exists()
    for _ in range(2):
        read_again_later(run)
    assert (run.attempts, Notification.objects.count()) == (3, 1)
    FakeGateway.books[DAY] = whole
    read_again_later(run)
    assert (run.state, run.counts, run.error) == ("clean", {"matched": 3}, "")
    assert set(run.lines.values_list("payment", flat=True)) == {payment.pk for payment in payments}


def read_again_later(run: ReconciliationRun) -> None:
    ReconciliationRun.objects.filter(pk=run.pk).update(due_at=Now())
    with time_machine.travel(NEXT_MORNING, tick=False):
        reconcile(RunId(run.pk))
    run.refresh_from_db()


def test_what_is_listed_on_another_day_as_well_counts_once() -> None:
    payment = captured(10_000)
    run = reconciled()
    lists(line_of(payment, 10_000), day=DAY + timedelta(days=1))

    reconciled(NEXT_MORNING + timedelta(days=1))

    later = ReconciliationRun.objects.get(day=DAY + timedelta(days=1))
    assert (states(run), states(later), later.totals) == (["matched"], ["duplicate"], {})


def test_what_is_written_down_around_midnight_is_looked_for_on_both_days() -> None:
    captured(500)
    reconciled()
    before_midnight = datetime(2026, 11, 11, 23, 50, tzinfo=KOLKATA)
    payment = captured(10_000, at=before_midnight)
    FakeGateway.books[DAY].pop()
    lists(line_of(payment, 10_000), day=DAY + timedelta(days=2))

    reconciled(NEXT_MORNING + timedelta(days=1))
    reconciled(NEXT_MORNING + timedelta(days=2))

    assert set(ReconciliationRun.objects.values_list("state", flat=True)) == {"clean"}


def test_a_day_is_due_once_it_is_over_and_missed_days_are_made_up_for() -> None:
    """U18: one run per business day, whatever clocks do; and cash, which keeps no books, has none."""
    with time_machine.travel(NEXT_MORNING.replace(hour=0, minute=30), tick=False):
        reconcile_due()
    assert list(ReconciliationRun.objects.values_list("gateway", "day")) == [("fake", DAY - timedelta(days=1))]

    for _ in range(2):
        with time_machine.travel(NEXT_MORNING + timedelta(days=3), tick=False):
            reconcile_due()

    days = ReconciliationRun.objects.order_by("day").values_list("day", "attempts", "state")
    assert list(days) == [(DAY + timedelta(days=each), 1, "clean") for each in range(-1, 4)]


def test_clock_changes_make_no_day_twice_and_none_missing(settings: Settings) -> None:
    settings.BUSINESS_TIME_ZONE = "America/New_York"
    for minutes in range(0, 48 * 60, 15):
        with time_machine.travel(datetime(2026, 10, 31, 22, tzinfo=UTC) + timedelta(minutes=minutes), tick=False):
            if minutes % 60 == 0 or 7 * 60 <= minutes <= 9 * 60:
                reconcile_due()

    runs = ReconciliationRun.objects.order_by("day")
    assert [(run.day.isoformat(), run.attempts, run.ends_at - run.starts_at) for run in runs] == [
        ("2026-10-30", 1, timedelta(hours=24)),
        ("2026-10-31", 1, timedelta(hours=24)),
        ("2026-11-01", 1, timedelta(hours=25)),
    ]


def test_webhooks_of_nothing_we_knew_are_worked_on_once_more() -> None:
    """E158."""
    payment = captured(10_000, is_heard_of=False)
    with time_machine.travel(NOON, tick=False):
        facts = {"gateway": "fake", "type": "order.changed", "body": b"{}", "attempts": 3, "state": "orphan"}
        known = WebhookEvent.objects.create(event_id="1", reference=str(payment.gateway_ref), **facts)
        strange = WebhookEvent.objects.create(event_id="2", reference="order-of-nobody", **facts)
    FakeGateway.orders["order-of-nobody"] = FakeGateway.orders[str(payment.gateway_ref)]
    FakeGateway.becomes("order-of-nobody", payment_id="")

    run = reconciled()

    for event in (known, strange):
        event.refresh_from_db()
    assert (known.state, strange.state, strange.due_at) == ("done", "orphan", None)
    assert states(run) == ["matched"]


def test_a_line_that_was_dealt_with_closes_the_day_and_stays_so_until_it_changes() -> None:
    member, _ = staff_as(StaffRole.FINANCE)
    payment = captured(10_000)
    FakeGateway.books[DAY] = [line_of(payment, 9_999)]
    run = reconciled()
    line = run.lines.get()

    resolve_line(line, by=member, reason="Paid in by hand")

    run = read_again(run)
    line.refresh_from_db()
    assert (run.state, run.due_at, line.state, line.resolution) == ("clean", None, "differs", "Paid in by hand")
    FakeGateway.books[DAY] = [line_of(payment, 9_998)]
    run = read_again(run)
    line.refresh_from_db()
    assert (run.state, line.resolved_at, line.resolution) == ("flagged", None, "")


def test_who_has_lost_the_claim_writes_nothing() -> None:
    captured(10_000)

    def taken_over() -> Any:
        ReconciliationRun.objects.update(attempts=7)
        return FakeGateway.books[DAY][0]

    class Slow(list[Any]):
        def __iter__(self) -> Any:
            yield taken_over()

    whole = FakeGateway.books[DAY]
    FakeGateway.books[DAY] = Slow(whole)

    run = reconciled()

    assert (run.state, run.attempts, run.lines.count()) == ("incomplete", 7, 0)


def test_payments_are_found_by_their_charge_through_an_index() -> None:
    payment = captured(10_000, gateway_charge_ref="ch_1")
    lookups = Payment.objects.filter(gateway="fake", gateway_charge_ref__in=["ch_1"]).exclude(gateway_charge_ref="")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = lookups.order_by().explain()
    FakeGateway.books[DAY] = [Listed("another word", "ch_1", rupees(10_000), NOTHING, DAY)]

    run = reconciled()

    assert "payments_by_charge" in plan
    assert run.lines.get().payment_id == payment.pk


def test_invariants_find_lines_of_nobody_and_captures_that_no_gateway_lists() -> None:
    FakeGateway.books[DAY] = [Listed("pi_stranger", "ch_stranger", rupees(500), NOTHING, DAY)]
    reconciled()
    alone = captured(3_000, at=NOON + timedelta(hours=1))
    found = {each.id: check(each) for each in invariants() if each.id in ("INV-21", "INV-22")}

    assert found["INV-21"].examples == [str(ReconciliationLine.objects.get().pk)]
    assert found["INV-22"].examples == [str(alone.pk)]
    member, _ = staff_as(StaffRole.FINANCE)
    read_again(ReconciliationRun.objects.get())
    for line in ReconciliationLine.objects.open():
        resolve_line(line, by=member, reason="Looked into")
    assert {check(each).outcome for each in invariants() if each.id in found} == {"ok"}


def test_other_currencies_differ() -> None:
    payment = captured(10_000)
    FakeGateway.books[DAY] = [line_of(payment, 0, amount=Money(10_000, "USD"), fee=Money(30, "EUR"))]

    run = reconciled()

    (line,) = run.lines.all()
    assert (line.state, line.note, line.ours, line.theirs) == (
        "differs",
        "It is in INR here.",
        rupees(10_000),
        Money(10_000, "USD"),
    )
    assert run.totals == {
        "EUR": {"gross": 0, "refunded": 0, "fee": 30},
        "USD": {"gross": 10_000, "refunded": 0, "fee": 0},
    }

"""Dana gives money back at the desk, and a second person decides about what is large."""

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from accounts.roles import StaffRole
from common import clock
from common.ids import new_id
from common.models import AuditEntry, PlatformSettings
from common.platform import remember_platform_settings
from common.proofs import prove
from payments.errors import Overdrawn
from payments.ledger import Credit, Debit, post
from payments.models import Payment, Refund, RefundId
from payments.selectors import credit_account, credit_of
from payments.services.refund_calls import run_refund
from payments.tests.fake_payable import PATH
from payments.tests.treasury import give_back, in_bulk, page, paid, promised, rupees, said, staff_as

pytestmark = pytest.mark.django_db

MAY_REFUND = {StaffRole.SUPER_ADMIN, StaffRole.ADMIN, StaffRole.FINANCE}
MAY_APPROVE = {StaffRole.SUPER_ADMIN, StaffRole.FINANCE}


@pytest.fixture(autouse=True)
def _world(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = False
    settings.PAYABLES = {"thing": PATH}


@pytest.fixture
def dana() -> tuple[User, Client]:
    return staff_as(StaffRole.FINANCE)


@pytest.fixture
def payment() -> Payment:
    return paid(10_000)


def large_from(minor: int) -> None:
    remember_platform_settings(PlatformSettings(refund_approval_minor=minor - 1), seconds=3600)


def state_of(payment: Payment) -> tuple[list[tuple[str, int]], int]:
    payment.refresh_from_db()
    return list(payment.refunds.order_by("pk").values_list("status", "amount_minor")), payment.reserved_minor


@pytest.mark.parametrize("role", StaffRole)
def test_only_those_give_back_who_may(role: StaffRole, payment: Payment) -> None:
    """E361."""
    _, desk = staff_as(role)
    is_allowed = role in MAY_REFUND

    shown = desk.get(page("payment", "change", payment.pk)).content.decode()
    asked = desk.get(page("payment", "refund", payment.pk))
    answer = give_back(desk, payment, "60.00")

    assert (page("payment", "refund", payment.pk) in shown) is is_allowed
    assert (asked.status_code, answer.status_code) == ((200, 302) if is_allowed else (403, 403))
    assert state_of(payment) == (([("pending", 6_000)], 6_000) if is_allowed else ([], 0))


def test_who_gave_back_and_why_is_written_down(dana: tuple[User, Client], payment: Payment) -> None:
    user, desk = dana

    give_back(desk, payment, "60.00", reason="She waited for an hour")

    refund = Refund.objects.get()
    assert (refund.requested_by, refund.reason) == (user, "She waited for an hour")
    entry = AuditEntry.objects.get(target_table="payments_refund")
    assert (entry.actor_id, entry.reason) == (user.pk, "She waited for an hour")


@pytest.mark.parametrize("amount", ["0", "-1", "100.01", "1.001", "1e2", "NaN", "", "99999999999999999999"])
def test_nothing_less_than_something_and_nothing_more_than_is_left_goes_back(
    dana: tuple[User, Client], payment: Payment, amount: str
) -> None:
    """E193."""
    answer = give_back(dana[1], payment, amount)

    assert answer.status_code in (200, 409, 422)
    assert set(answer.context["form"].errors) == {"amount"}
    assert state_of(payment) == ([], 0)


def test_no_more_goes_back_than_came_whoever_asks_and_however_often(
    dana: tuple[User, Client], payment: Payment
) -> None:
    """INV-12."""
    _, desk = dana
    promised(payment, 3_000)
    once = str(new_id())

    first = give_back(desk, payment, "60.00", key=once, left=7_000)
    again = give_back(desk, payment, "60.00", key=once, left=7_000)
    outdated = give_back(desk, payment, "5.00", left=7_000)
    too_much = give_back(desk, payment, "10.01")
    without_reason = give_back(desk, payment, "10.00", reason="")
    rest = give_back(desk, payment, "10.00")
    nothing_left = give_back(desk, payment, "0.01")

    answers = [first, again, outdated, too_much, without_reason, rest, nothing_left]
    assert [each.status_code for each in answers] == [302, 302, 409, 422, 200, 302, 422]
    assert state_of(payment) == ([("pending", 3_000), ("pending", 6_000), ("pending", 1_000)], 10_000)
    assert prove(only=["INV-12", "INV-13"]).proven == 2


def test_what_is_not_here_or_disputed_is_not_given_back(dana: tuple[User, Client]) -> None:
    _, desk = dana
    open_one = paid(status="pending", captured_minor=0)
    disputed = paid(disputed_minor=10_000)

    for each in (open_one, disputed):
        assert "Refund…" not in desk.get(page("payment", "change", each.pk)).content.decode()
        assert give_back(desk, each, "1.00").status_code == 422
        assert state_of(each) == ([], 0)


def test_what_is_large_waits_and_is_not_approved_by_who_asked(dana: tuple[User, Client], payment: Payment) -> None:
    _, desk = dana
    second, other_desk = staff_as(StaffRole.FINANCE, "Finn")
    large_from(5_000)

    give_back(desk, payment, "50.00")
    refund = Refund.objects.get()
    own = in_bulk(desk, "refund", "approve_selected", refund)
    waiting = state_of(payment)
    in_bulk(other_desk, "refund", "approve_selected", refund, reason="She is right")

    assert "Somebody else has to approve what you asked for." in said(own)[-1]
    assert waiting == ([("awaiting_approval", 5_000)], 5_000)
    assert state_of(payment) == ([("pending", 5_000)], 5_000)
    assert Refund.objects.get().approved_by == second
    assert AuditEntry.objects.filter(actor_id=second.pk, reason="She is right").count() == 1


def test_what_is_rejected_stays_and_what_failed_is_tried_again_while_it_is_there(
    dana: tuple[User, Client], payment: Payment
) -> None:
    user, desk = dana
    rejected = promised(payment, 6_000, "awaiting_approval", staff_as(StaffRole.ADMIN, "Ada")[0])
    failed = promised(payment, 7_000, "failed")

    too_early = in_bulk(desk, "refund", "retry_selected", failed)
    in_bulk(desk, "refund", "reject_selected", rejected, reason="She came after all")
    in_bulk(desk, "refund", "retry_selected", failed, rejected)

    assert "At most 40.00 INR can be given back." in said(too_early)[0]
    assert state_of(payment) == ([("rejected", 6_000), ("pending", 7_000)], 7_000)
    rejected.refresh_from_db()
    assert (rejected.approved_by, rejected.failure_message) == (user, "She came after all")
    assert prove(only=["INV-12", "INV-13"]).proven == 2


@pytest.mark.parametrize("role", StaffRole)
def test_only_those_decide_who_may(role: StaffRole, payment: Payment) -> None:
    waiting = promised(payment, 1_000, "awaiting_approval", staff_as(StaffRole.ADMIN, "Ada")[0])
    failed = promised(payment, 1_000, "failed")
    _, desk = staff_as(role)

    offered = desk.get(page("refund")).content.decode()
    in_bulk(desk, "refund", "approve_selected", waiting)
    in_bulk(desk, "refund", "retry_selected", failed)

    for refund in (waiting, failed):
        refund.refresh_from_db()
    assert ("approve_selected" in offered) is (role in MAY_APPROVE)
    assert waiting.status == ("pending" if role in MAY_APPROVE else "awaiting_approval")
    assert failed.status == ("pending" if role in MAY_REFUND else "failed")
    assert ("reject_selected" in offered, "retry_selected" in offered) == (role in MAY_APPROVE, role in MAY_REFUND)


# Into credit


def test_what_becomes_credit_is_there_at_once_and_no_gateway_hears_of_it(
    dana: tuple[User, Client], payment: Payment
) -> None:
    _, desk = dana
    once = str(new_id())

    for _ in range(2):
        assert give_back(desk, payment, "60.00", destination="credit", key=once, left=10_000).status_code == 302
    run_refund(RefundId(Refund.objects.get().pk))
    too_much = give_back(desk, payment, "40.01", destination="credit")
    nowhere = give_back(desk, payment, "1.00", destination="pocket")

    assert (too_much.status_code, nowhere.status_code) == (422, 200)
    assert state_of(payment) == ([("succeeded", 6_000)], 0)
    assert (payment.refunded_minor, credit_of(payment.payer_id)) == (6_000, [rupees(6_000)])
    assert payment.calls.filter(verb="refund").count() == 0
    shown = desk.get(page("payment", "change", payment.pk)).content.decode()
    assert "Credit with us" in shown
    assert prove(only=["INV-09", "INV-09a", "INV-12", "INV-13"]).proven == 4


def test_large_credit_waits_for_a_second_person_as_well(dana: tuple[User, Client], payment: Payment) -> None:
    _, desk = dana
    _, other_desk = staff_as(StaffRole.FINANCE, "Finn")
    large_from(5_000)

    give_back(desk, payment, "50.00", destination="credit")
    assert (state_of(payment), credit_of(payment.payer_id)) == (([("awaiting_approval", 5_000)], 5_000), [])
    in_bulk(other_desk, "refund", "approve_selected", Refund.objects.get(), reason="She is right")

    assert (state_of(payment), credit_of(payment.payer_id)) == (([("succeeded", 5_000)], 0), [rupees(5_000)])


def test_a_dispute_after_that_leaves_credit_as_it_is_and_shows_people_where_to_look(
    dana: tuple[User, Client], payment: Payment
) -> None:
    """E195: what is spent is not pulled below nothing, whoever tries."""
    _, desk = dana
    give_back(desk, payment, "60.00", destination="credit")
    owed = credit_account(payment.payer_id)
    with transaction.atomic():
        post("spent", key="spent", moves=[Debit(owed, rupees(6_000)), Credit("revenue", rupees(6_000))])
    Payment.objects.filter(pk=payment.pk).update(disputed_minor=10_000)
    paid(disputed_minor=10_000)

    with pytest.raises(Overdrawn), transaction.atomic():
        post("taken_back", key="taken_back", moves=[Debit(owed, rupees(1)), Credit("disputes", rupees(1))])

    listed = desk.get(page("payment"), {"dispute": "credit"}).context["cl"].result_list
    assert ([each.pk for each in listed], credit_of(payment.payer_id)) == ([payment.pk], [])
    assert desk.get(page("payment"), {"dispute": "any"}).context["cl"].result_count == 2


def test_credit_that_is_not_in_the_books_is_found(dana: tuple[User, Client], payment: Payment) -> None:
    refund = promised(payment, 1_000, "awaiting_approval")
    Refund.objects.filter(pk=refund.pk).update(destination="credit", status="succeeded", succeeded_at=clock.now())
    Payment.objects.filter(pk=payment.pk).update(refunded_minor=1_000, reserved_minor=0)

    assert [each["id"] for each in prove(only=["INV-09", "INV-09a"]).results if each["outcome"] != "ok"] == ["INV-09a"]

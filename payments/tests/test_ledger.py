"""Money moves in journals that balance, once for each cause, and is undone only by moving it back."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from common.ids import new_id
from common.money import Money
from common.tests.threads import in_threads
from payments.errors import LedgerMisuse, Overdrawn
from payments.ledger import Credit, Debit, Entry, balance, post, reverse
from payments.models import Journal, LedgerAccount, Posting

pytestmark = pytest.mark.django_db

GATEWAY, DEPOSITS = "gateway:sandbox", "customer:deposits"


def rupees(minor: int) -> Money:
    return Money(minor, "INR")


def captured(minor: int = 212_400, key: str = "capture:1") -> Journal:
    return post("capture", key=key, moves=[Debit(GATEWAY, rupees(minor)), Credit(DEPOSITS, rupees(minor))])


def test_a_capture_debits_the_gateway_and_credits_what_we_hold() -> None:
    booking = new_id()

    journal = post(
        "capture",
        key="capture:1",
        moves=[Debit(GATEWAY, rupees(500)), Credit(DEPOSITS, rupees(500))],
        payable=("booking", booking),
    )

    assert (journal.payable_type, journal.payable_id) == ("booking", booking)
    assert balance(GATEWAY, "INR") == rupees(500)
    assert balance(DEPOSITS, "INR") == rupees(-500)
    assert balance(GATEWAY, "EUR") == Money(0, "EUR")


def test_the_same_cause_is_posted_once() -> None:
    first = captured()

    assert captured().pk == first.pk
    assert Posting.objects.count() == 2


def test_the_same_cause_with_other_money_is_a_mistake_that_is_noticed() -> None:
    captured(500)

    with pytest.raises(LedgerMisuse):
        captured(600)

    assert balance(GATEWAY, "INR") == rupees(500)


def test_a_reversal_moves_everything_back_and_happens_once() -> None:
    journal = captured(500)

    first = reverse(journal, key="capture:1:reversed", note="Charged by mistake")
    second = reverse(journal, key="capture:1:reversed again")

    assert first.pk == second.pk
    assert (first.reverses, first.kind) == (journal, "capture_reversed")
    assert balance(GATEWAY, "INR") == rupees(0)
    assert Journal.objects.count() == 2


def test_nothing_may_be_moved_from_nowhere() -> None:
    for moves in ([], [Debit(GATEWAY, rupees(5))], [Debit(GATEWAY, rupees(0)), Credit(DEPOSITS, rupees(0))]):
        with pytest.raises(LedgerMisuse):
            post("capture", key="capture:1", moves=moves)

    assert not Journal.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "moves",
    [
        [Debit(GATEWAY, Money(5, "INR")), Credit(DEPOSITS, Money(4, "INR"))],
        [Debit(GATEWAY, Money(5, "INR")), Credit(DEPOSITS, Money(5, "EUR"))],
    ],
    ids=["unequal", "two currencies"],
)
def test_a_journal_that_does_not_balance_is_refused_at_commit(moves: list[Entry]) -> None:
    with pytest.raises(IntegrityError, match="does not balance"):
        post("capture", key="capture:1", moves=moves)

    assert not Journal.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_journal_without_postings_is_refused_at_commit() -> None:
    with pytest.raises(IntegrityError, match="does not balance"):
        Journal.objects.create(key="empty", kind="capture")


def test_a_posting_in_another_currency_than_its_account_is_refused() -> None:
    journal = captured()
    account = LedgerAccount.objects.get(code=GATEWAY)
    posting = Posting(journal=journal, account=account, currency="EUR", amount_minor=5)

    with pytest.raises(IntegrityError, match="posting_is_in_its_accounts_currency"), transaction.atomic():
        posting.save()


@pytest.mark.parametrize("table", ["payments_posting", "payments_journal"])
def test_what_is_posted_stays(table: str) -> None:
    captured()

    for statement in ("UPDATE {} SET created_at = now()", "DELETE FROM {}"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement.format(table))

    assert (Journal.objects.count(), Posting.objects.count()) == (1, 2)


def test_credit_is_spent_only_as_far_as_it_goes() -> None:
    alice = f"credit:{new_id()}"
    post("goodwill", key="goodwill:1", moves=[Debit("goodwill", rupees(100)), Credit(alice, rupees(100))])

    post("spend", key="spend:1", moves=[Debit(alice, rupees(60)), Credit(DEPOSITS, rupees(60))])
    with pytest.raises(Overdrawn):
        post("spend", key="spend:2", moves=[Debit(alice, rupees(60)), Credit(DEPOSITS, rupees(60))])

    assert balance(alice, "INR") == rupees(-40)
    assert not Journal.objects.filter(key="spend:2").exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_who_spend_the_same_credit_one_gets_it() -> None:
    post("goodwill", key="goodwill:1", moves=[Debit("goodwill", rupees(100)), Credit("credit:alice", rupees(100))])

    def spend() -> str:
        moves = [Debit("credit:alice", rupees(60)), Credit(DEPOSITS, rupees(60))]
        try:
            post("spend", key=f"spend:{new_id()}", moves=moves)
        except Overdrawn:
            return "refused"
        return "spent"

    assert sorted(in_threads(8, spend)) == ["refused"] * 7 + ["spent"]
    assert balance("credit:alice", "INR") == rupees(-40)


@pytest.mark.django_db(transaction=True)
def test_of_many_with_the_same_key_one_posts() -> None:
    keys = set(in_threads(8, lambda: captured().pk))

    assert len(keys) == 1
    assert Posting.objects.count() == 2


def test_posting_costs_a_constant_number_of_statements(django_assert_num_queries: Any) -> None:
    captured(key="capture:0")

    # A savepoint around them, the journal in and read back, the accounts, the postings.
    with django_assert_num_queries(6):
        captured(key="capture:1")
    moves = [Debit(GATEWAY, rupees(9)), *(Credit(DEPOSITS, rupees(1)) for _ in range(9))]
    with django_assert_num_queries(6):
        post("capture", key="capture:2", moves=moves)


@settings(max_examples=20)
@given(amounts=st.lists(st.integers(1, 10**12), min_size=1, max_size=5))
def test_whatever_is_posted_and_reversed_leaves_nothing(amounts: list[int]) -> None:
    with transaction.atomic():
        journals = [captured(minor, key=f"capture:{number}") for number, minor in enumerate(amounts)]
        assert balance(GATEWAY, "INR").minor == sum(amounts)
        for journal in journals:
            reverse(journal, key=f"{journal.key}:back")
        assert balance(GATEWAY, "INR").minor == balance(DEPOSITS, "INR").minor == 0
        transaction.set_rollback(True)

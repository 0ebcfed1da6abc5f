"""Each invariant of the ledger is shown to fire."""

import pytest
from django.db import connection

from common.money import Money
from common.proofs import check, invariants
from payments.ledger import Credit, Debit, post, reverse
from payments.management.invariants import OWN

pytestmark = pytest.mark.django_db

# What keeps the violations out is taken away first.
UNGUARDED = """
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE payments_posting DISABLE TRIGGER USER;
ALTER TABLE payments_journal DISABLE TRIGGER USER;
ALTER TABLE payments_posting DROP CONSTRAINT posting_is_in_its_accounts_currency
"""


def run_sql(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def violated() -> set[str]:
    return {each.id for each in invariants() if each.id in OWN and check(each).outcome == "violated"}


@pytest.fixture(autouse=True)
def world() -> None:
    amount = Money(500, "INR")
    journal = post("capture", key="capture:1", moves=[Debit("gateway:sandbox", amount), Credit("revenue", amount)])
    reverse(journal, key="capture:1:back")
    post("goodwill", key="goodwill:1", moves=[Debit("goodwill", amount), Credit("credit:alice", amount)])


def test_a_sound_ledger_violates_nothing() -> None:
    assert violated() == set()


OF = "journal_id = (SELECT id FROM payments_journal WHERE key = '{}')"
OF_THESE = {"goodwill": OF.format("goodwill:1"), "back": OF.format("capture:1:back")}
PLANTED = {
    "unbalanced": (
        "UPDATE payments_posting SET amount_minor = 499 WHERE amount_minor = 500 AND {goodwill}",
        {"INV-01", "INV-03"},
    ),
    "one posting": (
        "DELETE FROM payments_posting WHERE amount_minor > 0 AND {goodwill}",
        {"INV-01", "INV-02", "INV-03"},
    ),
    "other currency": ("UPDATE payments_ledgeraccount SET currency = 'EUR' WHERE code = 'revenue'", {"INV-04"}),
    "other amounts back": ("UPDATE payments_posting SET amount_minor = amount_minor * 2 WHERE {back}", {"INV-08"}),
    "overdrawn": ("UPDATE payments_posting SET amount_minor = -amount_minor WHERE {goodwill}", {"INV-24"}),
}


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_is_found(name: str) -> None:
    planted, found = PLANTED[name]
    run_sql(UNGUARDED)
    run_sql(planted.format(**OF_THESE))

    assert violated() - {"INV-05"} == found


def test_missing_guards_are_found() -> None:
    run_sql(UNGUARDED)

    assert violated() == {"INV-05"}

"""Every invariant is shown to fire: a query that never fired proves nothing."""

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from common import proofs
from common.ids import new_id
from common.models import ProofRun
from common.proofs import UnknownInvariant, check, invariants, prove, register_invariant

pytestmark = pytest.mark.django_db

OWN = ["INV-23", "INV-63", "INV-64", "INV-65", "INV-66", "INV-71", "INV-72", "INV-72a", "INV-72b", "INV-88"]


def run_sql(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def outcome_of(invariant_id: str) -> str:
    [invariant] = [known for known in invariants() if known.id == invariant_id]
    return check(invariant).outcome


KEY = """
INSERT INTO common_idempotencyrecord
    (id, principal, key, method, path, request_hash, version, leased_until, expires_at, {extra})
VALUES ('{id}', 'u', 'k', 'POST', '/', 'h', 1, now() {lease}, now() + interval '{kept}', {values})
"""
EVENT = """
INSERT INTO common_outboxevent (id, name, subject, data, subscribers, request_id, attempts, due_at, key, delivered_at)
VALUES ('{id}', 'a.happened', 's', '{{}}', '{subscribers}', '', 0, now() {due}, {key}, {delivered})
"""
RECEIPT = """
INSERT INTO common_eventreceipt (id, event_id, subscriber, failures, last_error, handled_at)
VALUES ('{id}', '{event}', '{subscriber}', 1, '', {handled})
"""


def key(*, lease: str = "", kept: str = "25 hours", extra: str = "recovery_point", values: str = "''") -> str:
    return KEY.format(id=new_id(), lease=lease, kept=kept, extra=extra, values=values)


def event(
    *,
    subscribers: str = "{x}",
    due: str = "",
    key: str = "NULL",
    delivered: str = "NULL",
    id: Any = None,  # noqa: A002
) -> str:
    return EVENT.format(id=id or new_id(), subscribers=subscribers, due=due, key=key, delivered=delivered)


def receipt(of: Any, subscriber: str = "x", handled: str = "now()") -> str:
    return RECEIPT.format(id=new_id(), event=of, subscriber=subscriber, handled=handled)


def without(table: str, *constraints: str) -> list[str]:
    return [f"ALTER TABLE {table} DROP CONSTRAINT {constraint}" for constraint in constraints]


KEYS, EVENTS, RECEIPTS = "common_idempotencyrecord", "common_outboxevent", "common_eventreceipt"
EVENT_ID = new_id()

VIOLATIONS: dict[str, list[list[str]]] = {
    "INV-23": [["CREATE TABLE probe (price_minor double precision)"], ["CREATE TABLE probe (total real)"]],
    "INV-63": [[*without(KEYS, "one_request_per_principal_and_key"), key(), key()]],
    "INV-64": [
        [*without(KEYS, "finished_request_has_its_response"), key(extra="finished_at", values="now()")],
        [
            *without(KEYS, "finished_request_has_its_response"),
            key(extra="finished_at, response_status", values="now(), 201"),
        ],
    ],
    "INV-65": [[key(lease="- interval '6 minutes'")]],
    "INV-66": [[*without(KEYS, "idempotency_key_lives_a_day"), key(kept="23 hours 59 minutes")]],
    "INV-71": [["DROP INDEX outbox_key_is_unique", event(key="'twice'"), event(key="'twice'")]],
    "INV-72": [[event(due="- interval '61 seconds'")]],
    "INV-72a": [
        [event(delivered="now()")],
        [event(delivered="now()", subscribers="{x,y}", id=EVENT_ID), receipt(EVENT_ID)],
        [event(delivered="now()", id=EVENT_ID), receipt(EVENT_ID, handled="NULL")],
    ],
    "INV-72b": [
        [event(id=EVENT_ID), receipt(EVENT_ID, "stranger")],
        [
            *without(RECEIPTS, "one_receipt_per_event_and_subscriber"),
            event(id=EVENT_ID),
            receipt(EVENT_ID),
            receipt(EVENT_ID),
        ],
    ],
    "INV-88": [
        [f"ALTER TABLE {EVENTS} ADD CONSTRAINT probe CHECK (attempts < 99) NOT VALID"],
        ["UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'common_outboxevent_pkey'::regclass"],
        [f"ALTER TABLE {RECEIPTS} DISABLE TRIGGER ALL"],
    ],
}


def test_every_invariant_of_the_platform_has_a_planted_violation() -> None:
    own = {invariant.id for invariant in invariants() if invariant.id in {*OWN, "INV-89"}}

    assert set(VIOLATIONS) == own - {"INV-89"}
    assert own == {*OWN, "INV-89"}


@pytest.mark.parametrize("invariant_id", OWN)
def test_an_invariant_holds_where_nothing_is_wrong(invariant_id: str) -> None:
    run_sql(
        key(extra="finished_at, response_status, response_body", values="now(), 201, 'x'"),
        event(key="'once'"),
        event(),
        event(delivered="now()", id=EVENT_ID),
        receipt(EVENT_ID),
    )

    assert outcome_of(invariant_id) == "ok"


@pytest.mark.parametrize(
    ("invariant_id", "statements"),
    [(invariant_id, statements) for invariant_id, variants in VIOLATIONS.items() for statements in variants],
)
def test_a_planted_violation_is_found(invariant_id: str, statements: list[str]) -> None:
    run_sql(*statements)

    assert outcome_of(invariant_id) == "violated"
    run_sql("SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.parametrize("setting", ["synchronous_commit"])
def test_a_server_that_may_lose_commits_is_found(setting: str) -> None:
    """The server of the tests runs without fsync; the invariant says so, and also when a session switches it off."""
    [invariant] = [known for known in invariants() if known.id == "INV-89"]
    assert set(check(invariant).examples) >= {"fsync", "full_page_writes", setting}

    run_sql(f"SET LOCAL {setting} = on")

    assert setting not in check(invariant).examples


@pytest.fixture
def _only_mine(monkeypatch: pytest.MonkeyPatch) -> None:
    invariants()
    monkeypatch.setattr(proofs, "_invariants", {})


@pytest.mark.usefixtures("_only_mine")
def test_a_run_keeps_what_it_found_and_alerts(caplog: pytest.LogCaptureFixture) -> None:
    register_invariant(id="INV-01", title="Holds", sql="SELECT 1 WHERE false")
    register_invariant(id="INV-02", title="Broken", sql="SELECT n, 'alice@example.com' FROM generate_series(1, 7) AS n")
    register_invariant(id="INV-03", title="Nonsense", sql="SELECT * FROM nowhere")

    prove()

    run = ProofRun.objects.get()
    assert (run.proven, run.violated, run.errors, run.passed) == (1, 1, 1, False)
    assert [result["outcome"] for result in run.results] == ["ok", "violated", "error"]
    assert (run.results[1]["rows"], run.results[1]["examples"]) == (7, ["1", "2", "3", "4", "5"])
    assert "alice" not in json.dumps(run.results)
    assert {"an invariant is violated", "an invariant could not be checked"} <= set(caplog.messages)


@pytest.mark.usefixtures("_only_mine")
@pytest.mark.django_db(transaction=True)
def test_a_query_cannot_write(caplog: pytest.LogCaptureFixture) -> None:
    register_invariant(id="INV-01", title="Writes", sql="DELETE FROM common_proofrun RETURNING id")

    assert outcome_of("INV-01") == "error"
    assert "read-only" in caplog.text


@pytest.mark.usefixtures("_only_mine")
@pytest.mark.django_db(transaction=True)
def test_a_query_that_takes_too_long_is_an_error_and_not_a_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs, "STATEMENT_SECONDS", 1)
    register_invariant(id="INV-01", title="Slow", sql="SELECT pg_sleep(30)")

    assert outcome_of("INV-01") == "error"


def test_after_a_proof_the_transaction_around_it_may_write_again() -> None:
    check(invariants()[0])

    with transaction.atomic():
        run_sql("CREATE TABLE probe (n int)")


@pytest.mark.usefixtures("_only_mine")
def test_invariants_are_proven_in_order_of_their_numbers() -> None:
    for invariant_id in ("INV-100", "INV-72a", "INV-08", "INV-72", "INV-89"):
        register_invariant(id=invariant_id, title="", sql="SELECT 1 WHERE false")

    assert [known.id for known in invariants()] == ["INV-08", "INV-72", "INV-72a", "INV-89", "INV-100"]


def test_an_id_is_registered_once_and_well_formed() -> None:
    for taken_or_bad in (invariants()[0].id, "65", "INV-1", "inv-65"):
        with pytest.raises(ValueError, match="free id"):
            register_invariant(id=taken_or_bad, title="", sql="")


@pytest.mark.usefixtures("_only_mine")
def test_the_command_prints_a_line_for_each_and_fails_on_any() -> None:
    register_invariant(id="INV-01", title="Holds", sql="SELECT 1 WHERE false")
    register_invariant(id="INV-02", title="Broken", sql="SELECT 'row-7'")
    printed = io.StringIO()

    with pytest.raises(CommandError, match="1 proven, 1 violated, 0 not answered"):
        call_command("prove", stdout=printed)
    call_command("prove", only=["INV-01"], stdout=printed)

    lines = printed.getvalue().splitlines()
    assert lines[0].startswith("ok       INV-01")
    assert lines[1].startswith("VIOLATED INV-02")
    assert lines[1].endswith("1 rows, such as row-7")
    assert lines[-1] == "1 proven, 0 violated, 0 not answered"


def test_an_unknown_id_is_refused() -> None:
    with pytest.raises(UnknownInvariant, match="INV-999"):
        prove(["INV-999"])
    with pytest.raises(CommandError, match="No such invariant"):
        call_command("prove", only=["INV-999"])
    assert not ProofRun.objects.exists()

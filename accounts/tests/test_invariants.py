"""The invariants of sign-in: each holds where nothing is wrong, and is shown to fire."""

import pytest
from django.db import connection

from accounts.devices import Device
from accounts.models import User
from accounts.services import first_tokens, refresh_tokens
from accounts.tests.calls import PHONE, code_for
from accounts.tests.services_cast import clinic, keyed
from accounts.tests.tokens import open_session
from common.ids import new_id
from common.proofs import check, invariants

pytestmark = pytest.mark.django_db
OWN = ["INV-76", "INV-77", "INV-78", "INV-79", "INV-80", "INV-86", "INV-140", "INV-141"]
HASH = "a" * 64
CODE = """
INSERT INTO accounts_otpchallenge (id, phone_hash, purpose, code_hash, attempts, max_attempts, expires_at{names})
VALUES ('{id}', 'p', 'login', '{hash}', {attempts}, 5, now() + interval '{life}'{values})
"""
FORK = """
INSERT INTO accounts_refreshtoken (id, session_id, token_hash, used_by)
SELECT gen_random_uuid(), session_id, 'fork', '' FROM accounts_refreshtoken WHERE used_at IS NULL
"""
ERASED_BUT_NAMED = """
UPDATE accounts_user SET erased_at = now(), is_active = false, email = NULL, first_name = 'Alice'
"""
ERASED_BUT_SHOWN = """
UPDATE accounts_user SET erased_at = now(), is_active = false, email = NULL, avatar = 'a'
"""
ADDRESS = """
INSERT INTO accounts_address
    (id, user_id, name, address_line1, address_line2, city, state, pincode, place_id, is_default)
SELECT gen_random_uuid(), id, 'Home', '1 Main St', '', 'Pune', 'MH', '411001', '', {is_default} FROM accounts_user
"""

SECOND_KEY = """
INSERT INTO accounts_servicekey (id, service_id, prefix, key_hash, sealed_secret, expires_at)
SELECT '{id}', service_id, 'alm_', encode(sha256('{id}'), 'hex'), 'x', {expires_at} FROM accounts_servicekey LIMIT 1
"""


def code(*, attempts: int = 0, life: str = "5 minutes", hash_: str = HASH, names: str = "", values: str = "") -> str:
    return CODE.format(id=new_id(), attempts=attempts, life=life, hash=hash_, names=names, values=values)


def address(*, is_default: str) -> str:
    return ADDRESS.format(is_default=is_default)


def second_key(*, expires_at: str = "NULL") -> str:
    return SECOND_KEY.format(id=new_id(), expires_at=expires_at)


def without(table: str, constraint: str) -> str:
    return f"ALTER TABLE accounts_{table} DROP CONSTRAINT {constraint}"


VIOLATIONS: dict[str, list[list[str]]] = {
    "INV-76": [["DROP INDEX one_standing_code_per_phone_and_purpose", code(), code()]],
    "INV-77": [
        [without("otpchallenge", "code_attempts_within_cap"), code(attempts=6)],
        [without("otpchallenge", "code_lives_ten_minutes_at_most"), code(life="11 minutes")],
        [without("otpchallenge", "code_is_hashed"), code(hash_="123456")],
        [code(names=", consumed_at, sealed", values=", now(), 'x'")],
    ],
    "INV-78": [
        [
            "DROP INDEX one_unused_refresh_token_per_session",
            FORK,
        ],
        ["UPDATE accounts_refreshtoken SET used_at = NULL WHERE parent_id IS NULL"],
    ],
    "INV-79": [
        ["UPDATE accounts_user SET is_active = false"],
        ["UPDATE accounts_user SET erased_at = now()"],
    ],
    "INV-80": [
        ["UPDATE accounts_user SET erased_at = now()"],
        [ERASED_BUT_NAMED],
        [ERASED_BUT_SHOWN],
    ],
    "INV-86": [
        ["DROP INDEX one_default_address", *[address(is_default="true")] * 2],
        [address(is_default="false")],
    ],
    "INV-140": [
        [
            "ALTER TABLE accounts_user DISABLE TRIGGER correct_group_names",
            "UPDATE accounts_user SET group_names = '{Premium}'",
        ]
    ],
    "INV-141": [
        [without("servicekey", "revoked_key_holds_nothing"), "UPDATE accounts_servicekey SET revoked_at = now()"],
        ["DROP INDEX one_standing_key_per_service", second_key()],
        [second_key(expires_at="now() + interval '1 day'"), second_key(expires_at="now() + interval '1 hour'")],
        ["UPDATE accounts_servicekey SET key_hash = 'alm_in_clear'"],
        ["UPDATE accounts_servicekey SET prefix = 'alm_much_of_the_key'"],
    ],
}


def run_sql(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def outcome_of(invariant_id: str) -> str:
    [invariant] = [known for known in invariants() if known.id == invariant_id]
    return check(invariant).outcome


@pytest.fixture(autouse=True)
def _somebody_signed_in() -> None:
    alice = User.objects.create_user("alice@example.com")
    refresh_tokens(first_tokens(open_session(alice)).refresh_token, device=Device())
    code_for(PHONE)
    code_for(PHONE)
    keyed(clinic())


def test_every_invariant_of_sign_in_has_a_planted_violation() -> None:
    assert list(VIOLATIONS) == OWN


@pytest.mark.parametrize("invariant_id", OWN)
def test_an_invariant_holds_where_nothing_is_wrong(invariant_id: str) -> None:
    assert outcome_of(invariant_id) == "ok"


@pytest.mark.parametrize(
    ("invariant_id", "statements"),
    [(invariant_id, statements) for invariant_id, variants in VIOLATIONS.items() for statements in variants],
)
def test_a_planted_violation_is_found(invariant_id: str, statements: list[str]) -> None:
    # The second unused token of a fork needs its index gone as well.
    if statements[0].startswith("UPDATE accounts_refreshtoken"):
        run_sql("DROP INDEX one_unused_refresh_token_per_session")
    run_sql("SET CONSTRAINTS ALL IMMEDIATE", *statements)

    assert outcome_of(invariant_id) == "violated"

"""The audit log: what is written down by itself, what never is, and that nothing in it can be changed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection, connections, transaction
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from common import audit
from common.audit_sealing import seal_audit_log
from common.middleware.audit_context import AuditContextMiddleware
from common.models import AuditEntry
from common.proofs import Result, check, invariants


@pytest.fixture
def asha(db: None) -> User:
    return User.objects.create_superuser("asha@almanac.example", first_name="Asha")


@pytest.fixture
def alice(db: None) -> User:
    return User.objects.create_user("alice@example.com", first_name="Alice")


def request_of(user: User, write: Callable[[], Any], path: str = "/admin/") -> None:
    """Runs `write` as the view of a request that `user` makes."""

    def view(_request: HttpRequest) -> HttpResponse:
        write()
        return HttpResponse()

    request = RequestFactory().post(path, HTTP_USER_AGENT="Browser/1", REMOTE_ADDR="198.51.100.7")
    request.user = user
    AuditContextMiddleware(view)(request)


def rename(user: User, name: str) -> Callable[[], Any]:
    return lambda: User.objects.filter(pk=user.pk).update(first_name=name)


def test_a_change_by_staff_says_who_what_before_after_and_from_where(asha: User, alice: User) -> None:
    request_of(asha, rename(alice, "Alicia"))

    entry = AuditEntry.objects.about(alice).get()
    assert (entry.actor_id, entry.actor_name, entry.action) == (asha.pk, "Asha", "updated")
    assert entry.changes == {"first_name": ["Alice", "Alicia"]}
    assert (entry.ip, entry.user_agent, entry.source) == ("198.51.100.7", "Browser/1", "back office")


def test_a_call_of_the_api_by_staff_says_so(asha: User, alice: User) -> None:
    request_of(asha, rename(alice, "Alicia"), path="/api/v1/users")

    assert AuditEntry.objects.about(alice).get().source == "api"


def test_a_bulk_update_of_ten_rows_leaves_ten_entries(asha: User) -> None:
    people = User.objects.bulk_create(User(email=f"p{n}@example.com") for n in range(10))

    request_of(asha, lambda: User.objects.filter(is_staff=False).update(language="hi"))

    changed = AuditEntry.objects.filter(action="updated", actor_id=asha.pk).values_list("target_id", flat=True)
    assert sorted(changed) == sorted(str(person.pk) for person in people)


def test_a_customers_own_change_is_not_recorded_and_costs_no_statement(
    alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        request_of(alice, rename(alice, "Alicia"))

    assert not AuditEntry.objects.about(alice).exists()


def test_reading_as_staff_costs_no_statement(asha: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        request_of(asha, lambda: list(User.objects.all()))


def test_the_actor_is_announced_once_for_all_writes_of_a_transaction(
    asha: User, alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def write_twice() -> None:
        rename(alice, "One")()
        rename(alice, "Two")()

    with django_assert_num_queries(3):
        request_of(asha, write_twice)

    assert AuditEntry.objects.about(alice).filter(actor_id=asha.pk).count() == 2


def test_without_an_actor_a_member_of_staff_is_still_watched(asha: User) -> None:
    User.objects.filter(pk=asha.pk).update(is_superuser=False)

    entry = AuditEntry.objects.about(asha).get(action="updated")
    assert (entry.actor_id, entry.source, entry.changes) == (None, "system", {"is_superuser": [True, False]})


def test_becoming_staff_is_recorded_whoever_does_it(alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_staff=True)

    assert AuditEntry.objects.about(alice).get().changes == {"is_staff": [False, True]}


def test_a_password_is_never_written_down(asha: User) -> None:
    asha.set_password("correct horse battery")
    asha.save()

    entry = AuditEntry.objects.about(asha).get(action="updated")
    assert entry.changes == {"password": "(changed)"}


def test_roles_and_permissions_given_to_somebody_are_entries_about_them(asha: User, alice: User) -> None:
    support = Group.objects.create(name="support")

    request_of(asha, lambda: alice.groups.add(support))

    entry = AuditEntry.objects.about(alice).get()
    assert (entry.action, entry.changes["group_id"]) == ("linked", [None, support.pk])


def test_the_reason_of_a_deed_stands_in_its_rows_entry(asha: User, alice: User) -> None:
    with audit.acting(asha, reason="asked by mail"):
        rename(alice, "Alicia")()

    assert AuditEntry.objects.about(alice).get().reason == "asked by mail"


def test_two_reasons_in_one_transaction_do_not_mix(asha: User, alice: User) -> None:
    with transaction.atomic():
        with audit.acting(asha, reason="first"):
            rename(alice, "One")()
        with audit.acting(asha, reason="second"):
            rename(alice, "Two")()

    assert list(AuditEntry.objects.about(alice).values_list("reason", flat=True)) == ["second", "first"]


def test_after_a_rolled_back_savepoint_the_actor_is_announced_again(asha: User, alice: User) -> None:
    @transaction.atomic
    def lose() -> None:
        rename(alice, "Lost")()
        raise LookupError

    def fail_then_write() -> None:
        with transaction.atomic():
            with pytest.raises(LookupError):
                lose()
            rename(alice, "Kept")()

    request_of(asha, fail_then_write)

    entry = AuditEntry.objects.about(alice).get()
    assert (entry.actor_id, entry.changes) == (asha.pk, {"first_name": ["Alice", "Kept"]})


@pytest.mark.django_db(transaction=True)
def test_a_view_with_transactions_of_its_own_is_recorded_in_each(asha: User, alice: User) -> None:
    @transaction.atomic
    def lose() -> None:
        rename(alice, "Rolled back")()
        raise LookupError

    def write_thrice() -> None:
        rename(alice, "Autocommit")()
        with transaction.atomic():
            rename(alice, "First")()
        with pytest.raises(LookupError):
            lose()
        with transaction.atomic():
            rename(alice, "Last")()

    request_of(asha, write_thrice)

    entries = AuditEntry.objects.about(alice).order_by("id")
    assert [entry.changes["first_name"][1] for entry in entries] == ["Autocommit", "First", "Last"]
    assert {entry.actor_id for entry in entries} == {asha.pk}


@pytest.mark.django_db(transaction=True)
def test_the_next_request_on_the_same_pooled_connection_knows_nothing_of_the_actor(asha: User, alice: User) -> None:
    request_of(asha, rename(alice, "Alicia"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        used = cursor.fetchone()
    seen = set()
    for _ in range(8):
        connections.close_all()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid(), coalesce(current_setting('almanac.audit', true), '')")
            seen.add(cursor.fetchone())

    rename(alice, "Ali")()

    assert used is not None
    assert (used[0], "") in seen
    assert {setting for _, setting in seen} == {""}
    assert AuditEntry.objects.about(alice).count() == 1


def test_a_deed_that_changes_no_row_is_recorded_by_hand(asha: User, alice: User) -> None:
    request_of(asha, lambda: audit.record("revealed", alice, reason="ticket 7", data={"field": "phone"}))

    entry = AuditEntry.objects.about(alice).get()
    assert (entry.action, entry.actor_id, entry.reason, entry.data) == (
        "revealed",
        asha.pk,
        "ticket 7",
        {"field": "phone"},
    )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE common_auditentry SET reason = 'nothing to see'",
        "UPDATE common_auditentry SET seal_number = 1, actor_name = 'Mallory'",
        "UPDATE common_auditentry SET hash = 'f'",
        "DELETE FROM common_auditentry",
    ],
)
def test_an_entry_cannot_be_changed_or_deleted_even_by_raw_sql(asha: User, statement: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert AuditEntry.objects.about(asha).count() == 1


def test_the_log_cannot_be_truncated(asha: User) -> None:
    with connection.cursor() as cursor:
        # The suite's own set-up had switched it off, see conftest.py.
        cursor.execute("ALTER TABLE common_auditentry ENABLE TRIGGER append_only_table")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute("TRUNCATE common_auditentry")

    assert AuditEntry.objects.about(asha).count() == 1


def test_sealing_numbers_every_entry_without_gaps_and_a_second_run_finds_nothing(asha: User, alice: User) -> None:
    request_of(asha, rename(alice, "Alicia"))

    assert (seal_audit_log(), seal_audit_log()) == (AuditEntry.objects.count(), 0)

    numbers = list(AuditEntry.objects.order_by("seal_number").values_list("seal_number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_sealed_entry_cannot_be_sealed_again(asha: User) -> None:
    seal_audit_log()

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE common_auditentry SET seal_number = 99, hash = 'f'")


def proof(invariant_id: str) -> Result:
    return check(next(invariant for invariant in invariants() if invariant.id == invariant_id))


def test_the_chain_of_an_untouched_log_holds(asha: User, alice: User) -> None:
    seal_audit_log()
    request_of(asha, rename(alice, "Alicia"))
    seal_audit_log()

    assert proof("INV-83").outcome == proof("INV-83a").outcome == "ok"


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE common_auditentry SET actor_name = 'Mallory' WHERE seal_number = 2",
        "UPDATE common_auditentry SET changes = '{}' WHERE seal_number = 2",
        "DELETE FROM common_auditentry WHERE seal_number = 2",
        """
        UPDATE common_auditentry AS entry
        SET prev_hash = repeat('1', 64), hash = common_audit_digest(entry, repeat('1', 64)) WHERE seal_number = 2
        """,
    ],
)
def test_a_forged_entry_breaks_the_chain(asha: User, alice: User, forgery: str) -> None:
    request_of(asha, rename(alice, "One"))
    request_of(asha, rename(alice, "Two"))
    seal_audit_log()

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE common_auditentry DISABLE TRIGGER append_only_rows")
        cursor.execute(forgery)

    assert proof("INV-83").outcome == "violated"
    assert (proof("INV-83a").outcome, proof("INV-83a").examples) == ("violated", ["common_auditentry"])

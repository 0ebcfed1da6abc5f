"""Rows that travel together are the rows that the ORM would have written one by one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Session, User
from common import clock
from common.inserts import insert_together
from common.models import OutboxEvent

pytestmark = pytest.mark.django_db


def alice_and_her_session() -> tuple[User, Session]:
    alice = User(email="alice@example.com", first_name="Alice")
    return alice, Session(user=alice, expires_at=clock.now())


def event(key: str, subject: str = "one") -> OutboxEvent:
    return OutboxEvent(name="probe.happened", subject=subject, key=key, subscribers=["a", "b"], data={"n": [1, None]})


def test_rows_that_refer_to_each_other_are_inserted_by_one_statement() -> None:
    alice, session = alice_and_her_session()

    with CaptureQueriesContext(connection) as asked:
        insert_together([session, alice], unless_there=[event("k1"), event("k2")])

    assert len(asked) == 1
    for row in (alice, session):
        there = type(row)._base_manager.get(pk=row.pk)
        assert not row._state.adding
        assert {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields} == {
            f.attname: getattr(there, f.attname) for f in row._meta.concrete_fields
        }
    assert [(each.key, each.subscribers, each.data) for each in OutboxEvent.objects.order_by("key")] == [
        ("k1", ["a", "b"], {"n": [1, None]}),
        ("k2", ["a", "b"], {"n": [1, None]}),
    ]


def test_what_only_the_database_knows_is_read_back_into_the_first() -> None:
    told = event("k1")

    insert_together([told])

    assert told.due_at == OutboxEvent.objects.get().due_at


def test_what_is_there_already_stays_as_it_is() -> None:
    insert_together([], unless_there=[event("k1", "first")])
    insert_together([alice_and_her_session()[0]], unless_there=[event("k1", "second")])

    assert OutboxEvent.objects.get().subject == "first"


def test_no_rows_are_no_statement() -> None:
    with CaptureQueriesContext(connection) as asked:
        insert_together([])

    assert len(asked) == 0

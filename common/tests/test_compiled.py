"""A read that is compiled once finds what the ORM's own would have found."""

from uuid import UUID

import pytest
from django.db import connection
from django.db.models import Q, QuerySet
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from accounts.models import Session, User
from common import clock
from common.compiled import CompiledPage, CompiledRead, IdAmong
from common.ids import new_id

pytestmark = pytest.mark.django_db


def session_of(owner: UUID, pk: UUID) -> QuerySet[Session]:
    return Session.objects.select_related("user").filter(Q(user=owner) | Q(user__email=""), pk=pk, revoked_at=None)


@pytest.fixture
def sessions() -> list[Session]:
    people = [User.objects.create_user(f"{name}@example.com", first_name=name) for name in ("alice", "bob")]
    return [Session.objects.create(user=person, expires_at=clock.now()) for person in people]


def test_it_finds_the_row_of_the_ids_and_what_it_is_related_to(
    sessions: list[Session], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    read = CompiledRead(session_of, "owner", "pk")
    alices, bobs = sessions

    for session in (alices, bobs, alices):
        with django_assert_num_queries(1):
            found = read.first(owner=session.user.pk, pk=session.pk)
            assert found is not None
            assert (found, found.user, found.user.first_name) == (session, session.user, session.user.first_name)
            assert found.expires_at == session.expires_at

    assert read.first(owner=alices.user.pk, pk=bobs.pk) is None
    assert read.first(owner=alices.user.pk, pk=new_id()) is None


def test_it_asks_what_the_orm_would_ask(sessions: list[Session]) -> None:
    owner, pk = sessions[0].user.pk, sessions[0].pk

    with CaptureQueriesContext(connection) as asked:
        CompiledRead(session_of, "owner", "pk").first(pk=pk, owner=owner)
        list(session_of(owner, pk).order_by())

    compiled, own = (query["sql"] for query in asked.captured_queries)
    assert compiled == own


def test_a_statement_is_compiled_once(sessions: list[Session]) -> None:
    built: list[UUID] = []

    def build(pk: UUID) -> QuerySet[Session]:
        built.append(pk)
        return Session.objects.filter(pk=pk)

    read = CompiledRead(build, "pk")

    assert [read.first(pk=session.pk) for session in sessions] == sessions
    assert len(built) == 1


def test_columns_that_are_left_out_are_read_when_they_are_asked_for(
    sessions: list[Session], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    read = CompiledRead(lambda pk: Session.objects.filter(pk=pk).only("expires_at"), "pk")

    found = read.first(pk=sessions[0].pk)

    assert found is not None
    with django_assert_num_queries(1):
        assert found.user_id == sessions[0].user.pk


def test_an_id_that_was_not_named_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError):
        CompiledRead(session_of, "owner").first(owner=new_id())


def test_all_rows_are_found_and_an_id_is_filled_in_as_text_too(sessions: list[Session]) -> None:
    alice = sessions[0].user
    newer = Session.objects.create(user=alice, expires_at=clock.now())
    User.objects.filter(pk=alice.pk).update(first_name=str(alice.pk))

    def build(owner: UUID) -> QuerySet[Session]:
        return Session.objects.filter(user__first_name__in=[str(owner)])

    read = CompiledRead(build, "owner")

    assert {each.pk for each in read.all(owner=alice.pk)} == {sessions[0].pk, newer.pk}
    assert read.all(owner=sessions[1].user.pk) == []


def test_many_ids_are_one_condition(sessions: list[Session], django_assert_num_queries: DjangoAssertNumQueries) -> None:
    read = CompiledRead(lambda pks: Session.objects.filter(IdAmong(pks)), "pks")
    alices, bobs = sessions

    for wanted in ([alices, bobs], [bobs], []):
        with django_assert_num_queries(1):
            assert {found.pk for found in read.all(pks=[each.pk for each in wanted])} == {each.pk for each in wanted}


def test_a_page_tells_how_many_rows_there_are_also_behind_the_last(
    sessions: list[Session], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    alice = sessions[0].user
    newer = Session.objects.create(user=alice, expires_at=clock.now())
    read = CompiledPage(lambda owner: Session.objects.filter(user=owner).order_by("-pk"), "owner")

    with django_assert_num_queries(2):
        assert read.page(0, 1, owner=alice.pk) == ([newer.pk], 2)
        assert read.page(1, 5, owner=alice.pk) == ([sessions[0].pk], 2)

    assert read.page(2, 5, owner=alice.pk) == ([], 2)
    assert read.page(0, 5, owner=new_id()) == ([], 0)

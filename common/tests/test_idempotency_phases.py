"""Requests that commit more than once, workers that lose their claim, and many at the same time."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from pytest_django import DjangoAssertNumQueries

from common import idempotency
from common.clock import now
from common.errors import ServiceUnavailable
from common.idempotency import Call, Claim, ClaimLost, StoredResponse, begin
from common.ids import first_id_of
from common.models import IdempotencyRecord
from common.tests.idempotency_cast import Post, caller, error_code, running, the_same
from common.tests.idempotency_probe import ERRORS, effects, effects_table, have_effect
from common.tests.threads import in_threads

pytestmark = [pytest.mark.django_db, pytest.mark.urls("common.tests.idempotency_probe")]


@pytest.fixture(autouse=True)
def _effects(request: pytest.FixtureRequest) -> Iterator[None]:
    marker = request.node.get_closest_marker("django_db")
    request.getfixturevalue("transactional_db" if marker.kwargs.get("transaction") else "db")
    with effects_table():
        yield


@pytest.fixture
def alice(_effects: None) -> Post:
    return caller("alice@example.com")


# In phases


def test_a_handler_in_phases_stores_its_answer_with_its_last_effect(alice: Post) -> None:
    first = alice("k1", path="/charges")

    assert the_same(first, alice("k1", path="/charges"))
    assert effects() == ["intent", "charge"]


def test_a_failure_between_phases_is_resumed_and_not_begun_again(alice: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as outage:
        outage.setitem(ERRORS, "once", ServiceUnavailable)
        assert alice("k1", {"fail": "once"}, path="/charges").status_code == 503
    monkeypatch.setitem(ERRORS, "once", None)

    response = alice("k1", {"fail": "once"}, path="/charges")

    assert response.status_code == 201
    assert effects() == ["intent", "charge"]


@pytest.mark.parametrize("status", ["402", "409", "422"])
def test_a_refusal_after_a_committed_effect_is_the_answer_for_good(alice: Post, status: str) -> None:
    first = alice("k1", {"fail": status}, path="/charges")

    second = alice("k1", {"fail": status}, path="/charges")

    assert first.status_code == int(status)
    assert the_same(first, second)
    assert second["Idempotent-Replayed"] == "true"
    assert effects() == ["intent"]


def test_a_refusal_before_any_effect_frees_the_key(alice: Post) -> None:
    assert alice("k1", {"fail": "402"}, path="/receipts").status_code == 402
    assert not IdempotencyRecord.objects.exists()


def test_an_answer_that_the_handler_did_not_store_is_stored_for_it(alice: Post) -> None:
    first = alice("k1", path="/receipts")

    assert the_same(first, alice("k1", path="/receipts"))
    assert effects() == ["receipt"]


def test_phases_always_need_a_key(alice: Post) -> None:
    assert alice(None, path="/charges").status_code == 400


# Fencing


def have_effect_and(kind: str, write: Callable[[], None]) -> None:
    with transaction.atomic():
        have_effect(kind)
        write()


def some_call() -> Call:
    return Call("user:1", "k1", "POST", "/orders", "h" * 64)


@pytest.mark.django_db(transaction=True)
def test_whoever_was_taken_over_can_neither_store_nor_reach_nor_commit_an_effect() -> None:
    lost = begin(some_call())
    assert isinstance(lost, Claim)
    IdempotencyRecord.objects.update(leased_until=Now() - timedelta(seconds=1))
    taken = begin(some_call())
    assert isinstance(taken, Claim)

    for write in (partial(lost.store, StoredResponse(200, {}, b"lost")), partial(lost.reach, "point", {})):
        with pytest.raises(ClaimLost):
            have_effect_and("of the one who was thought dead", write)
    lost.release()
    with transaction.atomic():
        have_effect("of the successor")
        taken.store(StoredResponse(200, {}, b"taken"))

    assert effects() == ["of the successor"]
    assert begin(some_call()) == StoredResponse(200, {}, b"taken")


def test_a_key_costs_one_statement_before_and_one_after_and_a_replay_two(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(1):
        claim = begin(some_call())
    assert isinstance(claim, Claim)

    with django_assert_num_queries(1):
        claim.store(StoredResponse(200, {}, b"answer"))
    with django_assert_num_queries(2):
        assert begin(some_call()) == StoredResponse(200, {}, b"answer")


@pytest.mark.django_db(transaction=True)
def test_an_answer_is_not_stored_outside_of_the_transaction_of_its_effect() -> None:
    claim = begin(some_call())
    assert isinstance(claim, Claim)

    with pytest.raises(transaction.TransactionManagementError):
        claim.store(StoredResponse(200, {}, b""))


@pytest.mark.django_db(transaction=True)
def test_reaching_a_recovery_point_renews_the_lease_and_hands_on_its_data() -> None:
    first = begin(some_call())
    assert isinstance(first, Claim)
    IdempotencyRecord.objects.update(leased_until=Now() - timedelta(seconds=1))
    with transaction.atomic():
        first.reach("intent_created", {"intent": 7})
    assert IdempotencyRecord.objects.filter(leased_until__gt=Now()).exists()
    first.release()

    successor = begin(some_call())

    assert isinstance(successor, Claim)
    assert (successor.recovery_point, successor.recovery_data, successor.version) == (
        "intent_created",
        {"intent": 7},
        2,
    )


# Races


@pytest.mark.django_db(transaction=True)
def test_thirty_two_at_once_with_one_key_have_one_effect(alice: Post) -> None:
    responses = in_threads(32, lambda: alice("k1", {"a": 1}))

    made = [response for response in responses if response.status_code == 201]
    fresh = [response for response in made if "Idempotent-Replayed" not in response]
    assert effects() == ["order"]
    assert len(fresh) == 1
    assert {response.content for response in made} == {fresh[0].content}
    assert {error_code(response) for response in responses if response not in made} <= {"REQUEST_IN_PROGRESS"}


@pytest.mark.django_db(transaction=True)
def test_many_who_find_a_dead_worker_take_over_once(alice: Post) -> None:
    running(alice, leased_until=Now() - timedelta(seconds=1))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM probe_effect")

    in_threads(16, lambda: alice("k1"))

    assert effects() == ["order"]
    assert IdempotencyRecord.objects.get().version == 2


@pytest.mark.django_db(transaction=True)
def test_purging_by_many_at_once_hurts_nobody() -> None:
    older = first_id_of(now() - timedelta(hours=30)).int
    for number in range(200):
        claim = begin(Call("user:1", f"k{number}", "POST", "/", "h"))
        assert isinstance(claim, Claim)
    for number, record in enumerate(IdempotencyRecord.objects.order_by("id")[:100]):
        IdempotencyRecord.objects.filter(pk=record.pk).update(
            id=f"{older + number:032x}",
            created_at=Now() - timedelta(hours=30),
            expires_at=Now() - timedelta(hours=6),
            leased_until=Now() - timedelta(hours=6),
        )

    purged = in_threads(100, idempotency.purge)

    assert sum(purged) == 100
    assert IdempotencyRecord.objects.count() == 100

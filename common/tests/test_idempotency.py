"""One key, one effect, one answer."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.test import Client

from common import idempotency
from common.clock import now
from common.ids import first_id_of
from common.models import IdempotencyRecord
from common.tests.idempotency_cast import Post, caller, error_code, running, the_same
from common.tests.idempotency_probe import effects, effects_table

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


def test_a_repetition_gets_the_same_bytes_and_has_no_effect(alice: Post) -> None:
    first = alice("k1", {"a": 1})

    repetitions = [alice("k1", {"a": 1}) for _ in range(20)]

    assert first.status_code == 201
    assert first["Location"].startswith("/api/v1/orders/")
    assert "Idempotent-Replayed" not in first
    assert all(the_same(first, second) and second["Idempotent-Replayed"] == "true" for second in repetitions)
    assert effects() == ["order"]


@pytest.mark.parametrize(
    "other",
    [
        {"body": {"a": 2}},
        {"body": {"a": "1"}},
        {"body": {"a": 1, "b": None}},
        {"body": {"a": True}},
        {"body": {"a": [1]}},
        {"path": "/orders/7"},
        {"path": "/orders?page=2"},
        {"path": "/charges"},
        {"method": "put"},
        {"Accept": "application/json; casing=camel"},
    ],
)
def test_the_key_of_another_request_is_refused(alice: Post, other: dict[str, Any]) -> None:
    alice("k1", {"a": 1})

    response = alice("k1", other.pop("body", {"a": 1}), **other)

    assert (response.status_code, error_code(response)) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert effects() == ["order"]


@pytest.mark.parametrize(
    "same",
    [
        b'{"n": 1, "text": "caf\\u00e9", "deep": {"x": [0.5, 10], "y": null}}',
        b'{"deep":{"y":null,"x":[0.5,10]},"text":"caf\xc3\xa9","n":1}',
        b'{"n": 1.0, "text": "cafe\xcc\x81", "deep": {"x": [5e-1, 1e1], "y": null}}',
        b' {\n"n" : 1e0 ,"text":"caf\\u00E9","deep":{"x":[0.50,10.00],"y":null}}\n',
    ],
)
def test_how_a_body_is_written_does_not_matter(alice: Post, same: bytes) -> None:
    alice("k1", {"n": 1, "text": "café", "deep": {"x": [0.5, 10], "y": None}})

    response = alice("k1", same)

    assert response["Idempotent-Replayed"] == "true"
    assert effects() == ["order"]


def test_the_order_of_query_parameters_does_not_matter_but_that_of_their_values_does(alice: Post) -> None:
    alice("k1", path="/orders?a=1&b=2&b=3")

    assert alice("k1", path="/orders?b=2&b=3&a=1")["Idempotent-Replayed"] == "true"
    assert alice("k1", path="/orders?a=1&b=3&b=2").status_code == 422


def test_another_users_key_is_another_key(alice: Post) -> None:
    bob = caller("bob@example.com")
    first = alice("k1", {"a": 1})

    second = bob("k1", {"a": 2})

    assert second.status_code == 201
    assert second.content != first.content
    assert effects() == ["order", "order"]


def test_the_other_spelling_of_the_header_is_the_same_key(alice: Post) -> None:
    alice("k1")

    assert alice(None, **{"X-Idempotency-Key": "k1"})["Idempotent-Replayed"] == "true"
    assert alice("k1", **{"X-Idempotency-Key": "k1"})["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("key", [None, "", "x" * 256, "a\x00b", "schl\u00fcssel", "a,b", "a b", "a\tb", "\x7f"])
def test_a_missing_or_bad_key_is_refused_where_one_is_required(alice: Post, key: str | None) -> None:
    response = alice(key)

    assert (response.status_code, error_code(response)) == (400, "VALIDATION_ERROR")
    assert effects() == []
    assert not IdempotencyRecord.objects.exists()


def test_two_headers_with_different_keys_are_refused(alice: Post) -> None:
    response = alice("k1", **{"X-Idempotency-Key": "k2"})

    assert (response.status_code, effects()) == (400, [])


def test_the_longest_key_is_taken(alice: Post) -> None:
    assert alice("x" * 255).status_code == 201


def test_where_no_key_is_required_each_call_without_one_has_its_effect(alice: Post) -> None:
    assert [alice(None, path="/notes").status_code for _ in range(2)] == [200, 200]
    assert effects() == ["note", "note"]

    alice("k1", path="/notes")
    assert alice("k1", path="/notes")["Idempotent-Replayed"] == "true"
    assert alice("", path="/notes").status_code == 400


def test_a_key_of_nobody_is_refused() -> None:
    response = Client().post("/api/v1/notes", b"{}", content_type="application/json", headers={"Idempotency-Key": "k1"})

    assert (response.status_code, effects()) == (401, [])


@pytest.mark.parametrize("status", ["400", "404", "402", "409", "422", "500", "503"])
def test_what_failed_has_no_effect_and_frees_its_key(alice: Post, status: str) -> None:
    assert alice("k1", {"fail": status}).status_code == int(status)
    assert effects() == []
    assert not IdempotencyRecord.objects.exists()

    response = alice("k1", {"corrected": True})

    assert response.status_code == 201
    assert effects() == ["order"]


def test_a_body_that_cannot_be_read_keeps_no_key(alice: Post) -> None:
    assert alice("k1", b"{").status_code == 400
    assert not IdempotencyRecord.objects.exists()


def test_a_request_in_flight_is_to_be_asked_for_later(alice: Post) -> None:
    running(alice)

    response = alice("k1")

    assert (response.status_code, error_code(response), response["Retry-After"]) == (409, "REQUEST_IN_PROGRESS", "1")
    assert effects() == ["order"]


def test_another_request_under_a_key_in_flight_is_refused(alice: Post) -> None:
    running(alice)

    assert alice("k1", {"other": 1}).status_code == 422


def test_a_request_whose_worker_died_is_taken_over(alice: Post) -> None:
    running(alice, leased_until=Now() - timedelta(seconds=1))

    response = alice("k1")

    assert response.status_code == 201
    assert "Idempotent-Replayed" not in response
    assert IdempotencyRecord.objects.get().version == 2
    assert alice("k1")["Idempotent-Replayed"] == "true"


def test_a_key_whose_day_is_over_stands_for_a_new_request(alice: Post) -> None:
    first = alice("k1", {"a": 1})
    make_old(timedelta(hours=25))

    second = alice("k1", {"a": 2})

    assert second.status_code == 201
    assert second.content != first.content
    assert IdempotencyRecord.objects.count() == 1


def make_old(age: timedelta) -> None:
    """Makes the one record as old as that."""
    IdempotencyRecord.objects.update(
        id=first_id_of(now() - age),
        created_at=Now() - age,
        expires_at=Now() - age + timedelta(hours=24),
        leased_until=Now() - age,
    )


def test_keys_are_forgotten_after_a_day_and_not_before(alice: Post) -> None:
    alice("k1")
    make_old(timedelta(hours=23, minutes=59))
    assert idempotency.purge() == 0

    make_old(timedelta(hours=24, minutes=1))

    assert idempotency.purge() == 1


def test_only_abandoned_requests_without_an_effect_are_freed(alice: Post) -> None:
    over = Now() - timedelta(minutes=2)
    running(alice, leased_until=Now() - timedelta(seconds=30))
    assert idempotency.release_abandoned() == 0
    IdempotencyRecord.objects.update(leased_until=over, recovery_point="intent_created")
    assert idempotency.release_abandoned() == 0
    IdempotencyRecord.objects.update(recovery_point="")

    assert idempotency.release_abandoned() == 1
    alice("k2")
    IdempotencyRecord.objects.update(leased_until=over)
    assert idempotency.release_abandoned() == 0


def test_the_database_keeps_no_key_for_less_than_a_day(alice: Post) -> None:
    alice("k1")

    with pytest.raises(IntegrityError, match="idempotency_key_lives_a_day"), transaction.atomic():
        IdempotencyRecord.objects.update(expires_at=F("created_at") + timedelta(hours=23))

"""A request is killed at every step there is, and repeated: one effect in all, one answer."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from accounts.models import User
from accounts.tests.tokens import token_of
from common.tests.deep.children import ROOT, environment
from common.tests.idempotency_probe import effects_table

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

WANTED = {"/api/v1/orders": ["order"], "/api/v1/charges": ["intent", "charge"]}


@pytest.fixture(autouse=True)
def _effects(transactional_db: None) -> Iterator[None]:
    with effects_table():
        yield


def outcomes(path: str, *options: str) -> list[dict[str, Any]]:
    token = str(token_of(User.objects.create_user("alice@example.com")))
    done = subprocess.run(
        [sys.executable, "-m", "django", "crash_points", path, token, *options],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def assert_one_effect_and_one_answer(found: list[dict[str, Any]], path: str) -> None:
    for outcome in found:
        assert outcome["effects"] == WANTED[path], outcome
        assert outcome["answer"]["status"] == 201, outcome
        assert outcome["again"] == {**outcome["answer"], "replayed": True}, outcome


def test_a_request_that_is_killed_around_its_effect_has_one_effect() -> None:
    found = outcomes("/api/v1/orders", "--steps", "6", "9", "12", "--lease", "0.3")

    assert [outcome["fate"] for outcome in found] == ["killed"] * 3
    assert_one_effect_and_one_answer(found, "/api/v1/orders")


@pytest.mark.deep
@pytest.mark.parametrize("path", WANTED)
def test_a_request_that_is_killed_at_any_step_has_one_effect(path: str) -> None:
    found = outcomes(path)

    assert [outcome["fate"] for outcome in found] == [*["killed"] * (len(found) - 1), "survived"]
    assert len(found) > 12
    assert_one_effect_and_one_answer(found, path)
    # Both ways to recover were met: the effect was rolled back and made again, and it was found committed.
    assert {outcome["answer"]["replayed"] for outcome in found} == {True, False}


@pytest.mark.deep
@pytest.mark.parametrize("path", WANTED)
def test_a_request_that_sleeps_past_its_lease_at_any_step_has_no_second_effect(path: str) -> None:
    found = outcomes(path, "--zombie")

    assert [outcome["fate"] for outcome in found] == [*["stopped"] * (len(found) - 1), "survived"]
    assert_one_effect_and_one_answer(found, path)

"""Whoever looks after the platform sees which tasks failed, whatever becomes of the logs."""

from collections.abc import Iterator
from typing import Any

import pytest

from common import failed_tasks
from common.failed_tasks import KEY, latest_failures, note_failure
from common.queue import task
from common.redis import redis_client


@task("common.test_fail")
def fail(person: str) -> None:
    raise LookupError(f"{person} is not here")


@pytest.fixture(autouse=True)
def _nothing_has_failed_yet() -> Iterator[None]:
    redis_client().delete(KEY)
    yield
    redis_client().delete(KEY)


def test_a_task_that_fails_is_noted_without_what_its_error_says() -> None:
    fail.apply(args=("alice@example.com",))

    [failure] = latest_failures() or []
    assert (failure.name, failure.error) == ("common.test_fail", "LookupError")


def test_the_last_hundred_are_kept_the_newest_first() -> None:
    for number in range(failed_tasks.MOST_KEPT + 5):
        note_failure(f"task {number}", ValueError("x"))

    kept = latest_failures() or []
    assert (len(kept), kept[0].name) == (failed_tasks.MOST_KEPT, f"task {failed_tasks.MOST_KEPT + 4}")


def test_without_redis_nobody_can_tell_and_nothing_breaks(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    redis_client.cache_clear()
    try:
        note_failure("a task", ValueError("x"))
        assert latest_failures() is None
    finally:
        redis_client.cache_clear()

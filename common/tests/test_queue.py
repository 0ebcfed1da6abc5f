"""Tasks leave after commit, by name, and a dead broker is no reason to fail."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from celery import current_app
from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils.module_loading import autodiscover_modules

from common.context import current_request_id, set_request_id
from common.ids import new_id
from common.queue import REQUEST_ID_HEADER, UnknownTask, enqueue, task

seen: list[tuple[Any, ...]] = []


@task("common.test_note")
def note(*args: Any) -> None:
    seen.append((*args, current_request_id()))


def queued() -> list[dict[str, Any]]:
    client = redis.Redis.from_url(settings.CELERY_BROKER_URL)
    messages = [json.loads(message) for message in client.lrange("almanac", 0, -1)]  # type: ignore[union-attr]
    client.close()
    return messages


@pytest.fixture
def broker_url() -> Iterator[Callable[[str], None]]:
    """Points the sender at another broker for one test."""

    def point_at(url: str) -> None:
        current_app.conf.update(broker_write_url=url)
        # Celery keeps one pool for its lifetime; without it the next message asks for the address anew.
        setattr(current_app.amqp, "_producer_pool", None)  # noqa: B010 - the stubs do not know it

    yield point_at
    point_at(settings.CELERY_BROKER_URL)


@pytest.fixture
def request_id() -> Iterator[str]:
    set_request_id("story-1")
    yield "story-1"
    set_request_id("")


def save_enqueue_and_fail() -> None:
    with transaction.atomic():
        enqueue("common.test_note", 7)
        raise DatabaseError


@pytest.mark.django_db(transaction=True)
def test_a_task_is_queued_only_once_the_transaction_has_committed() -> None:
    with transaction.atomic():
        enqueue("common.test_note", 7)
        assert queued() == []

    assert [message["headers"]["task"] for message in queued()] == ["common.test_note"]


@pytest.mark.django_db(transaction=True)
def test_an_error_after_saving_queues_nothing() -> None:
    with pytest.raises(DatabaseError):
        save_enqueue_and_fail()

    assert queued() == []


@pytest.mark.django_db(transaction=True)
def test_a_task_of_a_savepoint_that_is_rolled_back_is_not_queued() -> None:
    with transaction.atomic():
        enqueue("common.test_note", 1)
        with pytest.raises(DatabaseError):
            save_enqueue_and_fail()

    assert len(queued()) == 1


@pytest.mark.django_db(transaction=True)
def test_the_message_bears_the_request_id_and_the_worker_runs_with_it(request_id: str) -> None:
    enqueue("common.test_note", 7)

    assert queued()[0]["headers"][REQUEST_ID_HEADER] == request_id

    set_request_id("")
    seen.clear()
    note.apply(args=(7,), headers={REQUEST_ID_HEADER: request_id})
    assert seen == [(7, request_id)]
    assert current_request_id() == ""


def test_only_plain_values_may_be_arguments() -> None:
    for argument in (new_id(), {"id": 1}, [1], object(), b"x"):
        with pytest.raises(TypeError, match="tasks take ids"):
            enqueue("common.test_note", argument)  # type: ignore[arg-type]


def test_a_misspelt_task_is_refused_where_it_is_enqueued() -> None:
    with pytest.raises(UnknownTask, match="test_nota"):
        enqueue("common.test_nota")


@pytest.mark.django_db(transaction=True)
def test_production_logs_an_unknown_task_and_lets_the_caller_finish(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.PRODUCTION = True

    enqueue("common.test_nota")

    assert "a task of unknown name was enqueued" in caplog.messages


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(20)
def test_a_dead_broker_is_logged_and_costs_the_caller_no_error(
    broker_url: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        broker_url(f"redis://127.0.0.1:{reserved.getsockname()[1]}/0")

        enqueue("common.test_note", 7)

    assert "the broker did not take a task" in caplog.messages


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(20)
def test_a_broker_that_hangs_is_given_up_after_a_moment(
    broker_url: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        broker_url(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        started = time.monotonic()

        enqueue("common.test_note", 7)

    assert "the broker did not take a task" in caplog.messages
    assert time.monotonic() - started < 3.5


def test_every_task_of_the_timetable_is_declared() -> None:
    autodiscover_modules("tasks")

    named = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert named - set(current_app.tasks) == set()

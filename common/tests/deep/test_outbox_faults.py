"""Worker and broker are killed again and again under 2,000 events: nothing is lost or doubled."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest
from django.db import connection
from django.db.models.functions import Now

from common.models import EventReceipt, OutboxEvent
from common.proofs import check, invariants
from common.tests.deep.children import kill_group, start
from config.embedded.redis import EmbeddedRedis

pytestmark = [pytest.mark.deep, pytest.mark.django_db(transaction=True), pytest.mark.timeout(400)]

EVENTS = 2_000
SUBSCRIBERS = ("slow", "steady", "stumbling")
WORKER = ("celery", "-A", "config.celery", "worker", "-P", "threads", "-c", "4", "-B")


def test_each_subscriber_handles_each_of_two_thousand_events_once(tmp_path: Path) -> None:
    broker = EmbeddedRedis(tmp_path / "broker", durable=True)
    with effects_table(), running(broker), ExitStack() as children:
        publisher = start("django", "announce", str(EVENTS), log=tmp_path / "publisher.log", BROKER_URL=broker.url)
        children.callback(kill_group, publisher)
        worker = start_worker(tmp_path, broker, children)
        for share in (0.1, 0.25, 0.4, 0.55, 0.7, 0.85):
            wait_for(partial(effects_above, share * EVENTS * len(SUBSCRIBERS)), seconds=90)
            kill_group(worker)
            kill(broker)
            broker.start()
            worker = start_worker(tmp_path, broker, children)
            # The broker once more, under a worker that lives on.
            wait_for(partial(effects_above, effects() + 150), seconds=60)
            kill(broker)
            broker.start()
        wait_for(lambda: publisher.poll() is not None, seconds=90)
        wait_for_the_last_tries()

        assert publisher.returncode == 0, (tmp_path / "publisher.log").read_text()
        assert counted() == dict.fromkeys(SUBSCRIBERS, (EVENTS, EVENTS))
        assert EventReceipt.objects.exclude(handled_at=None).count() == EVENTS * len(SUBSCRIBERS)
        # The stumbling subscriber alone makes one in a hundred be tried again; the kills add theirs.
        assert OutboxEvent.objects.filter(attempts__gt=1).count() > EVENTS // 100
        about_events = [known for known in invariants() if known.id in ("INV-71", "INV-72", "INV-72a", "INV-72b")]
        assert [check(known).outcome for known in about_events] == ["ok"] * 4


def start_worker(folder: Path, broker: EmbeddedRedis, children: ExitStack) -> "subprocess.Popen[bytes]":
    worker = start(*WORKER, "-s", str(folder / "beat"), log=folder / "worker.log", BROKER_URL=broker.url)
    children.callback(kill_group, worker)
    return worker


@contextmanager
def effects_table() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE probe_effect (subscriber text, n int)")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE probe_effect")


@contextmanager
def running(broker: EmbeddedRedis) -> Iterator[None]:
    broker.start()
    try:
        yield
    finally:
        broker.stop()


def effects() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM probe_effect")
        return int(cursor.fetchone()[0])


def effects_above(number: float) -> bool:
    return effects() > number


def counted() -> dict[str, tuple[int, int]]:
    """How many effects each subscriber had, and on how many different events."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT subscriber, count(*), count(DISTINCT n) FROM probe_effect GROUP BY 1")
        return {name: (total, different) for name, total, different in cursor.fetchall()}


def kill(broker: EmbeddedRedis) -> None:
    assert broker.process is not None
    broker.process.kill()
    broker.process.wait()


def wait_for_the_last_tries() -> None:
    """Brings them forward, because what several kills have hit is due only minutes later."""
    waiting = OutboxEvent.objects.filter(delivered_at=None)
    for _ in range(20):
        if not waiting.exists():
            return
        waiting.update(due_at=Now())
        time.sleep(4)
    raise AssertionError(f"{waiting.count()} events are left.")


def wait_for(true: Callable[[], bool], *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "It did not come true in time."
        time.sleep(0.1)

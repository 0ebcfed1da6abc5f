"""`crash_points /api/v1/… TOKEN`: runs one keyed request and dies at a given step, then repeats it.

A step is the moment before or after a SQL statement, a commit or a rollback, so no hook is needed in the product.
For each step a fork is made that runs the whole stack and kills (or, as a zombie, stops) itself there; other forks
repeat the request with the same key until it is answered. What came out is printed as a line of JSON.
"""

import argparse
import json
import os
import signal
import time
import traceback
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client

from common import idempotency

PATIENCE_SECONDS = 20
LAST_STEP = 200


class Steps:
    """Counts steps and acts at one of them."""

    def __init__(self, fatal: int, act: Callable[[], None]) -> None:
        self.passed = 0
        self.fatal = fatal
        self.act = act

    def step(self) -> None:
        self.passed += 1
        if self.passed == self.fatal:
            self.act()

    def around_statement(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        self.step()
        result = execute(*arguments)
        self.step()
        return result

    def around(self, name: str) -> None:
        """Wraps a method of the connection."""
        method = getattr(BaseDatabaseWrapper, name)

        def wrapped(this: BaseDatabaseWrapper) -> None:
            self.step()
            method(this)
            self.step()

        setattr(BaseDatabaseWrapper, name, wrapped)


class Command(BaseCommand):
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path")
        parser.add_argument("token")
        parser.add_argument("--lease", type=float, default=0.7)
        parser.add_argument("--zombie", action="store_true", help="stop instead of kill, and wake after the repetition")
        parser.add_argument("--steps", type=int, nargs="*", help="only these; otherwise every step there is")

    def handle(self, *, lease: float, steps: list[int] | None, **given: Any) -> None:
        settings.ROOT_URLCONF = "common.tests.idempotency_probe"
        idempotency.LEASE = timedelta(seconds=lease)
        options = argparse.Namespace(lease=lease, **given)
        for step in steps or range(1, LAST_STEP):
            outcome = examine(options, step)
            self.stdout.write(json.dumps(outcome))
            if outcome["fate"] == "survived":
                return


def examine(options: argparse.Namespace, step: int) -> dict[str, Any]:
    key = f"{options.path}-{step}-{options.zombie}"
    in_fork(clear_effects)
    signum = signal.SIGSTOP if options.zombie else signal.SIGKILL
    victim = fork(lambda: post(options, key, Steps(step, lambda: os.kill(os.getpid(), signum))))
    _, status = os.waitpid(victim, os.WUNTRACED)
    fate = "stopped" if os.WIFSTOPPED(status) else "killed" if os.WIFSIGNALED(status) else "survived"
    if fate == "stopped":
        time.sleep(options.lease + 0.2)
        # It may hold the row that says who runs the request: then nobody takes over, and it finishes by itself.
        repeat(options, key, seconds=2)
        os.kill(victim, signal.SIGCONT)
        os.waitpid(victim, 0)
    answer = repeat(options, key, seconds=PATIENCE_SECONDS)
    again = in_fork(lambda: post(options, key))
    return {"step": step, "fate": fate, "answer": answer, "again": again, "effects": in_fork(read_effects)}


def repeat(options: argparse.Namespace, key: str, *, seconds: float) -> Any:
    """What the key is answered once it is not in flight any more."""
    deadline = time.monotonic() + seconds
    answer = in_fork(lambda: post(options, key))
    while answer["status"] == 409 and time.monotonic() < deadline:
        time.sleep(0.1)
        answer = in_fork(lambda: post(options, key))
    return answer


def post(options: argparse.Namespace, key: str, steps: Steps | None = None) -> dict[str, Any]:
    if steps is not None:
        for name in ("_commit", "_rollback"):
            steps.around(name)
        connection.execute_wrappers.append(steps.around_statement)
    response = Client(raise_request_exception=False).post(
        options.path,
        data=b'{"a": 1}',
        content_type="application/json",
        headers={"Authorization": f"Bearer {options.token}", "Idempotency-Key": key},
    )
    return {
        "status": response.status_code,
        "body": response.content.decode(),
        "replayed": response.get("Idempotent-Replayed") == "true",
    }


def clear_effects() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE probe_effect")


def read_effects() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind FROM probe_effect ORDER BY number")
        return [kind for (kind,) in cursor.fetchall()]


def in_fork(work: Callable[[], Any]) -> Any:
    """Runs `work` in a fork and returns what it returned, as JSON knows it."""
    reader, writer = os.pipe()
    child = fork(lambda: os.write(writer, json.dumps(work()).encode()))
    os.close(writer)
    with os.fdopen(reader, "rb") as answers:
        answer = answers.read()
    os.waitpid(child, 0)
    return json.loads(answer)


def fork(work: Callable[[], Any]) -> int:
    """The parent has no connection and no thread, so its forks share nothing."""
    child = os.fork()
    if child:
        return child
    try:
        work()
    except BaseException:  # noqa: BLE001 - whatever it was, the fork ends here
        traceback.print_exc()
        os._exit(1)
    # Not through the interpreter's exit, which would also close what belongs to the parent.
    os._exit(0)

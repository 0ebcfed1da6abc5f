"""Queue, workers and beat in one thread: what was enqueued runs later, in any order, sometimes twice or never.

A task is a nudge and nothing else, so the platform has to be right whatever becomes of it.
"""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from django.db import connection
from django.utils.module_loading import autodiscover_modules

Task = tuple[str, tuple[Any, ...]]
# Whose tasks may move money, time or news of either.
APPS = frozenset({"payments", "bookings", "loyalty", "sandbox"})
OUTBOX = frozenset({"common.deliver_events", "common.sweep_outbox"})
# Tasks of theirs that do not: messages to people, and series.
LEFT_OUT = frozenset({"bookings.remind", "bookings.keep_wall_times", "bookings.roll_series", "loyalty.announce_expiry"})


class Worker:
    def __init__(self, chance: Random, patch: pytest.MonkeyPatch) -> None:
        self.chance = chance
        self.queue: list[Task] = []
        autodiscover_modules("tasks")
        patch.setattr(current_app, "send_task", self._take)

    def _take(self, name: str, args: tuple[Any, ...] = (), kwargs: Any = None, **_options: Any) -> None:
        if _is_of_money(name):
            self.queue.append((name, tuple(args)))

    def commit(self) -> None:
        """What the last step left to be done after its commit; the transaction of a test never commits."""
        waiting, connection.run_on_commit = connection.run_on_commit, []
        for _, work, *_ in waiting:
            work()

    def work(self, most: int) -> None:
        """Some of what waits, in any order. Of a hundred tasks some are lost and some run twice."""
        for _ in range(min(most, len(self.queue))):
            task = self.queue.pop(self.chance.randrange(len(self.queue)))
            fate = self.chance.random()
            if fate < 0.05:
                continue
            if fate < 0.10:
                self.queue.append(task)
            self._run(*task)

    def drain(self) -> None:
        """All that waits and all that comes of it, each once."""
        while self.queue:
            waiting, self.queue = list(dict.fromkeys(self.queue)), []
            for name, args in waiting:
                self._run(name, args)

    def beat(self) -> None:
        """Everything that comes round by itself."""
        named: set[str] = {str(entry["task"]) for entry in settings.CELERY_BEAT_SCHEDULE.values()}
        for name in sorted(filter(_is_of_money, named)):
            self._run(name, ())

    def _run(self, name: str, args: tuple[Any, ...]) -> None:
        run: Callable[..., Any] = current_app.tasks[name].run
        run(*args)
        self.commit()


def _is_of_money(name: str) -> bool:
    return (name.partition(".")[0] in APPS or name in OUTBOX) and name not in LEFT_OUT

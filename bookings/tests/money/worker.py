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

Task = tuple[str, tuple[Any, ...]]
# Everything that beat starts by itself and that may move money, time or news of either.
SWEEPS = frozenset({"payments", "bookings", "loyalty", "sandbox", "common.sweep_outbox"})
# What it would do is no matter of money: messages to people, proofs and clean-up.
LEFT_OUT = frozenset({"bookings.remind", "bookings.keep_wall_times", "bookings.roll_series", "loyalty.announce_expiry"})


class Worker:
    def __init__(self, chance: Random, patch: pytest.MonkeyPatch) -> None:
        self.chance = chance
        self.queue: list[Task] = []
        patch.setattr(current_app._get_current_object(), "send_task", self._take)

    def _take(self, name: str, args: tuple[Any, ...] = (), kwargs: Any = None, **_options: Any) -> None:
        kinds = name.partition(".")[0]
        if kinds in SWEEPS or name == "common.deliver_events":
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
        for name in swept():
            self._run(name, ())

    def _run(self, name: str, args: tuple[Any, ...]) -> None:
        run: Callable[..., Any] = current_app.tasks[name].run
        run(*args)
        self.commit()


def swept() -> list[str]:
    named = sorted({entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()})
    return [each for each in named if each not in LEFT_OUT and (each in SWEEPS or each.partition(".")[0] in SWEEPS)]

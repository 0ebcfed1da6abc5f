"""Is the platform well? Asks every part at once, waits at most a second, and remembers the answer for a second.

1. Each part of HEALTH_CHECKS is asked in a thread of its own, so that one which hangs costs the others nothing.
2. A part that has not answered in time is unhealthy. Its thread is left to its own timeouts, and as long as it hangs
   the part is not asked again: however often somebody asks for our health, each part is asked once at a time.
3. Without a needed part (HEALTH_NEEDED) nobody can be served: the whole is unhealthy. Without another one
   bookings go on: it is degraded.

Why a part fails is logged when it starts to fail and never said to the caller.
"""

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import connections
from django.utils.module_loading import import_string

logger = structlog.get_logger(__name__)

HEALTHY, DEGRADED, UNHEALTHY = "healthy", "degraded", "unhealthy"
PATIENCE_SECONDS = 1.0
REMEMBERED_SECONDS = 1.0

_started = time.monotonic()


@dataclass(frozen=True, slots=True)
class Report:
    """The state of each part, and what follows for the whole."""

    status: str
    parts: dict[str, str]


def uptime() -> str:
    """How long this process has been up, as `2h 15m 30s`."""
    minutes, seconds = divmod(int(time.monotonic() - _started), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h {minutes}m {seconds}s"


class Examiner:
    """Asks the parts; one per process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[str, Future[None]] = {}
        self._failing: set[str] = set()
        self._report: Report | None = None
        self._reported_at = 0.0
        # As many threads as parts could ever hang at once; they are made when first needed.
        self._threads = ThreadPoolExecutor(max_workers=32, thread_name_prefix="health")

    def report(self) -> Report:
        """The present report, at most a second old. Callers that arrive together share one examination."""
        with self._lock:
            if self._report is None or time.monotonic() - self._reported_at >= REMEMBERED_SECONDS:
                self._report = self._examine()
                self._reported_at = time.monotonic()
            return self._report

    def forget(self) -> None:
        """The next report is made anew."""
        with self._lock:
            self._report = None

    def _examine(self) -> Report:
        for name, path in settings.HEALTH_CHECKS.items():
            if name not in self._running or self._running[name].done():
                self._running[name] = self._threads.submit(_ask, path)
        asked = {name: self._running[name] for name in settings.HEALTH_CHECKS}
        wait(asked.values(), timeout=PATIENCE_SECONDS)
        parts = {name: HEALTHY if self._is_well(name, future) else UNHEALTHY for name, future in asked.items()}
        failing = {name for name, state in parts.items() if state != HEALTHY}
        if failing & set(settings.HEALTH_NEEDED):
            return Report(UNHEALTHY, parts)
        return Report(DEGRADED if failing else HEALTHY, parts)

    def _is_well(self, name: str, future: Future[None]) -> bool:
        error = future.exception() if future.done() else TimeoutError(f"no answer within {PATIENCE_SECONDS:.0f} s")
        if error is None:
            if name in self._failing:
                self._failing.discard(name)
                logger.info("a part of the platform is well again", part=name)
            return True
        if name not in self._failing:
            self._failing.add(name)
            logger.error("a part of the platform is not well", part=name, reason=error)
        return False


def _ask(path: str) -> None:
    try:
        import_string(path)()
    finally:
        # What the part borrowed from this thread's pool must not stay with the thread.
        connections.close_all()


examiner = Examiner()

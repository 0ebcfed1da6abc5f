"""Work of the platform that no request does alone: called, on as many threads as a web process has.

The processor time of the process is the work's, so it stands where else the web server's does.
"""

import threading
import time
from collections.abc import Callable, Iterator

from django.db import connection

from bench.figures import Sample

THREADS = 2


class CallDriver:
    """Calls what one source gives, on some threads with a database connection each."""

    def __init__(
        self, calls: Callable[[int], Iterator[Callable[[], object]]], *, first_take: int, threads: int
    ) -> None:
        self._sources = [calls(first_take + number) for number in range(min(threads, THREADS))]

    def run(self, seconds: float) -> Sample:
        sample = Sample(seconds=seconds, latencies={"": []})
        deadline = time.perf_counter() + seconds
        threads = [threading.Thread(target=_repeat, args=(source, deadline, sample)) for source in self._sources]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sample

    def close(self) -> None:
        """Threads have given their connections up as they ended."""


def _repeat(calls: Iterator[Callable[[], object]], deadline: float, sample: Sample) -> None:
    try:
        while (started := time.perf_counter()) < deadline:
            next(calls)()
            ended = time.perf_counter()
            sample.latencies[""].append(ended - started)
            sample.completed_in_time += ended <= deadline
    finally:
        connection.close()

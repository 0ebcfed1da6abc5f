"""The limit: the statements of a request as bare SQL, prepared, on as many connections as there are clients."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import psycopg

from bench.figures import Sample
from bench.scenario import SqlSource, Work


class SqlDriver:
    """Executes the work of one source over several connections, each with a thread of its own."""

    def __init__(self, database_url: str, source: SqlSource, *, first_take: int, connections: int) -> None:
        self._url = database_url
        self._connections: list[psycopg.Connection[tuple[Any, ...]]] = []
        # Each thread draws from an iterator of its own, because iterators are not for sharing.
        self._works = [source(first_take + number) for number in range(connections)]

    def run(self, seconds: float) -> Sample:
        self._connections = self._connections or [self._connected() for _ in self._works]
        deadline = time.perf_counter() + seconds
        samples = [Sample(seconds=seconds) for _ in self._works]
        threads = [
            threading.Thread(target=_repeat, args=(connection, work, deadline, sample))
            for connection, work, sample in zip(self._connections, self._works, samples, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return _together(samples, seconds)

    def close(self) -> None:
        for connection in self._connections:
            connection.close()

    def _connected(self) -> psycopg.Connection[tuple[Any, ...]]:
        # A threshold of 0 prepares each statement when it is first seen.
        return psycopg.connect(self._url, autocommit=True, prepare_threshold=0, application_name="bench")


def _repeat(
    connection: psycopg.Connection[tuple[Any, ...]], works: Iterator[Work], deadline: float, sample: Sample
) -> None:
    latencies = sample.latencies.setdefault("", [])
    while (started := time.perf_counter()) < deadline:
        try:
            _execute(connection, next(works))
        except psycopg.Error as error:
            sample.errors += 1
            sample.statuses[error.sqlstate or "dropped"] += 1
        ended = time.perf_counter()
        latencies.append(ended - started)
        sample.completed_in_time += ended <= deadline


def _execute(connection: psycopg.Connection[tuple[Any, ...]], work: Work) -> None:
    if len(work) == 1:
        _run_statement(connection, *work[0])
        return
    with connection.transaction():
        for statement, parameters in work:
            _run_statement(connection, statement, parameters)


def _run_statement(connection: psycopg.Connection[tuple[Any, ...]], statement: str, parameters: Any) -> None:
    cursor = connection.execute(statement, parameters)
    if cursor.description is not None:
        cursor.fetchall()


def _together(samples: list[Sample], seconds: float) -> Sample:
    whole = Sample(seconds=seconds, latencies={"": []})
    for sample in samples:
        whole.latencies[""] += sample.latencies[""]
        whole.completed_in_time += sample.completed_in_time
        whole.errors += sample.errors
        whole.statuses += sample.statuses
    return whole

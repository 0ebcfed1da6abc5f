"""Drivers against real sockets and a real database: nothing is lost, nothing is counted twice."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import repeat

import pytest

from bench import http_driver
from bench.call_driver import CallDriver
from bench.drivers import DriverFailed, run_together
from bench.figures import Sample
from bench.http_driver import HttpDriver
from bench.scenario import SqlSource
from bench.sql_driver import SqlDriver
from bench.wire import Request, get

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
REFUSED = b"HTTP/1.1 409 Conflict\r\nContent-Length: 2\r\n\r\nno"
LAST = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"

# Newer versions of Python warn about forks beside threads; the test runner has some, bin/bench has none.
forks = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")

Serve = Callable[[Callable[[int], bytes | None]], int]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts servers that answer the n-th request of each connection with given bytes; None closes, b"" is silence."""
    listeners: list[socket.socket] = []

    def start(answer: Callable[[int], bytes | None]) -> int:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        threading.Thread(target=_accept, args=(listener, answer), daemon=True).start()
        port: int = listener.getsockname()[1]
        return port

    yield start
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _accept(listener: socket.socket, answer: Callable[[int], bytes | None]) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_talk, args=(connection, answer), daemon=True).start()


def _talk(connection: socket.socket, answer: Callable[[int], bytes | None]) -> None:
    with connection:
        count = 0
        while connection.recv(65536):
            reply = answer(count)
            count += 1
            if reply is None:
                return
            connection.sendall(reply)
            if b"close" in reply:
                return


def _http(port: int, requests: Iterator[Request], *, clients: int, seconds: float) -> Sample:
    with closing(HttpDriver(port, requests, clients=clients)) as driver:
        return driver.run(seconds)


def _sql(source: SqlSource, *, connections: int) -> Sample:
    url = os.environ["DATABASE_URL"]
    with closing(SqlDriver(url, source, first_take=0, connections=connections)) as driver:
        return driver.run(0.1)


def test_every_answer_is_counted_once_and_under_its_part(serve: Serve) -> None:
    sample = _http(serve(lambda _: OK), repeat(get("/", part="read")), clients=4, seconds=0.2)

    assert sample.answers == len(sample.latencies["read"]) == sample.statuses["200"]
    assert sample.answers >= sample.completed_in_time > 0
    assert sample.errors == 0


def test_a_status_that_was_not_expected_is_an_error_and_one_that_was_is_none(serve: Serve) -> None:
    port = serve(lambda _: REFUSED)

    surprised = _http(port, repeat(get("/")), clients=1, seconds=0.1)
    prepared = _http(port, repeat(get("/", accepts=frozenset({200, 409}))), clients=1, seconds=0.1)

    assert surprised.errors == surprised.statuses["409"] > 0
    assert prepared.errors == 0
    assert prepared.statuses["409"] > 0


def test_a_server_that_says_goodbye_is_met_again_without_an_error(serve: Serve) -> None:
    sample = _http(serve(lambda _: LAST), repeat(get("/")), clients=2, seconds=0.2)

    assert sample.errors == 0
    assert sample.statuses["200"] > 2


def test_a_connection_that_breaks_is_an_error_and_the_others_go_on(serve: Serve) -> None:
    sample = _http(serve(lambda count: OK if count < 3 else None), repeat(get("/")), clients=2, seconds=0.2)

    assert sample.errors == sample.statuses["dropped"] > 0
    assert sample.statuses["200"] > 0


def test_silence_is_given_up_on(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_driver, "TIMEOUT_SECONDS", 0.1)
    monkeypatch.setattr(http_driver, "CHECK_SECONDS", 0.02)

    sample = _http(serve(lambda _: b""), repeat(get("/")), clients=2, seconds=0.05)

    assert sample.statuses == {"timeout": 2}
    assert sample.errors == 2
    assert sample.answers == 0


def test_waiting_time_is_measured_from_the_sending_to_the_last_byte(serve: Serve) -> None:
    def slow(_: int) -> bytes:
        time.sleep(0.05)
        return OK

    sample = _http(serve(slow), repeat(get("/")), clients=3, seconds=0.2)

    assert all(0.05 <= latency < 0.15 for latency in sample.latencies[""])


def test_bare_statements_are_executed_on_every_connection() -> None:
    sample = _sql(lambda take: repeat([("select %s::int", [take])]), connections=3)

    assert sample.answers >= sample.completed_in_time > 0
    assert sample.errors == 0


def test_a_statement_that_fails_is_an_error_with_its_code() -> None:
    sample = _sql(lambda _: repeat([("select 1", []), ("select 1/0", [])]), connections=1)

    assert sample.errors == sample.statuses["22012"] > 0


class Burner:
    def run(self, seconds: float) -> Sample:
        end = time.process_time() + seconds
        while time.process_time() < end:
            pass
        return Sample(seconds=seconds, latencies={"": [seconds]})

    def close(self) -> None:
        """Has nothing to close."""


class Breaker(Burner):
    def run(self, seconds: float) -> Sample:
        raise ConnectionRefusedError(f"nobody was there for {seconds} s")


@forks
def test_what_a_driver_burns_is_its_own_and_the_warm_up_counts_for_nothing() -> None:
    run = run_together([Burner(), Burner()], meters={"web": os.getpid()}, seconds=0.2, warm_up=0.3)

    assert [0.2 <= sample.driver_cpu_seconds < 0.28 for sample in run.samples] == [True, True]
    assert sum(sample.answers for sample in run.samples) == 2


@forks
def test_a_driver_that_cannot_work_says_why() -> None:
    with pytest.raises(DriverFailed, match=r"nobody was there for 0\.1 s"):
        run_together([Breaker()], meters={}, seconds=0.1, warm_up=0.1)


@forks
def test_what_is_called_is_counted_and_its_processor_time_is_told() -> None:
    def calls(_take: int) -> Iterator[Callable[[], object]]:
        return repeat(lambda: sum(range(1_000)))

    run = run_together([CallDriver(calls, first_take=0, threads=9)], meters={}, seconds=0.1, warm_up=0.01)

    [sample] = run.samples
    assert sample.answers >= sample.completed_in_time > 10
    assert sample.driver_cpu_seconds > 0

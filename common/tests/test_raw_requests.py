"""What only a socket can send (A041, A043, A140), to the servers that development and production really run."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection

# Without the mark pytest makes no database, and the servers would find no tables.
pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]
SERVERS = {
    "granian": [
        "granian",
        "config.wsgi:application",
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--no-ws",
        "--port",
    ],
    "uvicorn": ["uvicorn", "config.asgi:application", "--host", "127.0.0.1", "--log-level", "warning", "--port"],
}
ECHO = b"POST /api/v1/probe/echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
READ = b"GET /api/v1/probe/echo HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def exchange(port: int, request: bytes, *, timeout: float = 10) -> bytes:
    """Everything that the server says until it closes; empty when it hangs up without a word."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
        try:
            connection.sendall(request)
            while chunk := connection.recv(65_536):
                answer += chunk
        except OSError:
            # A server that has refused may close before it has read everything.
            return answer
    return answer


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0


def is_well(port: int) -> bool:
    return status_of(exchange(port, READ + b"\r\n")) == 200


@pytest.fixture(scope="module", params=SERVERS)
def port(request: pytest.FixtureRequest, django_db_setup: None) -> Iterator[int]:
    chosen = free_port()
    address = urlsplit(os.environ["DATABASE_URL"])
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "common.tests.probe.settings",
        # The tables are in the database that pytest made, not in the one that the environment names.
        "DATABASE_URL": address._replace(path=f"/{connection.settings_dict['NAME']}").geturl(),
        "RATE_LIMITS": "off",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", *SERVERS[request.param], str(chosen)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_it_answers(process, chosen)
        yield chosen
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _wait_until_it_answers(process: subprocess.Popen[bytes], port: int) -> None:
    answer = b"nothing"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            answer = exchange(port, READ + b"\r\n")
        except OSError:
            time.sleep(0.1)
        if status_of(answer) == 200:
            return
    raise AssertionError(f"The server did not start (exit code {process.poll()}); it said {answer[:500]!r}.")


def test_a140_a_chunked_body_is_refused_and_never_taken_for_an_empty_one(port: int) -> None:
    answer = exchange(
        port, ECHO + b'Transfer-Encoding: chunked\r\nConnection: close\r\n\r\nd\r\n{"title":"a"}\r\n0\r\n\r\n'
    )

    assert status_of(answer) == 413
    assert b'"PAYLOAD_TOO_LARGE"' in answer


def test_a140_an_announced_flood_is_refused_before_it_is_sent(port: int) -> None:
    answer = exchange(port, ECHO + b"Content-Length: 30000000\r\nConnection: close\r\n\r\n")

    assert status_of(answer) == 413


def test_a140_a_slow_body_keeps_nobody_else_waiting(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as slow:
        slow.sendall(ECHO + b'Content-Length: 13\r\nConnection: close\r\n\r\n{"ti')
        started = time.monotonic()

        assert is_well(port)

        assert time.monotonic() - started < 5
        slow.sendall(b'tle":"a"}')
        assert status_of(slow.recv(65_536)) == 200


def test_a140_whoever_hangs_up_in_the_middle_harms_nobody(port: int) -> None:
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as leaving:
            leaving.sendall(ECHO + b'Content-Length: 13\r\n\r\n{"ti')

    assert is_well(port)


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Length: 13\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 13\r\nContent-Length: 5\r\n",
        b"Content-Length: 13, 5\r\n",
        b"Content-Length: -1\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Transfer-Encoding : chunked\r\n",
        b"X-Odd: a\x00b\r\nContent-Length: 13\r\n",
        b"X-Odd\x00: a\r\nContent-Length: 13\r\n",
    ],
)
def test_a043_ambiguous_requests_are_refused_and_nothing_is_smuggled(port: int, headers: bytes) -> None:
    smuggled = b"GET /api/v1/probe/echo HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"

    answer = exchange(port, ECHO + headers + b'\r\n{"title":"a"}' + smuggled, timeout=3)

    assert status_of(answer) in {0, 400, 411, 413, 501}
    assert b'"full_name"' not in answer
    assert is_well(port)


@pytest.mark.parametrize(
    "headers",
    [
        b"".join(b"X-Flood-%d: 1\r\n" % number for number in range(10_000)),
        b"".join(b"X-Flood-%d: 1\r\n" % number for number in range(150)),
        b"X-Long: " + b"a" * 2_000_000 + b"\r\n",
    ],
    ids=["10,000 headers", "150 headers", "2 MB header"],
)
def test_a043_a_flood_of_headers_is_refused(port: int, headers: bytes) -> None:
    answer = exchange(port, READ + headers + b"\r\n")

    assert status_of(answer) in {0, 400, 413, 414, 431}
    assert is_well(port)


@pytest.mark.parametrize(
    "host", [b"evil.example.org", b"127.0.0.1@evil.example.org", b"127.0.0.1\r\nHost: evil.example.org", b"a b"]
)
def test_a041_another_host_is_refused(port: int, host: bytes) -> None:
    answer = exchange(port, b"GET /api/v1/probe/echo HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")

    assert status_of(answer) in {0, 400}


@pytest.mark.parametrize(
    "target", [b"/api/v1/probe/names/a%00b", b"/api/v1/probe/echo?q=%00", b"/api/v1/probe/echo?q=\xff"]
)
def test_a131_urls_that_no_browser_sends_are_refused(port: int, target: bytes) -> None:
    answer = exchange(port, b"GET " + target + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")

    assert status_of(answer) in {0, 400, 404}

"""What arrives at the WSGI application from the one port, and what websockets that lead nowhere are told."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from wsgiref.types import StartResponse

import pytest

from config.asgi import application, websockets
from config.bridge import ClientGone, through_wsgi

Message = dict[str, Any]
# They are awaited in whatever loop the test has, and touch neither database nor cache.
SCOPE: Message = {
    "type": "http",
    "http_version": "1.1",
    "method": "POST",
    "path": "/somewhere",
    "query_string": b"",
    "headers": [],
    "client": ("192.0.2.1", 5000),
    "server": ("127.0.0.1", 8000),
}


class Echo:
    """A WSGI application that remembers what it was asked and reads the whole body."""

    def __init__(self) -> None:
        self.environ: Message = {}
        self.failure: BaseException | None = None
        self.is_closed = False

    def __call__(self, environ: Message, start_response: StartResponse) -> Iterable[bytes]:
        self.environ = environ
        start_response("200 OK", [("Content-Type", "text/plain")])
        try:
            body = environ["wsgi.input"].read()
        except OSError as failure:
            self.failure = failure
            body = b""
        return self._answer(body)

    def _answer(self, body: bytes) -> Iterator[bytes]:
        try:
            yield body
        finally:
            self.is_closed = True


async def ask(echo: Echo, *received: Message, **changes: Any) -> list[Message]:
    waiting, sent = list(received), list[Message]()

    async def receive() -> Message:
        return waiting.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    bridge: Callable[..., Any] = through_wsgi(echo, threads=1)
    await bridge({**SCOPE, **changes}, receive, send)
    return sent


async def test_a_body_in_pieces_arrives_whole() -> None:
    sent = await ask(
        Echo(),
        {"type": "http.request", "body": b"one ", "more_body": True},
        {"type": "http.request", "body": b"two", "more_body": False},
    )

    assert sent[0]["status"] == 200
    assert b"".join(message.get("body", b"") for message in sent[1:]) == b"one two"


async def test_half_a_body_never_looks_whole() -> None:
    echo = Echo()

    await ask(echo, {"type": "http.request", "body": b"amount=1", "more_body": True}, {"type": "http.disconnect"})

    assert isinstance(echo.failure, ClientGone)
    assert echo.is_closed


async def test_a_header_with_underscores_does_not_pass_for_another() -> None:
    echo = Echo()

    await ask(
        echo,
        {"type": "http.request", "body": b"", "more_body": False},
        headers=[(b"x_forwarded_for", b"10.0.0.1"), (b"x-request-id", b"abc")],
    )

    assert echo.environ["HTTP_X_REQUEST_ID"] == "abc"
    assert "HTTP_X_FORWARDED_FOR" not in echo.environ


async def test_a_query_with_raw_bytes_reaches_the_strict_layer() -> None:
    echo = Echo()

    await ask(echo, {"type": "http.request", "body": b"", "more_body": False}, query_string=b"q=\xff&n=%20+1")

    assert echo.environ["QUERY_STRING"] == "q=%FF&n=%20+1"


@pytest.mark.parametrize("server", [application, websockets])
@pytest.mark.parametrize("path", ["/", "/ws/", "/ws/nothing", "/api/v1/health"])
async def test_an_unknown_websocket_path_is_closed_with_4404(server: Any, path: str) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await server({"type": "websocket", "path": path, "headers": [], "query_string": b""}, receive, send)

    assert sent == [
        {"type": "websocket.accept", "subprotocol": None, "headers": []},
        {"type": "websocket.close", "code": 4404, "reason": "There is nothing at this path."},
    ]


async def test_plain_http_is_told_that_only_websockets_are_served() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    await websockets(SCOPE, asyncio.Queue().get, send)

    assert sent[0]["status"] == 426
    assert b'"UPGRADE_REQUIRED"' in sent[1]["body"]

"""HTTP/1.1 in bytes: requests are made before the clock runs, responses are parsed just far enough to see their end."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

OK = frozenset({200})


@dataclass(frozen=True, slots=True)
class Request:
    """Bytes ready to send, the statuses that count as success, and the part of a mix that it belongs to."""

    raw: bytes
    accepts: frozenset[int] = OK
    part: str = ""


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    closes: bool


class BrokenResponse(Exception):
    """What arrived is not an HTTP response to one request."""


def get(
    path: str,
    *,
    token: str = "",
    headers: Mapping[str, str] | None = None,
    accepts: frozenset[int] = OK,
    part: str = "",
) -> Request:
    return Request(_encoded("GET", path, {**_common_headers(token), **(headers or {})}, b""), accepts, part)


def post(
    path: str,
    body: Any,
    *,
    token: str = "",
    headers: Mapping[str, str] | None = None,
    accepts: frozenset[int] = frozenset({200, 201}),
    part: str = "",
) -> Request:
    encoded = json.dumps(body).encode()
    every = {**_common_headers(token), "Content-Type": "application/json", "Content-Length": str(len(encoded))}
    return Request(_encoded("POST", path, {**every, **(headers or {})}, encoded), accepts, part)


class ResponseReader:
    """Takes the bytes of one response as they come; `feed` returns the response once it is whole."""

    def __init__(self) -> None:
        self._received = b""
        self._head: _Head | None = None
        # Where the next chunk of a chunked body begins.
        self._position = 0

    def feed(self, data: bytes) -> Response | None:
        """An empty `data` says that the server closed the connection."""
        self._received = self._received + data if self._received else data
        if self._head is None:
            self._head = _parse_head(self._received)
        if self._head is None:
            return self._refuse_end(data)
        return self._finished(self._head, data)

    def _finished(self, head: "_Head", data: bytes) -> Response | None:
        if head.chunked:
            end = self._end_of_chunks(head.ends)
        elif head.length is None:
            # The body lasts until the server closes.
            end = None if data else len(self._received)
        else:
            end = head.ends + head.length if len(self._received) >= head.ends + head.length else None
        if end is None:
            return self._refuse_end(data) if head.chunked or head.length is not None else None
        if len(self._received) > end:
            raise BrokenResponse("More bytes arrived than the response announced.")
        return Response(head.status, closes=head.closes or (head.length is None and not head.chunked))

    def _end_of_chunks(self, body: int) -> int | None:
        position = self._position or body
        while True:
            line = self._received.find(b"\r\n", position)
            if line < 0:
                return None
            size = _chunk_size(self._received[position:line])
            if size == 0:
                # Trailers, if any, end like a head does: by an empty line.
                end = self._received.find(b"\r\n\r\n", line)
                return None if end < 0 else end + 4
            if len(self._received) < line + 2 + size + 2:
                return None
            self._position = position = line + 2 + size + 2

    @staticmethod
    def _refuse_end(data: bytes) -> None:
        if not data:
            raise BrokenResponse("The server closed the connection before the response was whole.")


@dataclass(frozen=True, slots=True)
class _Head:
    status: int
    ends: int
    length: int | None
    chunked: bool
    closes: bool


def _parse_head(received: bytes) -> _Head | None:
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return None
    if not received.startswith(b"HTTP/1.") or not received[9:12].isdigit():
        raise BrokenResponse(f"This is not an HTTP/1 response: {received[:40]!r}")
    # Header lines in lower case, each with the line break before it, so that a name is only found where one begins.
    lines = received[:end].lower() + b"\r\n"
    status = int(received[9:12])
    chunked = _header(lines, b"transfer-encoding").endswith(b"chunked")
    announced = _header(lines, b"content-length")
    if status in {204, 304}:
        announced = b"0"
    if announced and not announced.isdigit():
        raise BrokenResponse(f"Content-Length is not a number: {announced!r}")
    closes = b"close" in _header(lines, b"connection") or received[5:8] == b"1.0"
    return _Head(status, end + 4, int(announced) if announced and not chunked else None, chunked, closes)


def _header(lines: bytes, name: bytes) -> bytes:
    start = lines.find(b"\r\n" + name + b":")
    if start < 0:
        return b""
    start += len(name) + 3
    return lines[start : lines.find(b"\r\n", start)].strip()


def _chunk_size(line: bytes) -> int:
    try:
        return int(line.split(b";")[0], 16)
    except ValueError as error:
        raise BrokenResponse(f"A chunk announces its size as {line[:20]!r}.") from error


def _common_headers(token: str) -> dict[str, str]:
    headers = {"Host": "127.0.0.1", "Accept": "application/json", "User-Agent": "almanac-bench"}
    return {**headers, "Authorization": f"Bearer {token}"} if token else headers


def _encoded(method: str, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode() + body

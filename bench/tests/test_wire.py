"""Responses are recognised however the network cuts them up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.wire import BrokenResponse, Response, ResponseReader, get, post

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\nServer: x\r\n\r\nhello world"
CHUNKED = (
    b"HTTP/1.1 201 Created\r\ntransfer-encoding: chunked\r\n\r\n"
    b"5\r\nhello\r\nA;note=1\r\n0123\r\n6789\r\n0\r\nTrailer: yes\r\n\r\n"
)
EMPTY = b"HTTP/1.1 204 No Content\r\nX-Content-Length: 9\r\n\r\n"
LAST = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno"


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (PLAIN, Response(200, closes=False)),
        (CHUNKED, Response(201, closes=False)),
        (EMPTY, Response(204, closes=False)),
        (LAST, Response(503, closes=True)),
    ],
)
@given(cuts=st.lists(st.integers(1, 120)))
def test_a_response_is_whole_with_its_last_byte_and_not_before(
    sent: bytes, expected: Response, cuts: list[int]
) -> None:
    reader = ResponseReader()
    places = sorted({cut for cut in cuts if cut < len(sent)})
    pieces = [sent[start:end] for start, end in zip([0, *places], [*places, len(sent)], strict=True)]

    answers = [reader.feed(piece) for piece in pieces]

    assert answers == [None] * (len(pieces) - 1) + [expected]


def test_a_body_without_a_length_lasts_until_the_server_closes() -> None:
    reader = ResponseReader()

    assert reader.feed(b"HTTP/1.1 200 OK\r\n\r\nsome") is None
    assert reader.feed(b" more") is None
    assert reader.feed(b"") == Response(200, closes=True)


@pytest.mark.parametrize("sent", [b"", PLAIN[:10], PLAIN[:-1], CHUNKED[:-1], CHUNKED[:60]])
def test_a_connection_that_closes_too_early_is_an_error(sent: bytes) -> None:
    reader = ResponseReader()
    if sent:
        assert reader.feed(sent) is None

    with pytest.raises(BrokenResponse):
        reader.feed(b"")


@pytest.mark.parametrize(
    "sent",
    [
        PLAIN + b"!",
        CHUNKED + b"HTTP",
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    ],
)
def test_what_is_no_single_response_is_refused(sent: bytes) -> None:
    with pytest.raises(BrokenResponse):
        ResponseReader().feed(sent)


def test_a_read_carries_its_token() -> None:
    assert get("/api/v1/auth/me", token="abc").raw == (
        b"GET /api/v1/auth/me HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n"
        b"User-Agent: almanac-bench\r\nAuthorization: Bearer abc\r\n\r\n"
    )


def test_a_write_states_the_length_of_its_body_in_bytes() -> None:
    request = post("/api/v1/bookings", {"note": "é"}, headers={"Idempotency-Key": "k"}, accepts=frozenset({201, 409}))

    head, _, body = request.raw.partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in head.split(b"\r\n")
    assert b"Idempotency-Key: k" in head.split(b"\r\n")
    assert request.accepts == {201, 409}

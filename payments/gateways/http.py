"""One exchange with a gateway over HTTP, with the three ways in which it can go wrong told apart.

Whatever is not certainly refused or certainly not sent is `Silent`: of money nothing is guessed.
"""

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import httpx

from payments.gateways.base import Silent, Unavailable

TIMEOUT = httpx.Timeout(10, connect=3)
# For the whole answer: one that trickles in keeps every single timeout.
MOST_SECONDS = 20
MOST_BYTES = 4_000_000
# Before these the gateway had no whole request in its hands.
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
# Our own keys, or too many calls: the gateway did not even look at what was asked.
NOT_TAKEN = frozenset({401, 403, 425, 429})


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes
    headers: Mapping[str, str]


def exchange(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    content: bytes | None = None,
    auth: tuple[str, str] | None = None,
) -> Reply:
    """The gateway's answer, if it means anything: a 2xx, or a 4xx about what was asked.

    No connection is kept: one that the other side closed meanwhile would leave open what became of a call. No redirect
    is followed: it would carry our key elsewhere.
    """
    try:
        with (
            httpx.Client(timeout=TIMEOUT, follow_redirects=False, verify=_trust()) as client,
            client.stream(method, url, headers=dict(headers), content=content, auth=auth) as response,
        ):
            reply = Reply(response.status_code, _bounded(response), dict(response.headers))
    except NOT_SENT as error:
        raise Unavailable(f"not reached: {type(error).__name__}") from None
    except httpx.HTTPError as error:
        # The exception's own text and cause would quote the URL, and with it references of people's payments.
        raise Silent(f"no answer: {type(error).__name__}") from None
    if reply.status in NOT_TAKEN:
        raise Unavailable(f"status {reply.status}")
    # 409 says that the same call is under way.
    if reply.status in {408, 409} or not (200 <= reply.status < 300 or 400 <= reply.status < 500):
        raise Silent(f"status {reply.status}")
    return reply


def _bounded(response: httpx.Response) -> bytes:
    ends = time.monotonic() + MOST_SECONDS
    body = bytearray()
    for piece in response.iter_bytes(65_536):
        body += piece
        if len(body) > MOST_BYTES or time.monotonic() > ends:
            raise Silent("the answer does not end")
    return bytes(body)


@cache
def _trust() -> ssl.SSLContext:
    """The certificates of the world are read once: it takes longer than many a call."""
    return httpx.create_ssl_context()

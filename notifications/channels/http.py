"""One POST to a provider, with the four ways in which it can go wrong told apart."""

import ssl
from collections.abc import Mapping
from functools import cache
from typing import Any

import httpx

from notifications.channels.base import OutcomeUnknown, Permanent, Temporary

TIMEOUT = httpx.Timeout(10, connect=3)
MAX_RETRY_AFTER = 3_600
# Before these the provider had no whole request in its hands.
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


def post(url: str, **request: Any) -> httpx.Response:
    """The provider's answer whatever its status. No redirect is followed: it would carry our key elsewhere."""
    try:
        return httpx.post(url, timeout=TIMEOUT, follow_redirects=False, verify=trust(), **request)
    except NOT_SENT as error:
        raise Temporary(f"not reached: {type(error).__name__}") from None
    except httpx.HTTPError as error:
        # The exception's own text and cause would quote the URL, and with it a key.
        raise OutcomeUnknown(f"no answer: {type(error).__name__}") from None


@cache
def trust() -> ssl.SSLContext:
    """The authorities of the web, read once: that takes longer than many a request."""
    return httpx.create_ssl_context()


def answer_of(response: httpx.Response) -> dict[str, Any]:
    """The JSON object of an answer; empty if it is none."""
    try:
        answer = response.json()
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def refuse_failure(response: httpx.Response, *, code: object = "", retry_after: object = None) -> None:
    """Raises what a status means where the provider says nothing more exact."""
    status = response.status_code
    said = f"status {status}" + (f", code {str(code)[:40]}" if code else "")
    if status < 300:
        return
    if status == 504:
        raise OutcomeUnknown(said)
    # 401 and 403 are our own keys: somebody mends them while messages wait.
    if status in {401, 403, 408, 425, 429} or status >= 500:
        raise Temporary(said, retry_after=_seconds(retry_after or response.headers.get("Retry-After")))
    raise Permanent(said)


def id_in(answer: Mapping[str, Any], name: str) -> str:
    """The provider's id for a message that it accepted; without one the message went nowhere we know of."""
    found = answer.get(name)
    if not found:
        raise OutcomeUnknown(f"the answer has no {name}")
    return str(found)[:200]


def _seconds(value: object) -> int | None:
    text = str(value)
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        # A date, which nobody of ours sends; the ordinary wait will do.
        return None
    return min(int(text), MAX_RETRY_AFTER)

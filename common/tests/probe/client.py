"""How tests talk to the probe: over the whole WSGI stack, and every refusal is looked at closely."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.test import Client

from accounts.models import User
from accounts.tests.tokens import token_of

PROBE = "/api/v1/probe"
CAMEL = "application/json; casing=camel"


def client_of(user: User | None = None, **options: Any) -> Client:
    """A client that sends the user's access token; without a user, nobody's."""
    if user is None:
        return Client(**options)
    return Client(headers={"Authorization": f"Bearer {token_of(user)}"}, **options)


def post_bytes(body: bytes, path: str = "/echo", content_type: str = "application/json", **options: Any) -> Any:
    return Client().generic("POST", PROBE + path, body, content_type, **options)


def refused(response: Any, status: int, code: str) -> dict[str, Any]:
    """Asserts the one error shape, and returns its `error` member."""
    assert response.status_code == status, response.content[:500]
    assert response["Content-Type"] == "application/json"
    body = response.json()
    assert set(body) == {"success", "error"}
    assert body["success"] is False
    error: dict[str, Any] = body["error"]
    assert {"code", "message", "details", "request_id", "timestamp"} <= set(error)
    assert error["code"] == code
    assert error["message"]
    assert datetime.fromisoformat(error["timestamp"]).tzinfo is not None
    assert all(set(detail) == {"field", "message", "code"} for detail in error["details"])
    assert all(detail["code"] == detail["code"].upper() for detail in error["details"])
    return error


def least_cpu(action: Callable[[], Any]) -> float:
    """Seconds of CPU for the best of three runs: a garbage collection may fall into any of them."""
    took = []
    for _ in range(3):
        started = time.process_time()
        action()
        took.append(time.process_time() - started)
    return min(took)


def detail_codes(error: dict[str, Any]) -> dict[str, str]:
    return {detail["field"]: detail["code"] for detail in error["details"]}

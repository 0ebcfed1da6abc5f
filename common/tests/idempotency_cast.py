"""Who sends keyed requests to the probe, and how two answers are compared."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models.functions import Now
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from accounts.tests.tokens import token_of
from common.models import IdempotencyRecord

Post = Callable[..., HttpResponse]


def caller(email: str) -> Post:
    """A client of its own user: `post(key, body, path=…)`."""
    token = str(token_of(User.objects.create_user(email)))

    def post(
        key: str | None, body: Any = None, *, path: str = "/orders", method: str = "post", **headers: str
    ) -> HttpResponse:
        sent = {"Authorization": f"Bearer {token}", **headers}
        if key is not None:
            sent["Idempotency-Key"] = key
        content = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
        response: HttpResponse = getattr(Client(raise_request_exception=False), method)(
            f"/api/v1{path}", data=content, content_type="application/json", headers=sent
        )
        return response

    return post


def error_code(response: HttpResponse) -> str:
    code: str = json.loads(response.content)["error"]["code"]
    return code


def the_same(first: HttpResponse, second: HttpResponse) -> bool:
    kept = ("Content-Type", "Location", "Cache-Control")
    return (first.status_code, first.content, [first.get(name) for name in kept]) == (
        second.status_code,
        second.content,
        [second.get(name) for name in kept],
    )


def running(alice: Post, **values: Any) -> None:
    """Turns Alice's finished request into one that some worker is still running."""
    alice("k1")
    IdempotencyRecord.objects.update(
        finished_at=None,
        response_status=None,
        response_body=None,
        **{"leased_until": Now() + timedelta(seconds=30), **values},
    )

"""Calling `/auth/…` as clients do, and reading the codes and links that were sent."""

import json
from typing import Any

from django.test import Client

from accounts.models import OtpChallenge, PasswordReset, User
from accounts.services import passwords
from accounts.tests.tokens import token_of
from notifications.sealing import opened

PASSWORD = "correct horse battery"
PHONE = "+919876543210"


def post(path: str, body: Any = None, **options: Any) -> Any:
    return call("post", path, body, **options)


def call(
    method: str,
    path: str,
    body: Any = None,
    *,
    user: User | None = None,
    token: str = "",
    accept: str = "",
    program: str = "",
) -> Any:
    bearer = token or (str(token_of(user)) if user else "")
    sent = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    sent |= {"Accept": accept} if accept else {}
    client = Client(headers={**sent, "User-Agent": program or "Tests"})
    return client.generic(method.upper(), f"/api/v1/auth/{path}", content, "application/json")


def data_of(response: Any) -> Any:
    assert response.status_code < 400, response.content
    return response.json()["data"]


def sealed_code(**of: Any) -> str:
    """The newest code that waits to be handed over."""
    challenge = OtpChallenge.objects.filter(sealed__isnull=False, **of).latest("id")
    return str(opened(challenge.pk, bytes(challenge.sealed or b""))["code"])


def code_for(phone: str = PHONE, purpose: str = "login") -> str:
    """Asks for a code and reads it."""
    assert post("send-otp", {"phone_number": phone, "purpose": purpose}).status_code == 202
    return sealed_code(purpose=purpose)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}}"


def reset_token(user: User) -> str:
    """What the newest mailed link of somebody carries."""
    return passwords._token_of(PasswordReset.objects.filter(user=user, by_mail=True).latest("id"))

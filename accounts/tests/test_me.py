"""Who am I, and who is let in at all."""

import base64
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
from django.conf import settings
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from rest_framework_simplejwt.tokens import RefreshToken

from accounts.models import User
from accounts.tests.tokens import token_of
from common import clock
from common.tests.probe.client import CAMEL, client_of, least_cpu, refused

pytestmark = pytest.mark.django_db

ME = "/api/v1/auth/me"
LATER = int(time.time()) + 600


@pytest.fixture
def alice() -> User:
    return User.objects.create_user(
        "alice@example.com", first_name="Alice", last_name="Sharma", phone_number="+919876543210"
    )


def ask(token: str) -> Any:
    return Client().get(ME, headers={"Authorization": f"Bearer {token}"})


def signed(user: User, key: str | None = None, headers: dict[str, Any] | None = None, **changes: Any) -> str:
    claims = {**token_of(user).payload, **changes}
    claims = {name: value for name, value in claims.items() if value is not ...}
    return jwt.encode(claims, key or settings.JWT_SIGNING_KEY, "HS256", headers=headers)


def raw(header: bytes, payload: bytes, signature: bytes = b"x") -> str:
    return b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in (header, payload, signature)).decode()


def test_the_signed_in_user_is_shown_with_one_query(
    alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(alice)

    with django_assert_num_queries(1):
        response = client.get(ME)

    alice.refresh_from_db()
    assert response.json() == {
        "success": True,
        "data": {
            "id": str(alice.pk),
            "email": "alice@example.com",
            "phone_number": "+919876543210",
            "first_name": "Alice",
            "last_name": "Sharma",
            "name": "Alice Sharma",
            "is_verified": False,
            "language": "en",
            "currency": "INR",
            "timezone": "Asia/Kolkata",
            "is_staff": False,
            "created_at": alice.created_at.isoformat().replace("+00:00", "Z"),
        },
    }
    assert response["Cache-Control"] == "private, no-store"


def test_camel_clients_are_shown_the_same_in_their_spelling(alice: User) -> None:
    data = client_of(alice).get(ME, headers={"Accept": CAMEL}).json()["data"]

    assert data["phoneNumber"] == "+919876543210"
    assert data["isStaff"] is False


def test_a_user_without_phone_is_shown_without_one() -> None:
    bob = User.objects.create_user("bob@example.com")

    assert client_of(bob).get(ME).json()["data"]["phone_number"] is None


@pytest.mark.parametrize(
    "header", ["", "Basic YTpi", "Bearer", "Bearer ", "Token x", "Bearer a b", "Bearer \u00e9", "bearer."]
)
def test_without_a_token_nobody_is_let_in(header: str) -> None:
    refused(Client().get(ME, headers={"Authorization": header} if header else {}), 401, "AUTHENTICATION_REQUIRED")


def test_a_blocked_user_is_told_so_at_once(alice: User) -> None:
    client = client_of(alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)

    error = refused(client.get(ME), 403, "INSUFFICIENT_PERMISSIONS")

    assert [detail["code"] for detail in error["details"]] == ["ACCOUNT_BLOCKED"]


def test_an_erased_or_deleted_user_is_nobody(alice: User) -> None:
    bob = User.objects.create_user("bob@example.com")
    client, gone = client_of(alice), client_of(bob)
    User.objects.filter(pk=alice.pk).update(erased_at=clock.now())
    bob.delete()

    refused(client.get(ME), 401, "AUTHENTICATION_REQUIRED")
    refused(gone.get(ME), 401, "AUTHENTICATION_REQUIRED")


@pytest.mark.parametrize(
    "algorithm", ["none", "None", "nOnE", "NONE", ["HS256"], {"alg": "HS256"}, 256, None, "RS256", "HS512", ""]
)
@pytest.mark.parametrize("signature", [b"", b"x"])
def test_a_token_that_names_another_algorithm_is_refused(alice: User, algorithm: Any, signature: bytes) -> None:
    """A025, A026."""
    payload = json.dumps(token_of(alice).payload).encode()

    token = raw(json.dumps({"alg": algorithm, "typ": "JWT"}).encode(), payload, signature)

    refused(ask(token), 401, "AUTHENTICATION_REQUIRED")


@pytest.mark.parametrize(
    "header",
    [
        {"crit": ["exp"]},
        {"kid": "../../dev/null"},
        {"jku": "https://evil.example.org/keys"},
        {"jwk": {"kty": "oct", "k": "eA"}},
        {"x5u": "https://evil.example.org/"},
    ],
)
def test_headers_that_point_to_another_key_change_nothing(alice: User, header: dict[str, Any]) -> None:
    """A026: signed with the attacker's key, whatever the header says of it."""
    refused(ask(signed(alice, "attacker's key of thirty-two bytes", header)), 401, "AUTHENTICATION_REQUIRED")


def test_other_kinds_of_token_are_no_access_tokens(alice: User) -> None:
    """A027."""
    refused(ask(str(RefreshToken.for_user(alice))), 401, "AUTHENTICATION_REQUIRED")
    refused(ask(signed(alice, token_type="otp_step")), 401, "AUTHENTICATION_REQUIRED")


@pytest.mark.parametrize("claim", ["token_type", "exp", "iat", "jti", "aud", "iss", "sub", "sid"])
def test_a_token_without_one_of_its_claims_is_refused(alice: User, claim: str) -> None:
    """A028."""
    without: dict[str, Any] = {claim: ...}

    refused(ask(signed(alice, **without)), 401, "AUTHENTICATION_REQUIRED")


ODD_CLAIMS: list[tuple[str, Any]] = [
    ("aud", "another"),
    ("aud", ["almanac", "another"]),
    ("aud", 5),
    ("iss", "another"),
    ("iss", ["almanac"]),
    ("exp", "tomorrow"),
    ("exp", str(LATER)),
    ("exp", 10**30),
    ("exp", LATER + 0.5),
    ("exp", float("inf")),
    ("exp", float("nan")),
    ("exp", [LATER]),
    ("exp", True),
    ("exp", -1),
    ("exp", 1),
    ("iat", LATER),
    ("iat", "x"),
    ("iat", float("inf")),
    ("nbf", LATER),
    ("nbf", float("inf")),
    ("nbf", []),
    ("jti", 5),
    ("jti", None),
    ("sub", ["a"]),
    ("sub", {"pk": 1}),
    ("sub", 1),
    ("sub", None),
    ("sub", "\x00"),
    ("sub", "01940d2e-5c00-7a31-8f00-3f2a9be1c001\x00"),
    ("sub", "' OR 1=1 --"),
    ("sub", "x" * 1_000),
    ("sub", "01940d2e-5c00-7a31-8f00-3f2a9be1c001"),
    ("sid", None),
    ("sid", 1),
    ("sid", ["a"]),
    ("sid", "x"),
    ("sid", "01940d2e-5c00-7a31-8f00-3f2a9be1c002"),
    ("token_type", ["access"]),
]


@pytest.mark.parametrize(
    ("claim", "value"), ODD_CLAIMS, ids=[f"{number} {claim}" for number, (claim, _) in enumerate(ODD_CLAIMS)]
)
def test_well_signed_but_odd_claims_are_refused(alice: User, claim: str, value: Any) -> None:
    """A029."""
    header = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').rstrip(b"=")
    payload = json.dumps({**token_of(alice).payload, claim: value}).encode()
    signing_input = header + b"." + base64.urlsafe_b64encode(payload).rstrip(b"=")
    key = settings.JWT_SIGNING_KEY.encode()
    signature = jwt.get_algorithm_by_name("HS256").sign(signing_input, key)

    token = signing_input + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")

    refused(ask(token.decode()), 401, "AUTHENTICATION_REQUIRED")


HOSTILE_TOKENS: dict[str, Callable[[], str]] = {
    "deep header": lambda: raw(b"[" * 2_900, b"{}"),
    "deep claims": lambda: raw(b'{"alg":"HS256"}', b"[" * 2_900),
    "endless number": lambda: raw(b'{"alg":"HS256","x":' + b"1" * 2_800 + b"}", b"{}"),
    "invalid UTF-8": lambda: raw(b"\xff\xfe", b"\xff"),
    "one megabyte": lambda: "x" * 1_000_000,
    "one megabyte in shape": lambda: raw(b'{"alg":"HS256"}', b"[" * 700_000),
    "only dots": lambda: "." * 4_000,
    "no base64": lambda: "@@@.@@@.@@@",
}


@pytest.mark.parametrize("name", HOSTILE_TOKENS)
def test_a_token_made_to_hurt_is_refused_quickly(name: str) -> None:
    """A030."""
    token = HOSTILE_TOKENS[name]()

    refused(ask(token), 401, "AUTHENTICATION_REQUIRED")
    assert least_cpu(lambda: ask(token)) < 0.05


def test_every_byte_of_a_token_counts(alice: User) -> None:
    token = str(token_of(alice))
    head, _, signature = token.rpartition(".")

    for position in range(0, len(head), 7):
        other = "A" if token[position] != "A" else "B"
        refused(ask(token[:position] + other + token[position + 1 :]), 401, "AUTHENTICATION_REQUIRED")
    refused(ask(f"{head}.{signature[:-4]}"), 401, "AUTHENTICATION_REQUIRED")
    assert ask(token).status_code == 200


def test_a_token_ends_when_it_says(alice: User) -> None:
    token = token_of(alice)
    token.set_exp(lifetime=timedelta(seconds=-10))

    refused(ask(str(token)), 401, "AUTHENTICATION_REQUIRED")

"""What every response says to browsers, in production's settings and over real requests."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from config.embedded.gates import PRODUCTION_LIKE

ROOT = Path(__file__).resolve().parents[2]
HTML = {"Accept": "text/html"}
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
ASK = """
import json
import config.wsgi
from django.conf import settings
from django.test import Client

def ask(path, **headers):
    response = Client().get(path, headers={"Host": "almanac.example", **headers})
    return {"status": response.status_code, "headers": dict(response.headers), "cookies": response.cookies.output()}

print(json.dumps({
    "plain": ask("/nowhere?x=1"),
    "spoofed": ask("/health", **{"X-Forwarded-Host": "evil.example"}),
    "https": ask("/health", **{"X-Forwarded-Proto": "https"}),
    "foreign": ask("/health", Host="evil.example"),
    "session": [settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY,
                settings.SESSION_COOKIE_DOMAIN, settings.SESSION_COOKIE_PATH],
    "csrf": [settings.CSRF_COOKIE_NAME, settings.CSRF_COOKIE_SECURE, settings.CSRF_COOKIE_HTTPONLY,
             settings.CSRF_COOKIE_DOMAIN, settings.CSRF_COOKIE_PATH],
    "hasher": settings.PASSWORD_HASHERS[0],
}))
"""


@pytest.fixture(scope="module")
def production() -> dict[str, Any]:
    """Answers of a real production process, whose settings cannot be had in this one."""
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": "postgresql://almanac:x@127.0.0.1:1/almanac",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        **PRODUCTION_LIKE,
        "TRUSTED_PROXY_DEPTH": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    answers: dict[str, Any] = json.loads(done.stdout)
    return answers


def test_production_sends_plain_http_to_https(production: dict[str, Any]) -> None:
    assert production["plain"]["status"] == 301
    assert production["plain"]["headers"]["Location"] == "https://almanac.example/nowhere?x=1"


def test_production_promises_https_for_a_year(production: dict[str, Any]) -> None:
    headers = production["https"]["headers"]

    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"


def test_a_foreign_host_is_refused_and_a_spoofed_one_ignored(production: dict[str, Any]) -> None:
    assert production["foreign"]["status"] == 400
    assert production["spoofed"]["status"] == 200
    assert "evil" not in json.dumps(production["spoofed"])


def test_cookies_are_bound_to_this_host_and_to_https(production: dict[str, Any]) -> None:
    # A browser takes a __Host- cookie only if it is Secure, for the path / and without a domain.
    assert production["session"] == ["__Host-session", True, True, None, "/"]
    assert production["csrf"] == ["__Host-csrf", True, True, None, "/"]


def test_passwords_are_kept_as_argon2_hashes(production: dict[str, Any]) -> None:
    # Tests hash cheaply, so only a process of production can tell.
    assert production["hasher"] == "accounts.hashers.LeanArgon2Hasher"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/admin/login/", "/api/v1/health", "/health", "/nowhere", "/api/v1/nowhere"])
def test_every_answer_tells_browsers_to_be_careful(client: Client, path: str) -> None:
    headers = client.get(path, headers=HTML if not path.startswith("/api") else {}).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    policy = headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "object-src 'none'" in policy
    assert "unsafe-eval" not in policy.partition("script-src")[2].partition(";")[0] or path.startswith("/admin")


@pytest.mark.django_db
def test_each_page_has_a_nonce_of_its_own(client: Client) -> None:
    policies = [client.get("/api/docs", headers=HTML).headers["Content-Security-Policy"] for _ in range(2)]

    nonces = [re.findall(r"'nonce-([\w+/=-]{20,})'", policy) for policy in policies]
    assert all(nonces)
    assert nonces[0] != nonces[1]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "https://site.evil.com",
        "https://evil-site.com",
        "https://app.example.com.evil.com",
        "http://app.example.com",
    ],
)
def test_an_unknown_origin_is_allowed_nothing(client: Client, settings: Settings, origin: str) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example.com"]

    for response in (
        client.options("/api/v1/health", headers={"Origin": origin, **PREFLIGHT}),
        client.get("/api/v1/health", headers={"Origin": origin}),
    ):
        assert not [name for name in response.headers if name.lower().startswith("access-control")]
        assert not response.cookies


@pytest.mark.django_db
def test_a_listed_origin_may_call_the_api_without_cookies(client: Client, settings: Settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example.com"]

    response = client.options("/api/v1/health", headers={"Origin": "https://app.example.com", **PREFLIGHT})

    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "https://app.example.com"
    assert "Access-Control-Allow-Credentials" not in response.headers
    assert "origin" in response.headers["Vary"].lower()


@pytest.mark.django_db
def test_a_listed_origin_may_call_nothing_but_the_api(client: Client, settings: Settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example.com"]

    response = client.get("/admin/login/", headers={"Origin": "https://app.example.com"})

    assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost@evil.example", "[::1", "a b"])
def test_a_host_header_of_others_is_refused(client: Client, host: str) -> None:
    assert client.get("/admin/login/", headers={"Host": host}).status_code == 400


@pytest.mark.django_db
def test_files_are_for_our_own_pages(client: Client) -> None:
    response = client.get("/static/admin/css/base.css")
    response.close()

    assert response.status_code == 200
    assert "Access-Control-Allow-Origin" not in response.headers

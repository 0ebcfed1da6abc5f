"""Each misconfiguration is found, and real processes of every kind refuse to start on it."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core import checks
from pytest_django import Settings

from config.checks import TAG
from config.embedded.gates import PRODUCTION_LIKE

ROOT = Path(__file__).resolve().parents[2]
# Refuses connections at once: a database that is down is no misconfiguration.
NO_DATABASE = "postgresql://almanac:not-in-any-log@127.0.0.1:1/almanac"
RANDOM = "q7Rk2vXw9LmZt4BsYc8HdNf3JgPa6UeW1oTiQrVy"
GOOD: dict[str, Any] = {
    "PRODUCTION": True,
    "DEBUG": False,
    "SECRET_KEY": RANDOM,
    "JWT_SIGNING_KEY": RANDOM[::-1],
    "METRICS_TOKEN": RANDOM[:24],
    "ALLOWED_HOSTS": ["almanac.example"],
    "PUBLIC_URL": "https://almanac.example",
    "RATE_LIMITS": True,
    "STAFF_SECOND_FACTOR": True,
    "TRUSTED_PROXY_DEPTH": 1,
    "REDIS_URL": "redis://broker.example:6379/0",
    "CACHE_REDIS_URL": "redis://cache.example:6379/0",
    "CORS_ALLOWED_ORIGINS": [],
    "PAYMENT_GATEWAYS": {"cash": "payments.gateways.cash.CashGateway"},
    "NOTIFICATION_CHANNELS": {"email": "notifications.channels.email.EmailChannel"},
}


@pytest.fixture
def production(settings: Settings) -> Settings:
    for name, value in GOOD.items():
        setattr(settings, name, value)
    return settings


def found(databases: list[str] | None = None) -> set[str]:
    return {str(message.id) for message in checks.run_checks(tags=[TAG], databases=databases)}


def test_a_production_that_is_set_up_well_is_left_in_peace(production: Settings) -> None:
    assert found() == set()


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("SECRET_KEY", "insecure-development-only-secret", "almanac.E001"),
        ("SECRET_KEY", RANDOM[:39], "almanac.E001"),
        ("SECRET_KEY", "change-me-" + RANDOM, "almanac.E001"),
        ("SECRET_KEY", "a" * 80, "almanac.E001"),
        ("SECRET_KEY", "abcabcabc" * 10, "almanac.E001"),
        ("JWT_SIGNING_KEY", "insecure-development-only-secret-for-tokens", "almanac.E001"),
        ("JWT_SIGNING_KEY", "short", "almanac.E001"),
        ("JWT_SIGNING_KEY", RANDOM, "almanac.E002"),
        ("METRICS_TOKEN", "", "almanac.E003"),
        ("METRICS_TOKEN", "abc", "almanac.E003"),
        ("DEBUG", True, "almanac.E004"),
        ("ALLOWED_HOSTS", [], "almanac.E005"),
        ("ALLOWED_HOSTS", ["almanac.example", "*"], "almanac.E005"),
        ("PUBLIC_URL", "http://almanac.example", "almanac.E006"),
        ("RATE_LIMITS", False, "almanac.E007"),
        ("STAFF_SECOND_FACTOR", False, "almanac.E008"),
        ("CACHE_REDIS_URL", "redis://broker.example/1", "almanac.E013"),
        ("CACHE_REDIS_URL", "redis://:other@broker.example:6379/0", "almanac.E013"),
        ("CORS_ALLOW_ALL_ORIGINS", True, "almanac.E010"),
        ("CORS_ALLOWED_ORIGINS", ["*"], "almanac.E010"),
        ("BUSINESS_TIME_ZONE", "Asia/Atlantis", "almanac.E011"),
        ("BUSINESS_TIME_ZONE", "../etc/passwd", "almanac.E011"),
        ("BUSINESS_TIME_ZONE", "", "almanac.E011"),
        ("DEMO_SEEDERS", ["accounts.management.demo.no_such_thing"], "almanac.E014"),
        ("NOTIFICATION_CHANNELS", {"email": "notifications.channels.nowhere.Channel"}, "almanac.E014"),
        ("PERSONAL_DATA", ["nowhere.privacy.PERSONAL_DATA"], "almanac.E014"),
        ("HEALTH_CHECKS", {"x": "no.such.module"}, "almanac.E014"),
        ("TRUSTED_PROXY_DEPTH", 0, "almanac.W001"),
    ],
)
def test_each_misconfiguration_is_found_and_nothing_else(
    production: Settings, name: str, value: Any, problem: str
) -> None:
    setattr(production, name, value)

    assert found() == {problem}


def test_a_database_without_a_password_is_found(production: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(production.DATABASES["default"], "PASSWORD", "")

    assert found() == {"almanac.E009"}


def test_every_finding_says_what_to_do_and_repeats_no_secret(production: Settings) -> None:
    production.SECRET_KEY = production.JWT_SIGNING_KEY = production.METRICS_TOKEN = "hunter2"
    production.ALLOWED_HOSTS, production.RATE_LIMITS = [], False

    messages = checks.run_checks(tags=[TAG])

    assert len(messages) == 6
    assert all(message.hint for message in messages)
    assert "hunter2" not in str(messages)


def test_development_may_take_its_short_cuts(settings: Settings) -> None:
    settings.SECRET_KEY, settings.ALLOWED_HOSTS, settings.RATE_LIMITS = "x", [], False

    assert found() == set()


@pytest.mark.django_db
def test_a_database_that_may_lose_what_it_confirmed_is_found(production: Settings) -> None:
    # The server of the tests runs with all three off, because nobody will miss its data.
    messages = [m.msg for m in checks.run_checks(tags=[TAG], databases=["default"]) if m.id == "almanac.E012"]

    assert [re.findall(r"with (\w+) = off", message) for message in messages] == [
        ["fsync"],
        ["full_page_writes"],
        ["synchronous_commit"],
    ]


@pytest.mark.django_db
def test_more_connections_than_the_database_takes_are_found(production: Settings) -> None:
    production.DATABASE_POOL_SIZE, production.WEB_WORKERS = 100, 50

    assert "almanac.W002" in found(["default"])


def _started(command: list[str], **changes: str) -> subprocess.CompletedProcess[str]:
    """A real process in an environment like production's, with some variables changed."""
    environment = {
        "PATH": os.environ["PATH"],
        "REDIS_URL": "redis://broker.example:6379/0",
        "DATABASE_URL": NO_DATABASE,
        **PRODUCTION_LIKE,
        "TRUSTED_PROXY_DEPTH": "1",
        **changes,
    }
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


WEB = ["-c", "import config.wsgi; print('serving')"]


def test_a_web_process_starts_when_everything_is_in_order() -> None:
    done = _started(WEB)

    assert (done.returncode, done.stdout) == (0, "serving\n"), done.stderr


@pytest.mark.parametrize(
    ("changes", "problems"),
    [
        (
            {
                "SECRET_KEY": "",
                "JWT_SIGNING_KEY": "",
                "METRICS_TOKEN": "",
                "ALLOWED_HOSTS": "",
                "PUBLIC_URL": "",
                # The server that the tests run on is a volatile one.
                "DATABASE_URL": os.environ["DATABASE_URL"],
            },
            {f"almanac.E{n:03}" for n in (1, 3, 5, 6, 12)},
        ),
        (
            {
                "SECRET_KEY": "hunter2",
                "JWT_SIGNING_KEY": "hunter2",
                "ALLOWED_HOSTS": "*",
                "DEBUG": "on",
                "RATE_LIMITS": "off",
                "STAFF_SECOND_FACTOR": "off",
                "DATABASE_URL": "postgresql://almanac@127.0.0.1:1/almanac",
                "CACHE_REDIS_URL": "",
                "BUSINESS_TIME_ZONE": "Mars/Olympus",
            },
            {f"almanac.E{n:03}" for n in (1, 2, 4, 5, 7, 8, 9, 11, 13)},
        ),
    ],
)
def test_a_web_process_refuses_to_start_and_lists_why(changes: dict[str, str], problems: set[str]) -> None:
    done = _started(WEB, **changes)

    assert done.returncode == 1
    assert done.stdout == ""
    assert set(re.findall(r"^  (almanac\.\w+):", done.stderr, re.MULTILINE)) == problems
    assert not re.search(r"Traceback|hunter2|not-in-any-log", done.stderr)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"CORS_ALLOWED_ORIGINS": "*"}, "CORS_ALLOWED_ORIGINS"),
        ({"DATABASE_URL": "mysql://root:hunter2@db/x"}, "DATABASE_URL"),
        ({"DATABASE_POOL_SIZE": "many"}, "DATABASE_POOL_SIZE"),
    ],
)
def test_nonsense_stops_the_settings_themselves(changes: dict[str, str], named: str) -> None:
    done = _started(["-c", "import config.settings"], **changes)

    assert done.returncode != 0
    assert named in done.stderr
    assert "hunter2" not in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        ["-m", "celery", "--app", "config.celery", "worker", "--pool", "solo"],
        ["-m", "celery", "--app", "config.celery", "beat", "--schedule", "{folder}/schedule", "--pidfile="],
        ["-c", "import config.asgi"],
        ["manage.py", "migrate"],
    ],
    ids=["worker", "beat", "websockets", "migrate"],
)
def test_every_kind_of_process_refuses_a_missing_secret(command: list[str], tmp_path: Path) -> None:
    done = _started([word.format(folder=tmp_path) for word in command], SECRET_KEY="")

    assert done.returncode == 1
    assert "almanac.E001" in done.stderr

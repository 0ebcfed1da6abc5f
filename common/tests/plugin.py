"""What every test of every app stands on. Loaded before Django's settings, which read the environment made here."""

import os
from collections.abc import Generator
from typing import Any

import hypothesis
import pytest

# A busy machine is no bug: neither how long an example takes nor how long it takes to make one fails a test.
_PATIENT = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
# What lands or not is decided by the same examples each time; the long proofs look for new ones.
hypothesis.settings.register_profile("steady", _PATIENT, derandomize=True)
hypothesis.settings.register_profile("searching", _PATIENT)

# Content types and permissions are made once, after the migrations, and no test changes them.
_EMPTY_TABLES = """
DO $$
DECLARE emptied regclass;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR emptied IN
        SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
            AND relname NOT IN ('django_migrations', 'django_content_type', 'auth_permission')
    LOOP
        EXECUTE format('DELETE FROM %s', emptied);
    END LOOP;
END $$
"""

APPEND_ONLY_TABLES = "SELECT tgrelid::regclass FROM pg_trigger WHERE tgname = 'append_only_table'"

# Every parallel worker has a Redis database of its own.
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_base = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0").rsplit("/", 1)[0]
os.environ["REDIS_URL"] = f"{_base}/{_worker + 1}"


def pytest_configure(config: pytest.Config) -> None:
    is_quick = config.getoption("markexpr") == "not deep"
    hypothesis.settings.load_profile("steady" if is_quick else "searching")


@pytest.fixture(autouse=True)
def _empty_redis() -> None:
    """Each test starts with an empty cache, limiter and broker."""
    import redis  # noqa: PLC0415 - after the environment is set

    client = redis.Redis.from_url(os.environ["REDIS_URL"])
    client.flushdb()
    client.close()


@pytest.fixture(autouse=True)
def _default_platform_settings() -> None:
    """Each test starts with the default figures at hand, so reading them never counts among its queries."""
    from common.models import PlatformSettings  # noqa: PLC0415 - after Django is set up
    from common.platform import remember_platform_settings  # noqa: PLC0415

    remember_platform_settings(PlatformSettings(), seconds=3600)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any, request: Any) -> Generator[None, Any, Any]:
    from django.test import testcases  # noqa: PLC0415 - after Django is set up

    result = yield
    if fixturedef.argname == "django_db_setup":
        _let_append_only_tables_be_emptied(request)
        testcases.TransactionTestCase._fixture_teardown = _empty_tables  # type: ignore[attr-defined]  # not in the stubs
    return result


def _empty_tables(_test: Any) -> None:
    """What Django's flush comes to. That truncates every table and makes all permissions anew: half a second a test."""
    from django.db import connection  # noqa: PLC0415 - after Django is set up

    with connection.cursor() as cursor:
        cursor.execute(_EMPTY_TABLES)


def _let_append_only_tables_be_emptied(request: Any) -> None:
    """Tests that commit truncate all tables afterwards; a test of the guard switches it on again."""
    from django.db import connection  # noqa: PLC0415 - after Django is set up

    with request.getfixturevalue("django_db_blocker").unblock(), connection.cursor() as cursor:
        cursor.execute(APPEND_ONLY_TABLES)
        for (table,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only_table")

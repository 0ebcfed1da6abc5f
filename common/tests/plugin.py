"""What every test of every app stands on. Loaded before Django's settings, which read the environment made here."""

import gc
import os
from collections.abc import Generator, Iterator
from typing import Any

import hypothesis
import pytest

# A busy machine is no bug: neither how long an example takes nor how long it takes to make one fails a test.
_PATIENT = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
# What lands or not is decided by the same examples each time; the long proofs look for new ones.
hypothesis.settings.register_profile("steady", _PATIENT, derandomize=True)
hypothesis.settings.register_profile("searching", _PATIENT)

# What the migrations leave: a copy of each table that has rows then. Of a database that is used again they are known.
_KEEP_ROWS = """
DO $$
DECLARE filled regclass; rows boolean;
BEGIN
    IF to_regnamespace('migrated') IS NOT NULL THEN
        RETURN;
    END IF;
    CREATE SCHEMA migrated;
    FOR filled IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', filled) INTO rows;
        IF rows THEN
            EXECUTE format('CREATE TABLE migrated.%I AS TABLE %s', filled, filled);
        END IF;
    END LOOP;
END $$
"""

# Content types and permissions are made once, after the migrations, and no test changes them.
_RESTORE_ROWS = """
DO $$
DECLARE name text;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR name IN
        SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
            AND relname NOT IN ('django_migrations', 'django_content_type', 'auth_permission')
    LOOP
        EXECUTE format('DELETE FROM public.%I', name);
        IF to_regclass(format('migrated.%I', name)) IS NOT NULL THEN
            EXECUTE format('INSERT INTO public.%I TABLE migrated.%I', name, name);
        END IF;
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


def pytest_sessionstart() -> None:
    from common.tests.kept import keep_between_tests  # noqa: PLC0415 - after Django is set up

    keep_between_tests()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first, lest the other workers wait for it in the end."""
    items.sort(key=lambda item: not any(item.get_closest_marker(name) for name in ("first", "browser")))


def pytest_collection_finish() -> None:
    """What is imported by now stays; the collector looked through it again and again, for a fifth of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Each worker's database is a copy of the one that `bin/test` migrated; what that lacks is migrated here."""
    from django.db import connection  # noqa: PLC0415 - after Django is set up

    if migrated := os.environ.get("MIGRATED_DATABASE_URL"):
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated.rsplit("/", 1)[1]


@pytest.fixture(scope="session")
def _redis() -> Iterator[Any]:
    import redis  # noqa: PLC0415 - after the environment is set

    client = redis.Redis.from_url(os.environ["REDIS_URL"])
    yield client
    client.close()


@pytest.fixture(autouse=True)
def _empty_redis(_redis: Any) -> None:
    """Each test starts with an empty cache, limiter and broker."""
    _redis.flushdb()


@pytest.fixture(autouse=True)
def _default_platform_settings() -> None:
    """Each test starts with the default figures at hand, so reading them never counts among its queries."""
    from common.models import PlatformSettings  # noqa: PLC0415 - after Django is set up
    from common.platform import remember_platform_settings  # noqa: PLC0415

    remember_platform_settings(PlatformSettings(), seconds=3600)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any, request: Any) -> Generator[None, Any, Any]:
    from django.db.backends.postgresql.creation import DatabaseCreation  # noqa: PLC0415 - after Django is set up
    from django.test import testcases  # noqa: PLC0415

    result = yield
    if fixturedef.argname == "django_db_setup":
        with request.getfixturevalue("django_db_blocker").unblock():
            _prepare_for_emptying()
        DatabaseCreation._destroy_test_db = _drop_by_force  # type: ignore[attr-defined]  # not in the stubs
        testcases.TransactionTestCase._fixture_teardown = _restore_rows  # type: ignore[attr-defined]  # not in the stubs
    return result


def _drop_by_force(creation: Any, name: str, verbosity: int) -> None:
    """Threads that are gone, or wait in a pool, may be connected still, and nobody else uses this database."""
    creation.connection.close_pool()
    with creation._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE {creation.connection.ops.quote_name(name)} WITH (FORCE)")


def _prepare_for_emptying() -> None:
    """Tests that commit empty all tables afterwards; a test of an append-only table's guard switches that on again."""
    from django.db import connection  # noqa: PLC0415 - after Django is set up

    with connection.cursor() as cursor:
        cursor.execute(_KEEP_ROWS)
        # A run that was killed may have left rows in a database that is used again.
        cursor.execute(_RESTORE_ROWS)
        cursor.execute(APPEND_ONLY_TABLES)
        for (table,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only_table")


def _restore_rows(_test: Any) -> None:
    """What Django's flush comes to. That truncates every table and makes all permissions anew: half a second a test."""
    from django.db import connection  # noqa: PLC0415 - after Django is set up

    with connection.cursor() as cursor:
        cursor.execute(_RESTORE_ROWS)

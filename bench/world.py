"""What is measured upon: PostgreSQL with durable settings, Redis, a freshly filled database, the web servers."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import django
import psycopg
from django.db import connections

from bench.scenario import Database
from bench.servers import ROOT, WebServer
from config.embedded.postgres import EmbeddedPostgres
from config.embedded.processes import StartFailed
from config.embedded.redis import EmbeddedRedis

FOLDER = ROOT / ".local" / "bench"


@dataclass(slots=True)
class World:
    database_url: str
    environment: dict[str, str]
    postgres_pid: int
    redis_pid: int

    def connect(self) -> Database:
        return psycopg.connect(self.database_url, autocommit=True)

    def tidy_up(self) -> None:
        """What autovacuum would else do in the middle of a measurement."""
        with self.connect() as connection:
            connection.execute("vacuum analyze")
            connection.execute("checkpoint")


@contextmanager
def running_world(*, scale: int, occupancies: int, bookings: int) -> Iterator[World]:
    """A world of its own that is gone when the block ends, however it ends. Only one stands at a time."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    # PostgreSQL may run as another user, who must be able to walk in.
    FOLDER.chmod(0o711)
    with ExitStack() as stack:
        _only_one(stack)
        shutil.rmtree(FOLDER / "redis", ignore_errors=True)
        # No durability is given up: what production waits for is waited for here.
        postgres = EmbeddedPostgres(FOLDER / "postgres", settings=("max_connections=400",))
        redis = EmbeddedRedis(FOLDER / "redis")
        stack.callback(postgres.stop)
        stack.callback(redis.stop)
        database_url, redis_url = postgres.start(), redis.start()
        if postgres.process is None or redis.process is None:
            raise StartFailed("The embedded servers did not start.")
        _empty(database_url)
        environment = production_like(database_url, redis_url)
        _fill(environment, scale, occupancies, bookings)
        yield World(database_url, environment, postgres.process.pid, redis.process.pid)


def production_like(database_url: str, redis_url: str) -> dict[str, str]:
    """Production's shape without what it demands of its surroundings: no TLS in front, no secrets, no rate limits."""
    return {
        "ENVIRONMENT": "development",
        "DEBUG": "off",
        "LOG_FORMAT": "json",
        "RATE_LIMITS": "off",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "CACHE_REDIS_URL": "",
        "BROKER_URL": "",
        "LOCAL_DIR": str(FOLDER),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


def set_up_django(environment: dict[str, str]) -> None:
    """Lets scenarios use the models of this process. Settings read the environment, so it is set first."""
    os.environ.update(environment)
    django.setup()


def leave_database() -> None:
    """Ends this process's pool and its threads, which no forked driver may inherit."""
    for connection in connections.all(initialized_only=True):
        connection.close()
        close_pool = getattr(connection, "close_pool", None)
        if close_pool is not None:
            close_pool()


@contextmanager
def running_servers(names: Sequence[str], world: World) -> Iterator[list[WebServer]]:
    with ExitStack() as stack:
        servers = []
        for name in names:
            server = WebServer(name, world.environment, FOLDER)
            stack.callback(server.stop)
            server.start()
            servers.append(server)
        yield servers


def _only_one(stack: ExitStack) -> None:
    lock = stack.enter_context((FOLDER / "lock").open("w"))
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise StartFailed("Another bin/bench is running in this checkout.") from error


def _empty(database_url: str) -> None:
    maintenance = database_url.rpartition("/")[0] + "/postgres"
    name = database_url.rpartition("/")[2]
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(f'drop database if exists "{name}" with (force)')
        connection.execute(f'create database "{name}"')


def _fill(environment: dict[str, str], scale: int, occupancies: int, bookings: int) -> None:
    _python(environment, "manage.py", "migrate", "--verbosity", "0")
    _python(environment, "manage.py", "seed_demo", "--scale", str(scale))
    _python(environment, "-m", "bench.busy_world", str(occupancies), str(bookings))


def _python(environment: dict[str, str], *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        # A terminal is shown how far it has come.
        stderr=None if sys.stderr.isatty() else subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise StartFailed(f"{' '.join(arguments)} failed.\n{done.stdout[-2000:]}")

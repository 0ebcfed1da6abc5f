"""The parts that `common.health` asks about. Each returns if its part is well and raises if not."""

from datetime import timedelta
from functools import cache

import redis
from celery import current_app
from django.conf import settings
from django.db.migrations.loader import MigrationLoader

from common import clock
from common.database_probe import ask_database
from common.heartbeat import beat_seen_at

CONNECT_SECONDS = 1
# Beat publishes its heartbeat every 15 seconds and a worker writes it down: three in a row must be missed.
SILENCE = timedelta(seconds=60)


class Unwell(Exception):
    """The part answers, but not as it should."""


def database() -> None:
    ask_database("select 1", seconds=CONNECT_SECONDS)


def migrations() -> None:
    """Refuses to be ready while the code expects tables that are not there yet."""
    rows = ask_database("select app, name from django_migrations", seconds=CONNECT_SECONDS)
    applied = {(app, name) for app, name in rows}
    missing = _expected_migrations() - applied
    if missing:
        raise Unwell(f"{len(missing)} migrations are not applied, such as {'.'.join(min(missing))}")


def redis_server() -> None:
    _ping(settings.REDIS_URL)


def cache_server() -> None:
    _ping(settings.CACHE_REDIS_URL)


def broker() -> None:
    with current_app.connection_for_read(connect_timeout=CONNECT_SECONDS) as link:
        link.connect()


def workers() -> None:
    """Beat and at least one worker live: one sent the heartbeat, the other wrote it down."""
    seen_at = beat_seen_at()
    if seen_at is None or clock.now() - seen_at > SILENCE:
        raise Unwell("no heartbeat of beat has come through a worker lately")


@cache
def _expected_migrations() -> frozenset[tuple[str, str]]:
    """What the files of this release hold; read once, because they do not change under a running process."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).graph.nodes)


def _ping(url: str) -> None:
    client = redis.Redis.from_url(url, socket_timeout=CONNECT_SECONDS, socket_connect_timeout=CONNECT_SECONDS)
    try:
        client.ping()
    finally:
        client.close()

"""The servers a development command needs: those the environment names, and embedded ones for the rest."""

import os
from pathlib import Path

import psycopg

from config import env
from config.embedded.local import ROOT, LocalFolder
from config.embedded.postgres import EmbeddedPostgres, packaged_binaries
from config.embedded.processes import StartFailed
from config.embedded.redis import EmbeddedRedis

NAMES = ("DATABASE_URL", "REDIS_URL")
OLDEST_POSTGRES = 15


class Servers:
    """PostgreSQL and Redis under a local folder, each only where the environment names none."""

    def __init__(self, folder: Path) -> None:
        self.embedded: dict[str, EmbeddedPostgres | EmbeddedRedis] = {}
        self.urls = {name: env.text(name) for name in NAMES}
        if not self.urls["DATABASE_URL"]:
            self.embedded["DATABASE_URL"] = EmbeddedPostgres(folder / "postgres")
        if not self.urls["REDIS_URL"]:
            self.embedded["REDIS_URL"] = EmbeddedRedis(folder / "redis")

    def start(self) -> dict[str, str]:
        """Starts what is embedded, checks that the others answer, and returns all URLs by variable."""
        for name, server in self.embedded.items():
            self.urls[name] = server.start()
        if "DATABASE_URL" not in self.embedded:
            _require_database(self.urls["DATABASE_URL"])
        if "REDIS_URL" not in self.embedded:
            _require_redis(self.urls["REDIS_URL"])
        return self.urls

    def stop(self) -> None:
        """Redis first: what still writes its last words does so to the database."""
        for server in reversed(self.embedded.values()):
            server.stop()

    def kill(self) -> None:
        for server in self.embedded.values():
            server.kill()

    def wipe(self) -> None:
        for server in self.embedded.values():
            if isinstance(server, EmbeddedPostgres):
                server.wipe()

    def dead(self) -> EmbeddedPostgres | EmbeddedRedis | None:
        """The first embedded server that ended by itself."""
        for server in self.embedded.values():
            if server.process is not None and server.process.poll() is not None:
                return server
        return None


def local_folder() -> LocalFolder:
    return LocalFolder(Path(env.text("LOCAL_DIR", str(ROOT / ".local"))))


def development_environment(folder: LocalFolder, urls: dict[str, str]) -> dict[str, str]:
    """What manage.py, web, worker and beat are started with; whatever the person at the terminal has set stays."""
    generated = {name: value for name, value in folder.secrets().items() if not env.text(name)}
    return {
        **os.environ,
        **generated,
        **urls,
        "LOCAL_DIR": str(folder.path),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONUNBUFFERED": "1",
        # For `manage.py dbshell`, where the machine has no psql of its own.
        "PATH": os.pathsep.join([os.environ.get("PATH", os.defpath), *_psql_folder()]),
    }


def _psql_folder() -> list[str]:
    try:
        return [str(packaged_binaries())]
    except StartFailed:
        return []


def _require_database(url: str) -> None:
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            found = connection.info.server_version // 10_000
    except psycopg.Error as error:
        raise StartFailed(f"The database that DATABASE_URL names does not let us in: {str(error).strip()}") from error
    if found < OLDEST_POSTGRES:
        raise StartFailed(f"DATABASE_URL names a PostgreSQL {found}; {OLDEST_POSTGRES} or newer is needed.")


def _require_redis(url: str) -> None:
    import redis  # noqa: PLC0415 - costs a tenth of a second, and only who brings a Redis of their own pays it

    try:
        client = redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5)
        client.ping()
        client.close()
    except (redis.RedisError, ValueError) as error:
        raise StartFailed(f"The Redis that REDIS_URL names does not let us in: {error}") from error

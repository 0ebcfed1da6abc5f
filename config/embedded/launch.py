"""`bin/run`: everything the platform consists of, on one terminal.

1. Take possession of the local folder and check that the port is free, before anything is started.
2. Start PostgreSQL and Redis, unless the environment names others.
3. Migrate and load the demo world, unless the database says that this was done for this very code.
4. Start web, worker and beat; when the web answers, say where everything is.
5. Wait for Ctrl-C, SIGTERM or the death of any process, then stop beat, worker, web, Redis, PostgreSQL.
"""

import argparse
import http.client
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from types import FrameType

from django.core.exceptions import ImproperlyConfigured

from config import env
from config.embedded.banner import banner
from config.embedded.group import Group
from config.embedded.local import ROOT, LocalFolder, Owner
from config.embedded.network import allowed_hosts, public_url, reachable
from config.embedded.processes import StartFailed, last_lines, require_free
from config.embedded.provision import demo_world_of
from config.embedded.servers import Servers, development_environment, local_folder

WEB_SECONDS = 60
CELERY = ("-m", "celery", "-q", "-A", "config.celery")
WORKER = (*CELERY, "worker", "-P", "threads", "-c", "4", "-l", "INFO", "--without-mingle", "--without-gossip")
# Its schedule stays in memory: a file would only be one more thing that a kill -9 can corrupt.
BEAT = (*CELERY, "beat", "-l", "INFO", "--pidfile=", "-S", "celery.beat:Scheduler")
# In this order, each with the seconds it is given before it is killed.
STOPPING = {"setup": 5.0, "beat": 5.0, "worker": 10.0, "web": 8.0}
POLL_SECONDS = 0.1
# Static files are served from where they lie, and a demo in a container has no user but root.
EXPECTED_WARNINGS = "ignore:No directory at,ignore:You're running the worker with superuser privileges"
HELP = """\
environment:
  PORT=8000              where the platform listens
  HOST=127.0.0.1         on which address; 0.0.0.0 lets other machines in
  DATABASE_URL=          a PostgreSQL of your own (15 or newer); none is started then
  REDIS_URL=             a Redis of your own; none is started then
  LOCAL_DIR=.local       where data and generated secrets live
  RATE_LIMITS=off        lift all rate limits, for benchmarks
  NO_COLOR=1             plain output

A file .env may hold these and all the others that .env.example lists."""


def web_command(host: str, port: int) -> tuple[str, ...]:
    """Uvicorn on one port. Whom to believe about X-Forwarded-For is for `common.client_ip` alone to decide."""
    return (
        *("-m", "uvicorn", "config.asgi:application", "--host", host, "--port", str(port)),
        *("--loop", "uvloop", "--http", "httptools", "--ws", "websockets-sansio", "--ws-max-size", "65536"),
        *("--no-proxy-headers", "--no-server-header", "--no-access-log", "--log-level", "warning"),
        *("--lifespan", "on", "--timeout-graceful-shutdown", "3"),
    )


class Launcher:
    def __init__(self) -> None:
        self.began = time.monotonic()
        self.host = env.text("HOST", "127.0.0.1")
        self.port = env.whole("PORT", 8000, least=1, most=65535)
        self.address = public_url(self.host, self.port)
        self.owner = Owner("bin/run", os.getpid(), self.address)
        self.folder: LocalFolder = local_folder()
        self.servers: Servers | None = None
        self.group: Group | None = None
        self.stopping = threading.Event()

    def run(self, *, fresh: bool) -> int:
        self._take_possession()
        require_free(self.host, self.port)
        self._listen_to_signals()
        self.servers = Servers(self.folder.path)
        if fresh:
            self.servers.wipe()
            self.folder.wipe()
        try:
            return self._bring_up(self.servers)
        except StartFailed as failure:
            if not self.stopping.is_set():
                print(f"\n{failure}", file=sys.stderr, flush=True)
            return 1
        finally:
            self._take_down()

    def _take_possession(self) -> None:
        other = self.folder.claim(self.owner)
        if other is not None:
            raise StartFailed(
                f"{self.folder.path} is in use by {other}. Stop it first; "
                "a second one beside it needs a folder and a port of its own: LOCAL_DIR=… PORT=… bin/run"
            )

    def _bring_up(self, servers: Servers) -> int:
        if servers.embedded:
            names = " and ".join(server.name for server in servers.embedded.values())
            print(f"Starting {names}", flush=True)
        urls = servers.start()
        self.folder.announce(replace(self.owner, servers=urls))
        self.group = Group(self._environment(urls), on_lost_terminal=self.stopping.set)
        has_demo = self._provision(self.group, urls["DATABASE_URL"])
        if self.stopping.is_set():
            return 0
        self.group.start("web", *web_command(self.host, self.port))
        self.group.start("worker", *WORKER)
        self.group.start("beat", *BEAT)
        self._wait(self._web_answers, seconds=WEB_SECONDS, failure="The web server does not answer.")
        if self.stopping.is_set():
            return 0
        self.group.say(banner(self.address, time.monotonic() - self.began, has_demo=has_demo))
        self._wait(lambda: False, seconds=float("inf"), failure="")
        return 0

    def _environment(self, urls: dict[str, str]) -> dict[str, str]:
        environment = {
            "PUBLIC_URL": self.address,
            "ALLOWED_HOSTS": allowed_hosts(self.host),
            "PYTHONWARNINGS": EXPECTED_WARNINGS,
        }
        environment.update(development_environment(self.folder, urls))
        return environment

    def _provision(self, group: Group, database_url: str) -> bool:
        """Returns whether the database holds the demo world."""
        has_demo = demo_world_of(database_url)
        if has_demo is not None:
            return has_demo
        setup = group.start("setup", "-m", "config.embedded.provision")
        while setup.poll() is None and not self.stopping.wait(POLL_SECONDS):
            pass
        group.stop("setup", seconds=5)
        if self.stopping.is_set():
            return False
        if setup.returncode:
            raise StartFailed("The database could not be brought up to date; the lines above say why.")
        return bool(demo_world_of(database_url))

    def _wait(self, done: Callable[[], bool], *, seconds: float, failure: str) -> None:
        """Returns when `done()` or when asked to stop; raises StartFailed when anything ends by itself."""
        deadline = time.monotonic() + seconds
        while not self.stopping.wait(POLL_SECONDS) and not done():
            self._require_life()
            if time.monotonic() > deadline:
                raise StartFailed(failure)

    def _require_life(self) -> None:
        # Servers first: a part that dies of a missing server is not the culprit.
        dead_server = self.servers.dead() if self.servers else None
        if dead_server is not None:
            raise StartFailed(
                f"{dead_server.name} ended by itself, so everything is stopped.\n{last_lines(dead_server.log)}"
            )
        dead_child = self.group.dead() if self.group else None
        if dead_child is not None:
            name, code = dead_child
            raise StartFailed(f"{name} {_ended(code)}, so everything is stopped. Its last lines above say more.")

    def _web_answers(self) -> bool:
        connection = http.client.HTTPConnection(reachable(self.host), self.port, timeout=10)
        try:
            connection.request("GET", "/health", headers={"Host": f"localhost:{self.port}"})
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _take_down(self) -> None:
        began = time.monotonic()
        self.stopping.set()
        if self.group:
            if self.group.children:
                self.group.say("Stopping (Ctrl-C again kills everything at once)")
            for name, seconds in STOPPING.items():
                self.group.stop(name, seconds=seconds)
        if self.servers:
            self.servers.stop()
        if self.group:
            self.group.say(f"Stopped in {time.monotonic() - began:.1f} s; the data stays in {self.folder.path}")

    def _listen_to_signals(self) -> None:
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, self._on_signal)

    def _on_signal(self, signum: int, _frame: FrameType | None) -> None:
        # Supervisors repeat SIGTERM; only a person's second Ctrl-C means "now".
        if self.stopping.is_set() and signum == signal.SIGINT:
            for running in (self.group, self.servers):
                if running:
                    running.kill()
            os._exit(128 + signum)
        self.stopping.set()


def _ended(code: int) -> str:
    return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended by itself with code {code}"


def _refuse_production() -> None:
    if env.text("ENVIRONMENT") == "production":
        raise StartFailed("bin/run is for development and demos. Production runs as docs/deploying.md describes.")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="bin/run",
        description="Sets everything up and runs the platform: PostgreSQL, Redis, web, worker, beat. Ctrl-C stops it.",
        epilog=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--fresh", action="store_true", help="wipe the local data and secrets first")
    options = parser.parse_args()
    try:
        env.load_file(ROOT / ".env")
        _refuse_production()
        return Launcher().run(fresh=options.fresh)
    except (StartFailed, ImproperlyConfigured) as failure:
        print(failure, file=sys.stderr)
        return 1


if __name__ == "__main__":
    raise SystemExit(main())

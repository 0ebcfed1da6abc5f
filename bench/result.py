"""A result as it is kept: what was measured, of which code, on what machine, how calm it was."""

import json
import os
import platform
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.figures import Figure, Row
from bench.servers import ROOT
from common import clock

RESULTS = ROOT / "bench" / "results"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Result:
    taken_at: str
    commit: str
    machine: dict[str, Any]
    options: dict[str, Any]
    noise: dict[str, Figure]
    rows: list[Row]

    @classmethod
    def now(cls, rows: list[Row], noise: Mapping[str, Figure], options: Mapping[str, Any]) -> "Result":
        taken_at = clock.now().isoformat(timespec="seconds")
        return cls(taken_at, _commit(), _machine(), dict(options), dict(noise), rows)

    @classmethod
    def load(cls, path: Path) -> "Result":
        stored = json.loads(path.read_text())
        if stored.pop("format", None) != FORMAT:
            raise ValueError(f"{path} is not a result of this version of bin/bench.")
        stored["noise"] = {name: Figure(**figure) for name, figure in stored["noise"].items()}
        stored["rows"] = [Row.from_json(row) for row in stored["rows"]]
        return cls(**stored)

    @property
    def default_name(self) -> str:
        """Sorts by time and says which code it was: `20261121-071500-6e3091e`."""
        return f"{self.taken_at[:19].replace('-', '').replace(':', '').replace('T', '-')}-{self.commit}"

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"format": FORMAT, **asdict(self)}, indent=1) + "\n")

    @property
    def sound(self) -> bool:
        """True if nothing failed that must not, and every budget and limit is kept."""
        return all(row.within_limits and row.within_budget for row in self.rows)


def _commit() -> str:
    """The short hash of the commit, marked if the files differ from it."""
    git = shutil.which("git")
    if git is None:
        return "unknown"
    # Measuring must not touch the repository, not even its index.
    words = [git, "--no-optional-locks", "describe", "--always", "--exclude=*", "--dirty=-changed"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def _machine() -> dict[str, Any]:
    names = [line.partition(":")[2].strip() for line in _cpu_lines() if line.startswith("model name")]
    return {
        "processors": os.cpu_count(),
        "model": names[0] if names else platform.machine(),
        "python": platform.python_version(),
    }


def _cpu_lines() -> Sequence[str]:
    return Path("/proc/cpuinfo").read_text().splitlines()

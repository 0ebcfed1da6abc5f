"""What every app's demo seeder is given.

A seeder is a function listed in `DEMO_SEEDERS`; it takes a `DemoWorld` and adds what is missing of its app's part. It
runs in one transaction, adds nothing when called again, and derives everything from fixed names, the dice and today.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import TypeVar

T = TypeVar("T")

SEED = 20_240_120
BATCH = 1_000
BAR_WIDTH = 30


@dataclass(frozen=True)
class DemoWorld:
    """`scale` 1 is the demo; each step above adds a crowd of thousands for benchmarks."""

    scale: int
    today: date
    # On a terminal only: a bar written into a file is noise.
    shows_progress: bool = field(default_factory=sys.stdout.isatty)

    def dice(self, what: str) -> Random:
        """The same throws every time, and independent of how often other seeders throw."""
        return Random(f"{SEED} {what}")  # noqa: S311 - a demo must be predictable

    def batches(self, what: str, rows: Sequence[T]) -> Iterator[Sequence[T]]:
        """Cuts rows into pieces for bulk inserts and shows how far they have come."""
        for start in range(0, len(rows), BATCH):
            yield rows[start : start + BATCH]
            self._show(what, min(start + BATCH, len(rows)), len(rows))

    def _show(self, what: str, done: int, total: int) -> None:
        if not self.shows_progress:
            return
        filled = BAR_WIDTH * done // total
        end = "\n" if done == total else ""
        sys.stdout.write(f"\r{what:12} [{'█' * filled}{'·' * (BAR_WIDTH - filled)}] {done:,} of {total:,}{end}")
        sys.stdout.flush()

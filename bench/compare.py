"""What changed since an earlier result, and which of the changes are more than the machine's mood."""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.figures import Figure, Row
from bench.result import Result

# For each figure that is compared: whether more of it is better, and the least change that counts. Processor time is
# steady; speed and waiting times depend on what else the machine does.
COMPARED = {"per_second": (True, 0.10), "p50_ms": (False, 0.10), "p99_ms": (False, 0.25), "cpu_ms": (False, 0.05)}


@dataclass(frozen=True, slots=True)
class Change:
    figure: str
    before: Figure
    after: Figure

    @property
    def ratio(self) -> float:
        return self.after.median / self.before.median if self.before.median else float("inf")

    @property
    def verdict(self) -> str:
        """`better` or `worse` if the rounds of both results lie apart and the medians differ enough, else empty."""
        more_is_better, least = COMPARED[self.figure]
        overlap = self.after.least <= self.before.most and self.before.least <= self.after.most
        if overlap or abs(self.ratio - 1) < least:
            return ""
        return "better" if (self.ratio > 1) == more_is_better else "worse"


@dataclass(frozen=True, slots=True)
class Comparison:
    row: Row
    changes: list[Change]


def comparisons(before: Result, after: Result) -> Iterator[Comparison]:
    """One for each row that both results have, in the order of the later one."""
    known = {row.key: row for row in before.rows}
    for row in after.rows:
        if row.key in known:
            old = known[row.key].http
            yield Comparison(row, [Change(name, old[name], row.http[name]) for name in COMPARED])


def machine_ratio(before: Result, after: Result) -> float:
    """How much more time the same work takes on the later machine; processor times differ by it without any cause."""
    return Change("cpu_ms", before.noise["yardstick_ms"], after.noise["yardstick_ms"]).ratio

"""From the samples of single runs to the figures of a result: percentiles, medians over the rounds, their spread."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

PERCENTILES = (50, 95, 99)


@dataclass(slots=True)
class Sample:
    """What one driver process saw in one run: seconds of waiting for each answer, by part of the mix."""

    seconds: float = 0.0
    # Those that ended within the run's time; the few that ended after it count for everything but the speed.
    completed_in_time: int = 0
    latencies: dict[str, list[float]] = field(default_factory=dict)
    statuses: Counter[str] = field(default_factory=Counter)
    errors: int = 0
    driver_cpu_seconds: float = 0.0

    @property
    def answers(self) -> int:
        return sum(map(len, self.latencies.values()))


@dataclass(frozen=True, slots=True)
class Figure:
    """The median over the rounds, and the extremes that tell how far to trust it."""

    median: float
    least: float
    most: float

    @classmethod
    def over(cls, values: Sequence[float]) -> "Figure":
        return cls(round(median(values), 4), round(min(values), 4), round(max(values), 4))

    @property
    def noise(self) -> float:
        """How far the extremes lie apart, as a share of the median."""
        return (self.most - self.least) / self.median if self.median else 0.0


Figures = dict[str, Figure]


@dataclass(frozen=True, slots=True)
class Limits:
    """How long 95 and 99 of a hundred answers may take at most, and which share may be errors; less than each."""

    p95_ms: float
    p99_ms: float
    error_share: float

    def kept_by(self, figures: Figures) -> bool:
        return figures["p95_ms"].median < self.p95_ms and figures["p99_ms"].median < self.p99_ms


@dataclass(slots=True)
class Row:
    """The figures of one scenario on one server with one number of clients."""

    server: str
    scenario: str
    clients: int
    budget_ms: float | None
    http: Figures
    sql: Figures
    parts: dict[str, Figures]
    statuses: dict[str, int]
    errors: int
    limits: Limits | None = None

    @property
    def key(self) -> tuple[str, str, int]:
        return (self.server, self.scenario, self.clients)

    @property
    def within_budget(self) -> bool:
        return self.budget_ms is None or self.http["cpu_ms"].median <= self.budget_ms

    @property
    def error_share(self) -> float:
        return self.errors / max(sum(self.statuses.values()), 1)

    @property
    def within_limits(self) -> bool:
        """True if as few requests failed as may, and nobody, by any part of the mix, waited longer than allowed."""
        if self.limits is None:
            return self.errors == 0
        waited = [self.http, *self.parts.values()]
        return self.error_share < self.limits.error_share and all(map(self.limits.kept_by, waited))

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Row":
        return cls(
            **{
                **stored,
                "http": _figures(stored["http"]),
                "sql": _figures(stored["sql"]),
                "parts": {part: _figures(figures) for part, figures in stored["parts"].items()},
                "limits": Limits(**stored["limits"]) if stored.get("limits") else None,
            }
        )


def percentile(ordered: Sequence[float], percent: float) -> float:
    """The smallest value that at least `percent` per cent of the values do not exceed (nearest rank)."""
    if not ordered:
        return math.nan
    return ordered[max(math.ceil(len(ordered) * percent / 100), 1) - 1]


def latency_figures(latencies: Iterable[float]) -> dict[str, float]:
    ordered = sorted(latencies)
    return {f"p{percent}_ms": percentile(ordered, percent) * 1000 for percent in PERCENTILES}


def run_figures(samples: Sequence[Sample], cpu_seconds: Mapping[str, float]) -> dict[str, float]:
    """The figures of one run, whose driver processes saw `samples` while the servers used `cpu_seconds`."""
    answers = sum(sample.answers for sample in samples)
    each_ms = {name: seconds * 1000 / max(answers, 1) for name, seconds in cpu_seconds.items()}
    return {
        "per_second": sum(sample.completed_in_time / sample.seconds for sample in samples),
        **latency_figures(value for sample in samples for values in sample.latencies.values() for value in values),
        **{f"{name}_ms": value for name, value in each_ms.items()},
        "cpu_ms": each_ms.get("web", 0.0) + each_ms.get("postgres", 0.0),
        "driver_ms": sum(sample.driver_cpu_seconds for sample in samples) * 1000 / max(answers, 1),
    }


def over_rounds(rounds: Sequence[Mapping[str, float]]) -> Figures:
    return {name: Figure.over([figures[name] for figures in rounds]) for name in rounds[0]} if rounds else {}


def _figures(stored: Mapping[str, Mapping[str, float]]) -> Figures:
    return {name: Figure(**figure) for name, figure in stored.items()}

"""What a scenario is, and how all of them are found."""

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg

import bench.scenarios
from bench.figures import Limits
from bench.wire import Request

# One statement with its parameters; several make one transaction.
Statement = tuple[str, Sequence[Any]]
Work = Sequence[Statement]

# All are asked for a fresh iterator in every run and are given a number that no other run gets, so that requests
# which may be made only once (a booking of one time) differ from run to run.
RequestSource = Callable[[int], Iterator[Request]]
SqlSource = Callable[[int], Iterator[Work]]
CallSource = Callable[[int], Iterator[Callable[[], object]]]
Item = TypeVar("Item")
Database = psycopg.Connection[tuple[Any, ...]]


def no_requests(_take: int) -> Iterator[Request]:
    return iter(())


@dataclass(frozen=True, slots=True)
class Load:
    """What a scenario sends: requests over HTTP and, for comparison, the statements such a request comes down to.

    What no request does alone is called instead.
    """

    requests: RequestSource = no_requests
    bare_sql: SqlSource | None = None
    calls: CallSource | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """`setup` may write to the database and use the models; it runs once, before the servers start.

    `budget_ms` is the processor time of web and PostgreSQL together that one request may cost. `limits` are for
    waiting, of all requests together and of each part of a mix; with them a few errors are allowed, else none is.
    """

    name: str
    setup: Callable[[Database], Load]
    budget_ms: float | None = None
    limits: Limits | None = None


class UnknownScenario(Exception):
    """There is no scenario of this name; the message lists those there are."""


def all_scenarios() -> dict[str, Scenario]:
    """Every scenario of every module in `bench/scenarios/`, by name. Django must be set up."""
    found: dict[str, Scenario] = {}
    for module in sorted(info.name for info in pkgutil.iter_modules(bench.scenarios.__path__)):
        for scenario in importlib.import_module(f"bench.scenarios.{module}").SCENARIOS:
            if scenario.name in found:
                raise ValueError(f"Two scenarios are called {scenario.name!r}.")
            found[scenario.name] = scenario
    return found


def chosen(names: Sequence[str]) -> list[Scenario]:
    """The scenarios of these names in this order; all of them if none is named."""
    found = all_scenarios()
    for name in names:
        if name not in found:
            raise UnknownScenario(f"There is no scenario {name!r}; there are: {', '.join(found)}.")
    return [found[name] for name in names or found]


def spread(items: Sequence[Item], start: int) -> Iterator[Item]:
    """Goes round through `items` forever in big steps, from a place that depends on `start`."""
    step = 7919 if len(items) % 7919 else 7907
    place = start * 104_729
    while True:
        place += step
        yield items[place % len(items)]


def mixed(parts: Sequence[tuple[int, RequestSource]]) -> RequestSource:
    """One source out of several: of `sum(weights)` requests each part makes as many as its weight, evenly spread."""

    def requests(take: int) -> Iterator[Request]:
        sources = [source(take) for _, source in parts]
        total = sum(weight for weight, _ in parts)
        credit = [0] * len(parts)
        while True:
            credit = [have + weight for have, (weight, _) in zip(credit, parts, strict=True)]
            turn = credit.index(max(credit))
            credit[turn] -= total
            yield next(sources[turn])

    return requests

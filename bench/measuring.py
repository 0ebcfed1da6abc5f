"""All runs of a measurement, interleaved: what disturbs the machine for a while disturbs every column alike."""

import os
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bench import cpu
from bench.call_driver import CallDriver
from bench.drivers import Driver, DriverFailed, Run, run_together
from bench.figures import Figure, Row, Sample, latency_figures, over_rounds, run_figures
from bench.http_driver import HttpDriver
from bench.scenario import CallSource, Load, RequestSource, Scenario
from bench.servers import WebServer
from bench.sql_driver import SqlDriver
from bench.world import World

PROCESSES = os.cpu_count() or 2


@dataclass(frozen=True, slots=True)
class Plan:
    clients: Sequence[int]
    seconds: float
    warm_up: float
    rounds: int


@dataclass(slots=True)
class Noise:
    """How calm the machine was: processors that others kept busy, and the time a fixed piece of work took."""

    busy_elsewhere: list[float] = field(default_factory=list)
    yardstick_ms: list[float] = field(default_factory=list)

    def figures(self) -> dict[str, Figure]:
        return {
            "busy_elsewhere": Figure.over(self.busy_elsewhere),
            "yardstick_ms": Figure.over(self.yardstick_ms),
        }


@dataclass(slots=True)
class Rounds:
    """What the rounds of one cell of the table brought."""

    figures: list[dict[str, float]] = field(default_factory=list)
    parts: dict[str, list[dict[str, float]]] = field(default_factory=lambda: defaultdict(list))
    statuses: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    errors: int = 0

    def add(self, run: Run) -> None:
        self.figures.append(run_figures(run.samples, run.cpu_seconds))
        for sample in run.samples:
            self.errors += sample.errors
            for status, count in sample.statuses.items():
                self.statuses[status] += count
            for part, latencies in sample.latencies.items():
                if part:
                    per_second = len(latencies) / sample.seconds
                    self.parts[part].append({"per_second": per_second, **latency_figures(latencies)})


class Measurement:
    def __init__(self, plan: Plan, world: World, servers: Sequence[WebServer], loads: Mapping[str, Load]) -> None:
        self.noise = Noise()
        self._plan = plan
        self._world = world
        self._servers = servers
        self._loads = loads
        self._takes = 0
        self._http: dict[tuple[str, str, int], Rounds] = defaultdict(Rounds)
        self._sql: dict[tuple[str, int], Rounds] = defaultdict(Rounds)

    def run(self, scenarios: Sequence[Scenario], tell: Callable[[str], None]) -> list[Row]:
        """Goes through every cell in every round and returns the rows in the order of scenarios, clients, servers."""
        for number in range(self._plan.rounds):
            self.noise.yardstick_ms.append(cpu.yardstick_ms())
            for scenario in scenarios:
                for clients in self._plan.clients:
                    tell(f"round {number + 1} of {self._plan.rounds}: {scenario.name}, {clients} clients")
                    self._measure_cell(scenario, clients)
        return [
            self._row(scenario, clients, server)
            for scenario in scenarios
            for clients in self._plan.clients
            for server in self._servers
        ]

    def _measure_cell(self, scenario: Scenario, clients: int) -> None:
        load = self._loads[scenario.name]
        for server in self._servers:
            run = self._call(load.calls, clients) if load.calls else self._ask(load.requests, server, clients)
            self._http[server.name, scenario.name, clients].add(run)
        if load.bare_sql is not None:
            drivers = [
                SqlDriver(self._world.database_url, load.bare_sql, first_take=self._next_take(share), connections=share)
                for share in shares(clients, PROCESSES)
            ]
            self._sql[scenario.name, clients].add(self._run(drivers, {"postgres": self._world.postgres_pid}))

    def _ask(self, requests: RequestSource, server: WebServer, clients: int) -> Run:
        http = HttpDriver(server.port, requests(self._next_take()), clients=clients)
        return self._run([http], {"web": server.pid, **self._stores})

    def _call(self, calls: CallSource, clients: int) -> Run:
        drivers = [
            CallDriver(calls, first_take=self._next_take(share), threads=share) for share in shares(clients, PROCESSES)
        ]
        run = self._run(drivers, self._stores)
        run.cpu_seconds["web"] = sum(sample.driver_cpu_seconds for sample in run.samples)
        return run

    @property
    def _stores(self) -> dict[str, int]:
        return {"postgres": self._world.postgres_pid, "redis": self._world.redis_pid}

    def _run(self, drivers: Sequence[Driver], meters: Mapping[str, int]) -> Run:
        run = run_together(drivers, meters=meters, seconds=self._plan.seconds, warm_up=self._plan.warm_up)
        if not any(sample.answers for sample in run.samples):
            raise DriverFailed(f"Nothing was answered: {_seen(run.samples)}")
        self.noise.busy_elsewhere.append(run.busy_elsewhere)
        return run

    def _row(self, scenario: Scenario, clients: int, server: WebServer) -> Row:
        http, sql = self._http[server.name, scenario.name, clients], self._sql[scenario.name, clients]
        return Row(
            server=server.name,
            scenario=scenario.name,
            clients=clients,
            budget_ms=scenario.budget_ms,
            http=over_rounds(http.figures),
            sql=over_rounds(sql.figures),
            parts={part: over_rounds(rounds) for part, rounds in http.parts.items()},
            statuses=dict(http.statuses),
            errors=http.errors + sql.errors,
            limits=scenario.limits,
        )

    def _next_take(self, count: int = 1) -> int:
        first = self._takes
        self._takes += count
        return first


def shares(clients: int, processes: int) -> list[int]:
    """As equal parts of `clients` as there are processes to employ, none of them empty."""
    count = min(clients, processes)
    return [clients // count + (number < clients % count) for number in range(count)]


def _seen(samples: Sequence[Sample]) -> str:
    return ", ".join(f"{count} x {status}" for sample in samples for status, count in sample.statuses.items())

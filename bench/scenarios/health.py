"""The cheapest request there is: what the server, the middleware and the logs cost everybody."""

from itertools import repeat

from bench.scenario import Database, Load, Scenario
from bench.wire import get


def setup(_database: Database) -> Load:
    request = get("/health")
    return Load(requests=lambda _take: repeat(request))


SCENARIOS = [Scenario("health", setup, budget_ms=1.0)]

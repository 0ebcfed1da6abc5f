"""The platform's catalog: asked about again, sent whole from what a process keeps, and read anew.

Read anew means that each request finds the catalog changed: its version is taken away before the request is sent.
"""

from collections.abc import Iterator
from itertools import repeat

from django.core.cache import cache

from bench.scenario import Database, Load, Scenario
from bench.wire import Request, get
from catalog.selectors.catalog_version import KEY
from catalog.selectors.listings import in_catalog_order

PATH = "/api/v1/services/catalog"


def unchanged(_database: Database) -> Load:
    # Any tag costs the same to compare; this one is always right.
    request = get(PATH, headers={"If-None-Match": "*"}, accepts=frozenset({304}))
    return Load(requests=lambda _take: repeat(request))


def kept(_database: Database) -> Load:
    request = get(PATH)
    return Load(requests=lambda _take: repeat(request))


def read_anew(_database: Database) -> Load:
    request = get(PATH)

    def each_after_a_change(_take: int) -> Iterator[Request]:
        while True:
            cache.delete(KEY)
            yield request

    work = [in_catalog_order().query.sql_with_params()]
    return Load(requests=each_after_a_change, bare_sql=lambda _take: repeat(work))


SCENARIOS = [
    Scenario("catalog-304", unchanged, budget_ms=1.0),
    Scenario("catalog-kept", kept, budget_ms=1.0),
    Scenario("catalog-changed", read_anew, budget_ms=12.0),
]

"""`GET /services/search` as people use it: words typed in part, a category and a price, a place, a day."""

from collections.abc import Sequence
from functools import partial
from itertools import repeat
from urllib.parse import urlencode

from bench.scenario import Database, Load, Scenario, mixed, spread
from bench.wire import Request, get
from catalog.models import Category
from catalog.opening import ONE_DAY
from common import clock

PATH = "/api/v1/services/search"
DAYS = 14


def searches(_database: Database) -> Load:
    slugs = list(Category.objects.active().values_list("slug", flat=True))
    parts = (
        (4, [_search("words", query=word, page=page) for word in _typed() for page in (1, 2)]),
        (2, [_search("browsing", category=slug, sort_by=order) for slug in slugs for order in ("rating", "price")]),
        (2, [_search("narrowed", category=slug, min_price=500, max_price=2_000) for slug in slugs]),
        (1, [_search("nearby", lat=lat, lng=lng, radius_km=10, sort_by="distance") for lat, lng in _places()]),
    )
    return Load(requests=mixed([(weight, partial(spread, requests)) for weight, requests in parts]))


def searches_by_time(_database: Database) -> Load:
    """What looks at everybody's calendar: a day with something free, and who is free first."""
    today = clock.now().date()
    days = [_search("day", availability=(today + n * ONE_DAY).isoformat()) for n in range(1, DAYS)]
    first = _search("first free", sort_by="next_available")
    return Load(requests=mixed([(1, partial(spread, days)), (1, lambda _take: repeat(first))]))


def _search(part: str, **asked: object) -> Request:
    return get(f"{PATH}?{urlencode(asked)}", part=part)


def _typed() -> Sequence[str]:
    """Whole words and beginnings, common ones and rare ones."""
    return ("mass", "facial", "career coach", "strategy consultation", "brooklyn", "meera", "spa", "consultati", "tax")


def _places() -> Sequence[tuple[float, float]]:
    return ((22.552, 88.352), (22.58, 88.415), (12.9719, 77.6412), (28.6315, 77.2167), (40.6782, -73.9442))


SCENARIOS = [
    Scenario("search", searches, budget_ms=12.0),
    Scenario("search-by-time", searches_by_time),
]

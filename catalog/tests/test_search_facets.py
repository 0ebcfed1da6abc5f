"""Counts by category and price, against counting one by one."""

from collections import Counter
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.models import Category
from catalog.search_facets import CategoryName, Cell, facets, price_bounds
from catalog.tests.factories import category
from catalog.tests.search_cast import expert, found, offer
from common.money import MOST_MINOR, Money

NAMES = [CategoryName(n % 2, name, name.lower()) for n, name in enumerate(("Hair", "Nail", "Facial"))]


class Offer(NamedTuple):
    category: CategoryName | None
    minor: int
    currency: str


OFFERS = st.lists(
    st.builds(Offer, st.sampled_from([None, *NAMES]), st.integers(0, 500_000), st.sampled_from(["INR", "USD"]))
)
CHOSEN = st.sampled_from([None, *NAMES])
BOUNDS = st.none() | st.integers(0, 500_000)


def step_of(each: Offer) -> int | None:
    """The number of the first range whose end is not below the price."""
    if each.currency != "INR":
        return None
    return sum(1 for bound in price_bounds("INR") if bound < each.minor)


@settings(max_examples=100, deadline=None)
@given(offers=OFFERS, chosen=CHOSEN, least=BOUNDS, most=BOUNDS)
def test_counts_are_those_of_counting_one_by_one(
    offers: list[Offer], chosen: CategoryName | None, least: int | None, most: int | None
) -> None:
    def in_category(each: Offer) -> bool:
        return chosen is None or each.category == chosen

    def in_price(each: Offer) -> bool:
        if least is None and most is None:
            return True
        return each.currency == "INR" and (least or 0) <= each.minor <= (MOST_MINOR if most is None else most)

    cells = Counter((each.category, step_of(each), in_category(each), in_price(each)) for each in offers)
    counted = facets([Cell(*cell, count) for cell, count in cells.items()], "INR")

    assert counted.total == sum(in_category(each) and in_price(each) for each in offers)
    assert dict(counted.categories) == {
        name: count for name in NAMES if (count := sum(each.category == name and in_price(each) for each in offers))
    }
    assert [name for name, _ in counted.categories] == sorted(
        dict(counted.categories), key=lambda name: (name.position, name.name)
    )
    for each in counted.price_ranges:
        most_minor = MOST_MINOR if each.most is None else each.most.minor
        assert each.count == sum(
            in_category(one) and one.currency == "INR" and each.least.minor <= one.minor <= most_minor for one in offers
        )
    assert sum(each.count for each in counted.price_ranges) == sum(
        in_category(each) and each.currency == "INR" for each in offers
    )


@pytest.mark.parametrize(("currency", "first"), [("INR", 1_000), ("JPY", 10), ("KWD", 10_000)])
def test_ranges_end_at_round_amounts_of_their_currency(currency: str, first: int) -> None:
    bounds = price_bounds(currency)

    assert bounds[:4] == (first, 2 * first, 5 * first, 10 * first)
    assert list(bounds) == sorted(bounds)
    assert Money(bounds[-1], currency)


@pytest.mark.django_db
def test_each_facet_tells_what_choosing_it_would_find() -> None:
    prices = (0, 5, 10, 11, 99, 100, 500, 501, 999, 1_000, 1_001, 25_000)
    groups = [category(name, position=n) for n, name in enumerate(("Hair", "Nail"))]
    bob = expert("Bob", stars=(5,))
    for n, price in enumerate(prices):
        offer(bob if n % 3 else None, f"Offer {price}", price, category=groups[n % 2] if n % 5 else None)
    offer(bob, "In dollars", 100, currency="USD", category=groups[0])

    for query in ({}, {"category": "hair"}, {"rating": "5"}, {"min_price": "11", "max_price": "999"}):
        filters = found(**query)["filters"]
        for each in filters["categories"]:
            assert found(**{**query, "category": each["slug"]})["pagination"]["total"] == each["count"], (query, each)
        for each in filters["price_ranges"]:
            narrowed = {**query, "min_price": each["min"], "max_price": each["max"]}
            assert found(**narrowed)["pagination"]["total"] == each["count"], (query, each)
    assert Category.objects.count() == 2

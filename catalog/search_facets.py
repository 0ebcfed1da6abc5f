"""How many results each category and price range holds, counted over what all the other filters let through.

1. The database counts results by category, price range, and whether the category and the price are the asked ones.
2. The total is what has both. The count of a category is what has the asked price, whatever its category; that of a
   price range is what has the asked category, whatever its price.
3. Price ranges have round upper bounds, 10, 20, 50, 100, … units of one currency, which belong to them: from 500.01 to
   1000.00. Prices in other currencies are in none.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from common.money import MOST_MINOR, Money, exponent

# Steps of 1, 2 and 5: about as many ranges on any page as one wants to choose from.
_STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class CategoryName:
    position: int
    name: str
    slug: str


@dataclass(frozen=True, slots=True)
class Cell:
    """Results that are alike: `price_step` is the number of their range, None for those of other currencies."""

    category: CategoryName | None
    price_step: int | None
    is_in_category: bool
    is_in_price: bool
    count: int


@dataclass(frozen=True, slots=True)
class PriceRange:
    """Both ends included; nothing bounds the last one."""

    least: Money
    most: Money | None
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    total: int
    categories: list[tuple[CategoryName, int]]
    price_ranges: list[PriceRange]


@cache
def price_bounds(currency: str) -> tuple[int, ...]:
    """The upper bounds of all ranges, in minor units, ascending."""
    unit = 10 ** exponent(currency)
    bounds = [step * unit * 10**power for power in range(1, 16) for step in _STEPS]
    return tuple(bound for bound in bounds if bound <= MOST_MINOR)


def facets(cells: Iterable[Cell], currency: str) -> Facets:
    """Categories in the catalog's order, ranges from the cheapest; what holds nothing is left out."""
    total = 0
    categories: Counter[CategoryName] = Counter()
    steps: Counter[int] = Counter()
    for cell in cells:
        if cell.is_in_category and cell.is_in_price:
            total += cell.count
        if cell.is_in_price and cell.category is not None:
            categories[cell.category] += cell.count
        if cell.is_in_category and cell.price_step is not None:
            steps[cell.price_step] += cell.count
    in_order = sorted(categories.items(), key=lambda item: (item[0].position, item[0].name))
    return Facets(total, in_order, [_price_range(step, currency, count) for step, count in sorted(steps.items())])


def _price_range(step: int, currency: str, count: int) -> PriceRange:
    bounds = price_bounds(currency)
    least = bounds[step - 1] + 1 if step else 0
    most = Money(bounds[step], currency) if step < len(bounds) else None
    return PriceRange(Money(least, currency), most, count)

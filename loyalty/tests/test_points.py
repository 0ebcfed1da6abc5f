"""Points are earned in full units, spent soonest-ending first, and taken back in the customer's favour."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.ids import new_id
from common.money import Money
from loyalty.points import Lot, drawn, expiry_of, most_points_for, points_for, put_back, to_take_back
from loyalty.tiers import BENEFITS, Ladder, Tier

KOLKATA = ZoneInfo("Asia/Kolkata")
LADDER = Ladder(silver=300, gold=800, platinum=2000)
DAY = datetime(2026, 3, 1, tzinfo=UTC)


def lot(points: int, days: int | None) -> Lot:
    return Lot(new_id(), points, None if days is None else DAY + timedelta(days=days))


@pytest.mark.parametrize(
    ("minor", "currency", "points"),
    [
        (14_999, "INR", 14),
        (15_000, "INR", 15),
        (999, "INR", 0),
        (149, "JPY", 14),
        (150_000, "KWD", 15),
        (-500, "INR", 0),
    ],
)
def test_every_full_ten_units_earn_a_point(minor: int, currency: str, points: int) -> None:
    """E260."""
    assert points_for(Money(minor, currency), 10) == points


def test_a_price_takes_as_many_points_as_it_has_room_for() -> None:
    assert most_points_for(Money(14_805, "INR"), 10) == 1480
    assert most_points_for(Money(14_805, "INR"), 0) == 0


def test_what_ends_soonest_goes_first_and_what_never_ends_last() -> None:
    """E267."""
    never, late, soon = lot(50, None), lot(10, 30), lot(5, 3)

    assert drawn([never, late, soon], 20) == [(soon.id, 5), (late.id, 10), (never.id, 5)]
    assert drawn([never, late, soon], 20, first=never.id) == [(never.id, 20)]
    assert drawn([soon], 20) == [(soon.id, 5)]


def test_what_comes_back_fills_the_longest_lived_lots_first() -> None:
    late, soon = lot(10, 30), lot(5, 3)

    assert put_back([soon, late], 15) == [(late.id, 10), (soon.id, 5)]
    assert put_back([soon, late], 7) == [(late.id, 7)]
    assert put_back([soon, late], 0) == []


def test_half_of_fifteen_takes_seven_and_the_rest_eight() -> None:
    """E265."""
    first = to_take_back(15, Fraction(1, 2), 0)

    assert (first, to_take_back(15, Fraction(1), first)) == (7, 8)
    assert to_take_back(15, Fraction(1, 2), 7) == 0


@settings(max_examples=60)
@given(st.integers(0, 5_000), st.lists(st.integers(1, 10_000), min_size=1, max_size=6))
def test_refunds_of_any_sizes_take_back_exactly_what_was_earned(earned: int, refunds: list[int]) -> None:
    paid, taken = sum(refunds), 0
    for number in range(1, len(refunds) + 1):
        more = to_take_back(earned, Fraction(sum(refunds[:number]), paid), taken)
        assert more >= 0
        taken += more

    assert taken == earned


@pytest.mark.parametrize(
    ("earned_on", "months", "last_day"),
    [
        (date(2026, 3, 15), 12, date(2027, 3, 15)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
    ],
)
def test_points_live_to_the_midnight_that_ends_their_last_day(earned_on: date, months: int, last_day: date) -> None:
    """E267."""
    midnight = datetime(last_day.year, last_day.month, last_day.day, tzinfo=KOLKATA) + timedelta(days=1)

    assert expiry_of(earned_on, months, KOLKATA) == midnight


@pytest.mark.parametrize("months", [0, None])
def test_points_that_live_for_ever_have_no_end(months: int | None) -> None:
    assert expiry_of(date(2026, 1, 1), months, KOLKATA) is None


@pytest.mark.parametrize(
    ("lifetime", "tier", "missing"),
    [
        (0, Tier.BRONZE, (Tier.SILVER, 300)),
        (299, Tier.BRONZE, (Tier.SILVER, 1)),
        (300, Tier.SILVER, (Tier.GOLD, 500)),
        (450, Tier.SILVER, (Tier.GOLD, 350)),
        (800, Tier.GOLD, (Tier.PLATINUM, 1200)),
        (2000, Tier.PLATINUM, None),
        (90_000, Tier.PLATINUM, None),
    ],
)
def test_lifetime_points_make_the_tier(lifetime: int, tier: Tier, missing: tuple[Tier, int] | None) -> None:
    assert (LADDER.tier(lifetime), LADDER.next_step(lifetime)) == (tier, missing)


def test_a_higher_tier_never_has_less_than_a_lower_one() -> None:
    told = [BENEFITS[tier].sentences() for tier in Tier]

    assert told[0] == []
    assert told[1:] == [
        ["Points stay valid 6 months longer"],
        ["Points stay valid 12 months longer", "Premium request limits"],
        ["Points never expire", "Premium request limits"],
    ]


def test_lots_of_one_midnight_go_by_age() -> None:
    older, newer = (Lot(UUID(int=number), 5, DAY) for number in (1, 2))

    assert drawn([newer, older], 6) == [(older.id, 5), (newer.id, 1)]

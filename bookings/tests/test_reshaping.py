"""What becomes of the dates of a series when its rule changes."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.reshaping import Held, reshape
from catalog.recurrence import Occurrence

FIRST = date(2026, 3, 2)


def on(day: int) -> Occurrence:
    local = datetime(2026, 3, 2, 10) + timedelta(days=day)  # noqa: DTZ001 - a clock on a wall
    return Occurrence(local.replace(tzinfo=UTC), local)


def held(day: int, *, is_fixed: bool = False) -> Held[int]:
    """Its key is its day."""
    return Held(day, FIRST + timedelta(days=day), is_fixed)


def test_a_date_that_the_rule_still_names_stays_whatever_the_clock_shows() -> None:
    plan = reshape([held(0), held(7)], [on(0), on(7)])

    assert plan.stays == [(0, on(0)), (7, on(7))]
    assert (plan.moves, plan.added, plan.dropped, plan.unfit) == ([], [], [], [])


def test_bookings_move_in_order_before_any_is_added_or_dropped() -> None:
    more = reshape([held(0), held(7)], [on(1), on(8), on(15)])
    fewer = reshape([held(0), held(7), held(14)], [on(1)])

    assert (more.moves, more.added, more.dropped) == ([(0, on(1)), (7, on(8))], [on(15)], [])
    assert (fewer.moves, fewer.added, fewer.dropped) == ([(0, on(1))], [], [7, 14])


def test_what_is_fixed_keeps_its_day_and_is_told_if_the_rule_leaves_it() -> None:
    plan = reshape([held(0, is_fixed=True), held(7)], [on(7), on(14)])

    assert plan.unfit == [0]
    assert plan.stays == [(7, on(7))]
    assert plan.added == [on(14)]


@settings(max_examples=60, derandomize=True, deadline=None)
@given(
    st.dictionaries(st.integers(0, 20), st.booleans()),
    st.sets(st.integers(0, 20)),
)
def test_every_date_and_every_booking_has_exactly_one_fate(there: dict[int, bool], wanted: set[int]) -> None:
    plan = reshape([held(day, is_fixed=fixed) for day, fixed in there.items()], [on(day) for day in wanted])

    given_to = [to for _, to in (*plan.stays, *plan.moves)]
    assert sorted([*given_to, *plan.added]) == [on(day) for day in sorted(wanted)]
    fates = [*(key for key, _ in (*plan.stays, *plan.moves)), *plan.dropped, *plan.unfit]
    assert sorted(fates) == sorted(there)
    assert set(plan.unfit) == {day for day, fixed in there.items() if fixed and day not in wanted}
    assert not (plan.added and plan.dropped)

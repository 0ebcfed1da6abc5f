"""Lanes: what fits beside what, and what is left for a closure."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from catalog.lanes import LANES, Block, LaneBoard, closure_blocks
from catalog.tests.factories import minutes
from common.timeranges import TimeRange

BEGIN = datetime(2026, 3, 3, tzinfo=UTC)


def span(start: int, end: int) -> TimeRange:
    return TimeRange(BEGIN + minutes(start), BEGIN + minutes(end))


def test_the_first_lane_with_room_is_taken() -> None:
    board = LaneBoard(3, [Block(span(0, 60), 0, 1), Block(span(0, 30), 1, 2)])

    assert [board.place(span(30, 60)) for _ in range(3)] == [1, 2, None]
    assert board.place(span(60, 90)) == 0


def test_a_closure_leaves_no_lane() -> None:
    board = LaneBoard(2, [Block(span(0, 60))])

    assert board.place(span(59, 61)) is None
    assert board.has_room(span(60, 61).start, span(60, 61).end)


def test_a_closure_is_written_around_what_stays() -> None:
    claims = [Block(span(60, 120), 0, 1)]

    assert closure_blocks([span(0, 240)], claims) == [
        Block(span(0, 60)),
        Block(span(60, 120), 1, LANES),
        Block(span(120, 240)),
    ]


def test_times_off_that_overlap_or_touch_close_as_one() -> None:
    """E023."""
    assert closure_blocks([span(0, 180), span(120, 300), span(300, 360)], []) == [Block(span(0, 360))]


spans = st.tuples(st.integers(0, 40), st.integers(1, 12)).map(lambda each: span(each[0], each[0] + each[1]))


@given(off=st.lists(spans, max_size=5), wanted=st.lists(st.tuples(spans, st.integers(0, 4)), max_size=8))
def test_a_closure_and_the_claims_fill_the_time_off_exactly_once(
    off: list[TimeRange], wanted: list[tuple[TimeRange, int]]
) -> None:
    claims: list[Block] = []
    for during, lane in wanted:
        block = Block(during, lane, lane + 1)
        if not any(each.first == lane and each.during.overlaps(during) for each in claims):
            claims.append(block)

    blocks = closure_blocks(off, claims)

    for minute in range(60):
        moment = BEGIN + minutes(minute)
        is_off = any(each.contains(moment) for each in off)
        for lane in (0, 1, 2, 3, 4, 5, LANES - 1):
            there = [
                each for each in [*blocks, *claims] if each.during.contains(moment) and each.first <= lane < each.end
            ]
            is_claimed = any(each in claims for each in there)
            assert len(there) == int(is_off or is_claimed)

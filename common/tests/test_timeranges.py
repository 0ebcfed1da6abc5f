"""Half-open ranges, checked against the plainest model there is: sets of minutes."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from hypothesis import given
from hypothesis import strategies as st

from common.timeranges import NotATimeRange, TimeRange, gaps, intersect, merge, subtract, total_duration

MIDNIGHT = datetime(2026, 11, 2, tzinfo=UTC)


def between(first: int, last: int) -> TimeRange:
    return TimeRange(MIDNIGHT + timedelta(minutes=first), MIDNIGHT + timedelta(minutes=last))


def minutes_of(*ranges: TimeRange | None) -> set[int]:
    found: set[int] = set()
    for each in ranges:
        if each is not None:
            found |= {(each.start - MIDNIGHT) // timedelta(minutes=1) + n for n in range(each.duration.seconds // 60)}
    return found


def is_tidy(ranges: list[TimeRange]) -> bool:
    """In order, and apart from one another."""
    return all(one.end < other.start for one, other in pairwise(ranges))


spans = st.tuples(st.integers(0, 60), st.integers(1, 30)).map(lambda span: between(span[0], span[0] + span[1]))
many = st.lists(spans, max_size=8)


def test_ten_to_eleven_and_eleven_to_twelve_do_not_overlap() -> None:
    ten, eleven = between(600, 660), between(660, 720)

    assert not ten.overlaps(eleven)
    assert ten.touches(eleven)
    assert eleven.touches(ten)
    assert ten.intersect(eleven) is None


def test_the_start_belongs_to_a_range_and_the_end_does_not() -> None:
    hour = between(0, 60)

    assert hour.contains(hour.start)
    assert hour.contains(hour.end - datetime.resolution)
    assert not hour.contains(hour.end)


@pytest.mark.parametrize("end", [MIDNIGHT, MIDNIGHT - timedelta(seconds=1)])
def test_an_empty_or_backward_range_is_refused(end: datetime) -> None:
    with pytest.raises(NotATimeRange, match="end after"):
        TimeRange(MIDNIGHT, end)


def test_a_naive_time_is_refused() -> None:
    naive = MIDNIGHT.replace(tzinfo=None)

    for attempt in (
        lambda: TimeRange(naive, MIDNIGHT),
        lambda: TimeRange(MIDNIGHT, naive),
        lambda: TimeRange.lasting(naive, timedelta(hours=1)),
        lambda: between(0, 60).contains(naive),
    ):
        with pytest.raises(NotATimeRange, match="offset"):
            attempt()


def test_other_offsets_are_kept_as_utc() -> None:
    kolkata = timezone(timedelta(hours=5, minutes=30))

    given_there = TimeRange(MIDNIGHT.astimezone(kolkata), (MIDNIGHT + timedelta(hours=1)).astimezone(kolkata))

    assert given_there == between(0, 60)
    assert hash(given_there) == hash(between(0, 60))
    assert given_there.start.tzinfo is UTC


def test_shifting_and_widening() -> None:
    assert between(60, 90).shift(timedelta(minutes=-60)) == between(0, 30)
    assert between(60, 90).widen(before=timedelta(minutes=10), after=timedelta(minutes=5)) == between(50, 95)
    assert TimeRange.lasting(MIDNIGHT, timedelta(minutes=30)) == between(0, 30)


def test_touching_ranges_are_merged() -> None:
    assert merge([between(60, 90), between(0, 60), between(100, 110)]) == [between(0, 90), between(100, 110)]


def test_overlapping_time_off_counts_once() -> None:
    assert total_duration([between(540, 720), between(660, 840)]) == timedelta(hours=5)
    assert total_duration([]) == timedelta(0)


@given(spans, spans)
def test_two_ranges_agree_with_their_minutes(one: TimeRange, other: TimeRange) -> None:
    mine, theirs = minutes_of(one), minutes_of(other)

    assert one.overlaps(other) == bool(mine & theirs)
    assert one.covers(other) == (mine >= theirs)
    assert minutes_of(one.intersect(other)) == mine & theirs
    assert minutes_of(*one.subtract(other)) == mine - theirs
    assert len(one.subtract(other)) <= 2


@given(many, many)
def test_many_ranges_agree_with_their_minutes(some: list[TimeRange], others: list[TimeRange]) -> None:
    mine, theirs = minutes_of(*some), minutes_of(*others)

    for found, expected in [
        (merge(some), mine),
        (subtract(some, others), mine - theirs),
        (intersect(some, others), mine & theirs),
    ]:
        assert minutes_of(*found) == expected
        assert is_tidy(found)
    assert total_duration(some) == timedelta(minutes=len(mine))


@given(many, spans)
def test_gaps_are_what_is_not_taken(taken: list[TimeRange], within: TimeRange) -> None:
    free = gaps(taken, within=within)

    assert minutes_of(*free) == minutes_of(within) - minutes_of(*taken)
    assert is_tidy(free)


@pytest.mark.django_db
def test_postgresql_reads_and_writes_ranges() -> None:
    hour = between(0, 60)

    parameters: list[Any] = [hour.to_postgres()] * 3
    with connection.cursor() as cursor:
        cursor.execute("select %s, pg_typeof(%s)::text, %s::tstzrange", parameters)
        [(returned, kind, cast)] = cursor.fetchall()

    assert kind == "tstzrange"
    assert TimeRange.from_postgres(returned) == TimeRange.from_postgres(cast) == hour
    assert hour.to_postgres() == DateTimeTZRange(hour.start, hour.end)


@pytest.mark.parametrize(
    "value",
    [
        DateTimeTZRange(empty=True),
        DateTimeTZRange(MIDNIGHT, None),
        DateTimeTZRange(None, MIDNIGHT),
        DateTimeTZRange(MIDNIGHT, MIDNIGHT + timedelta(hours=1), "[]"),
        DateTimeTZRange(MIDNIGHT, MIDNIGHT + timedelta(hours=1), "(]"),
    ],
)
def test_ranges_that_we_never_write_are_not_read(value: DateTimeTZRange) -> None:
    with pytest.raises(NotATimeRange, match="half-open"):
        TimeRange.from_postgres(value)

"""Hours as people write them: every accepted form, and what is refused, by its path."""

from datetime import date, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.hours import (
    Week,
    in_order,
    read_override_lines,
    read_overrides,
    read_week,
    stored_ranges,
    written_override_lines,
    written_overrides,
    written_week,
)
from catalog.opening import WallRange
from common.errors import ValidationFailed

NINE_TO_FIVE = WallRange(time(9), time(17))


def test_the_contracts_form() -> None:
    week = read_week({"monday": [{"start": "09:00", "end": "13:00"}, {"start": "14:00", "end": "18:00"}], "sunday": []})

    assert week == {0: (WallRange(time(9), time(13)), WallRange(time(14), time(18)))}


@pytest.mark.parametrize(
    ("data", "days"),
    [
        ({"monday": {"start": "09:00", "end": "17:00"}, "tuesday": {"start": "09:00", "end": "17:00"}}, [0, 1]),
        ({"start": "09:00", "end": "17:00", "days": [1, 2, 3, 4, 5, 6, 7]}, [0, 1, 2, 3, 4, 5, 6]),
        ({"start": "09:00", "end": "17:00", "days": [5, 1]}, [0, 4]),
        ({"start": "09:00", "end": "17:00"}, [0, 1, 2, 3, 4, 5, 6]),
        ({"Friday": {"start": "9:00 AM", "end": "05:00 pm"}, "monday": None}, [4]),
        ({"monday": [{"start": "09:00:00", "end": "17:00:00"}]}, [0]),
        ({}, []),
    ],
)
def test_the_seeds_shorter_forms(data: dict[str, Any], days: list[int]) -> None:
    assert read_week(data) == dict.fromkeys(days, (NINE_TO_FIVE,))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10:00 AM", time(10)),
        ("10:00", time(10)),
        ("10:00:00", time(10)),
        ("12:00 AM", time(0)),
        ("12:00 PM", time(12)),
    ],
)
def test_times_of_day(text: str, expected: time) -> None:
    """E016."""
    assert read_week({"monday": {"start": text, "end": "13:00"}})[0][0].start == expected


@pytest.mark.parametrize(
    "text", ["13:00 PM", "24:00", "9:00", "10:60", "10", "", "10:00:30", "٠٩:٠٠", "10:00 ", 9, None, ["09:00"]]
)
def test_what_is_no_time_of_day_is_refused_by_its_path(text: Any) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        read_week({"monday": [{"start": text, "end": "18:00"}]})

    assert [detail.field for detail in refusal.value.details] == ["working_hours.monday.0.start"]


@pytest.mark.parametrize(
    ("data", "path", "code"),
    [
        ([], "working_hours", "NOT_A_MAP"),
        ({"mon": []}, "working_hours.mon", "UNKNOWN_FIELD"),
        ({"monday": [], "Monday": []}, "working_hours.Monday", "AMBIGUOUS"),
        ({"monday": "09:00-17:00"}, "working_hours.monday", "NOT_A_LIST"),
        ({"monday": [{"start": "09:00"}]}, "working_hours.monday.0", "INVALID"),
        ({"monday": [{"start": "09:00", "end": "10:00", "x": 1}]}, "working_hours.monday.0", "INVALID"),
        ({"monday": [{"start": "00:00", "end": "00:01"}] * 13}, "working_hours.monday", "MAX_LENGTH"),
        ({"start": "09:00", "end": "17:00", "days": [0]}, "working_hours.days", "INVALID"),
        ({"start": "09:00", "end": "17:00", "days": [True]}, "working_hours.days", "INVALID"),
        ({"start": "09:00", "end": "17:00", "x": 1}, "working_hours", "UNKNOWN_FIELD"),
        (
            {"monday": [{"start": "09:00", "end": "13:00"}, {"start": "12:59", "end": "14:00"}]},
            "working_hours.monday",
            "OVERLAPPING_RANGES",
        ),
        (
            {"monday": [{"start": "22:00", "end": "02:00"}, {"start": "23:00", "end": "23:30"}]},
            "working_hours.monday",
            "OVERLAPPING_RANGES",
        ),
    ],
)
def test_what_makes_no_week_is_refused_by_its_path(data: Any, path: str, code: str) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        read_week(data)

    assert [(detail.field, detail.code) for detail in refusal.value.details] == [(path, code)]


def test_overrides_by_date() -> None:
    found = read_overrides(
        [{"date": "2026-12-31", "ranges": [{"start": "09:00", "end": "17:00"}]}, {"date": "2026-12-25"}]
    )

    assert found == {date(2026, 12, 25): (), date(2026, 12, 31): (NINE_TO_FIVE,)}
    assert read_overrides(written_overrides(found)) == found


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({}, "overrides"),
        ([{"ranges": []}], "overrides.0"),
        ([{"date": "2026-02-30"}], "overrides.0.date"),
        ([{"date": "2026-12-25"}, {"date": "2026-12-25"}], "overrides.1.date"),
        ([{"date": "2026-12-25", "ranges": [{"start": "x", "end": "y"}]}], "overrides.0.ranges.0.start"),
        ([{"date": "2026-12-25"}] * 401, "overrides"),
    ],
)
def test_what_makes_no_override_is_refused_by_its_path(data: Any, path: str) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        read_overrides(data)

    assert [detail.field for detail in refusal.value.details] == [path]


def test_overrides_as_lines_of_text() -> None:
    text = "2026-12-25: closed\n\n2026-12-31: 09:00-13:00, 14:00 – 16:00\n"

    found = read_override_lines(text, "overrides")

    assert written_override_lines(found) == "2026-12-25: closed\n2026-12-31: 09:00-13:00, 14:00-16:00"


times = st.builds(time, st.integers(0, 23), st.integers(0, 59))


@given(st.dictionaries(st.integers(0, 6), st.lists(st.builds(WallRange, times, times), min_size=1, max_size=4)))
def test_what_is_written_is_read_back(drawn: dict[int, list[WallRange]]) -> None:
    week: Week = {}
    for day, ranges in drawn.items():
        try:
            week[day] = in_order(ranges, "")
        except ValidationFailed:
            continue

    written = written_week(week)

    assert read_week(written) == week
    assert {day: stored_ranges(written[name]) for day, name in enumerate(written) if written[name]} == week

"""Hours on a wall clock, as instants: in every zone, on days with a clock change, over midnight."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.opening import OpeningHours, WallRange, is_open, open_ranges, openings
from common.timeranges import TimeRange

NEW_YORK = ZoneInfo("America/New_York")
ZONES = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("posix/", "right/")))


def wall(text: str) -> WallRange:
    start, end = text.split("-")
    return WallRange(time.fromisoformat(start), time.fromisoformat(end))


def every_day(zone: str, *ranges: str, **overrides: list[str]) -> OpeningHours:
    apart = {
        date.fromisoformat(day[1:].replace("_", "-")): [wall(each) for each in given_]
        for day, given_ in overrides.items()
    }
    return OpeningHours(ZoneInfo(zone), {key: [wall(each) for each in ranges] for key in range(7)}, apart)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def around(day: str) -> TimeRange:
    return TimeRange(utc(day) - timedelta(hours=12), utc(day) + timedelta(hours=42))


@pytest.mark.parametrize(
    ("zone", "day", "hours", "start", "end"),
    [
        ("America/New_York", "2026-03-08", "13:00-18:00", "2026-03-08T17:00", "2026-03-08T22:00"),
        ("America/New_York", "2026-03-08", "00:00-04:00", "2026-03-08T05:00", "2026-03-08T08:00"),
        ("America/New_York", "2026-11-01", "13:00-18:00", "2026-11-01T18:00", "2026-11-01T23:00"),
        ("America/New_York", "2026-11-01", "00:00-04:00", "2026-11-01T04:00", "2026-11-01T09:00"),
        ("Europe/London", "2026-03-29", "13:00-18:00", "2026-03-29T12:00", "2026-03-29T17:00"),
        ("Australia/Lord_Howe", "2026-04-05", "13:00-18:00", "2026-04-05T02:30", "2026-04-05T07:30"),
        ("Africa/Cairo", "2026-04-24", "00:00-04:00", "2026-04-23T22:00", "2026-04-24T01:00"),
        ("Asia/Kolkata", "2026-03-08", "22:00-02:00", "2026-03-08T16:30", "2026-03-08T20:30"),
    ],
)
def test_hours_on_days_with_a_clock_change(zone: str, day: str, hours: str, start: str, end: str) -> None:
    """U8: no offset is ever added by hand."""
    found = openings(every_day(zone, hours), within=around(day))

    assert TimeRange(utc(start), utc(end)) in found


def test_a_range_that_clocks_skip_is_not_open() -> None:
    hours = OpeningHours(NEW_YORK, {6: [wall("02:10-02:50")]})

    assert openings(hours, within=around("2026-03-08")) == []
    assert len(openings(hours, within=around("2026-03-15"))) == 1


def test_an_override_replaces_the_weekday_and_may_close_it() -> None:
    hours = every_day("UTC", "09:00-17:00", _2026_03_03=[], _2026_03_04=["12:00-13:00"])

    found = openings(hours, within=TimeRange(utc("2026-03-02"), utc("2026-03-05")))

    assert [(each.start.day, each.start.hour, each.end.hour) for each in found] == [(2, 9, 17), (4, 12, 13)]


def test_hours_past_midnight_of_the_day_before_are_seen() -> None:
    hours = OpeningHours(ZoneInfo("UTC"), {0: [wall("22:00-06:00")]})
    tuesday = TimeRange(utc("2026-03-03"), utc("2026-03-04"))

    assert open_ranges(hours, within=tuesday) == [TimeRange(utc("2026-03-03"), utc("2026-03-03T06:00"))]
    assert openings(hours, within=tuesday) == [TimeRange(utc("2026-03-02T22:00"), utc("2026-03-03T06:00"))]


def test_a_day_of_24_hours_joins_the_next() -> None:
    hours = every_day("Asia/Kolkata", "00:00-00:00")
    week = TimeRange(utc("2026-03-02"), utc("2026-03-09"))

    assert open_ranges(hours, within=week) == [week]
    assert is_open(hours, week)


@pytest.mark.parametrize(
    ("start", "end", "expected"), [("09:00", "17:00", True), ("16:30", "17:01", False), ("08:59", "10:00", False)]
)
def test_a_time_is_open_only_from_start_to_end(start: str, end: str, expected: bool) -> None:
    hours = every_day("UTC", "09:00-13:00", "13:00-17:00")

    assert is_open(hours, TimeRange(utc(f"2026-03-03T{start}"), utc(f"2026-03-03T{end}"))) is expected


times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
walls = st.builds(WallRange, times, times)


@settings(max_examples=150, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    weekly=st.dictionaries(st.integers(0, 6), st.lists(walls, max_size=3)),
    day=st.dates(date(2024, 1, 1), date(2028, 12, 28)),
)
def test_the_clock_shows_hours_at_every_open_minute_and_at_no_other(
    zone: str, weekly: dict[int, list[WallRange]], day: date
) -> None:
    """A minute is open if a clock that shows it is within the hours of its own date or of the one before."""
    hours = OpeningHours(ZoneInfo(zone), weekly)
    within = TimeRange(datetime.combine(day, time.min, UTC), datetime.combine(day, time.min, UTC) + timedelta(days=2))

    found = open_ranges(hours, within=within)

    for step in range(0, 48 * 60, 5):
        minute = within.start + timedelta(minutes=step)
        if shows_hours(hours, minute) != any(each.contains(minute) for each in found):
            # Hours that begin or end in a time that clocks skip or repeat have a reading of their own: see walltime.
            assert is_near_a_change(minute, hours.zone), (minute, found)


def shows_hours(hours: OpeningHours, minute: datetime) -> bool:
    local = minute.astimezone(hours.zone)
    clock = local.time()
    today = any(each.start <= clock and (clock < each.end or each.end <= each.start) for each in hours.on(local.date()))
    before = any(each.end <= each.start and clock < each.end for each in hours.on(local.date() - timedelta(days=1)))
    return today or before


def is_near_a_change(minute: datetime, zone: ZoneInfo) -> bool:
    offsets = {(minute + timedelta(hours=hours)).astimezone(zone).utcoffset() for hours in range(-26, 27)}
    return len(offsets) > 1

"""Clocks on walls: gaps, repeated hours, days of other lengths, zones under old names."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.errors import ValidationFailed
from common.timeranges import TimeRange
from common.walltime import (
    AmbiguousLocalTime,
    NonexistentLocalTime,
    _zone_names,
    candidates_for,
    day_range,
    instant_of,
    wall_days_before,
    wall_range,
    zone_named,
)

NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
KOLKATA = ZoneInfo("Asia/Kolkata")
CAIRO = ZoneInfo("Africa/Cairo")
HAVANA = ZoneInfo("America/Havana")
SPRING, AUTUMN = date(2026, 3, 8), date(2026, 11, 1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_an_ordinary_time_is_one_instant() -> None:
    assert instant_of(wall("2026-03-07T10:00"), NEW_YORK) == at("2026-03-07T15:00Z")
    assert instant_of(wall("2026-03-08T10:00"), NEW_YORK) == at("2026-03-08T14:00Z")
    assert instant_of(wall("2026-03-08T10:00"), KOLKATA) == at("2026-03-08T04:30Z")


def test_a_time_that_clocks_skip_is_refused_with_the_next_valid_one() -> None:
    with pytest.raises(NonexistentLocalTime) as refusal:
        instant_of(wall("2026-03-08T02:30"), NEW_YORK, field="booking_time")

    assert refusal.value.status == 422
    assert refusal.value.extra == {"suggestion": "2026-03-08T03:30:00-04:00"}
    [detail] = refusal.value.details
    assert (detail.field, detail.code) == ("booking_time", "NONEXISTENT_LOCAL_TIME")
    assert "03:30" in refusal.value.message


def test_a_time_that_clocks_show_twice_is_refused_naming_both_instants() -> None:
    with pytest.raises(AmbiguousLocalTime) as refusal:
        instant_of(wall("2026-11-01T01:30"), NEW_YORK)

    assert refusal.value.status == 422
    assert refusal.value.extra == {"candidates": ["2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z"]}
    assert refusal.value.details[0].code == "AMBIGUOUS_LOCAL_TIME"


def test_the_edges_of_a_gap_and_of_a_repeated_hour_are_plain_times() -> None:
    assert instant_of(wall("2026-03-08T01:59:59"), NEW_YORK) == at("2026-03-08T06:59:59Z")
    assert instant_of(wall("2026-03-08T03:00"), NEW_YORK) == at("2026-03-08T07:00Z")
    assert instant_of(wall("2026-11-01T00:59:59"), NEW_YORK) == at("2026-11-01T04:59:59Z")
    assert instant_of(wall("2026-11-01T02:00"), NEW_YORK) == at("2026-11-01T07:00Z")


def test_lord_howe_skips_and_repeats_half_an_hour() -> None:
    with pytest.raises(NonexistentLocalTime, match="02:45"):
        instant_of(wall("2026-10-04T02:15"), LORD_HOWE)
    with pytest.raises(AmbiguousLocalTime):
        instant_of(wall("2026-04-05T01:45"), LORD_HOWE)
    assert instant_of(wall("2026-04-05T01:29"), LORD_HOWE) == at("2026-04-04T14:29Z")


def test_cairo_skips_midnight_and_the_day_starts_at_one() -> None:
    with pytest.raises(NonexistentLocalTime, match="01:00"):
        instant_of(wall("2026-04-24T00:00"), CAIRO)

    day = day_range(date(2026, 4, 24), CAIRO)
    assert day.start.astimezone(CAIRO).time() == time(1)
    assert day.duration == timedelta(hours=23)


def test_an_offset_is_not_what_a_wall_clock_shows() -> None:
    with pytest.raises(ValueError, match="no offset"):
        instant_of(at("2026-03-08T10:00Z"), NEW_YORK)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (NEW_YORK, SPRING, 23),
        (NEW_YORK, AUTUMN, 25),
        (LORD_HOWE, date(2026, 4, 5), 24.5),
        (LORD_HOWE, date(2026, 10, 4), 23.5),
        (KOLKATA, SPRING, 24),
        (HAVANA, date(2026, 11, 1), 25),
        (HAVANA, date(2026, 3, 8), 23),
    ],
)
def test_a_day_is_as_long_as_its_zone_makes_it(zone: ZoneInfo, day: date, hours: float) -> None:
    assert day_range(day, zone).duration == timedelta(hours=hours)


def test_a_day_that_samoa_left_out_is_no_day() -> None:
    apia = ZoneInfo("Pacific/Apia")

    with pytest.raises(NonexistentLocalTime, match="not a day"):
        day_range(date(2011, 12, 30), apia)

    assert day_range(date(2011, 12, 29), apia).end == day_range(date(2011, 12, 31), apia).start


@pytest.mark.parametrize(
    ("zone", "day", "opens", "closes", "start", "end"),
    [
        (NEW_YORK, SPRING, time(13), time(18), "2026-03-08T17:00Z", "2026-03-08T22:00Z"),
        (NEW_YORK, AUTUMN, time(13), time(18), "2026-11-01T18:00Z", "2026-11-01T23:00Z"),
        # 00:00–04:00 lasts three hours in spring.
        (NEW_YORK, SPRING, time(0), time(4), "2026-03-08T05:00Z", "2026-03-08T08:00Z"),
        # Opening in a gap starts at the jump, closing in it ends there.
        (NEW_YORK, SPRING, time(2, 30), time(5), "2026-03-08T07:00Z", "2026-03-08T09:00Z"),
        (NEW_YORK, SPRING, time(1), time(2, 30), "2026-03-08T06:00Z", "2026-03-08T07:00Z"),
        (NEW_YORK, SPRING, time(1), time(2), "2026-03-08T06:00Z", "2026-03-08T07:00Z"),
        # A repeated hour is worked twice, but a shop that closes before it does not open again.
        (NEW_YORK, AUTUMN, time(0), time(1, 30), "2026-11-01T04:00Z", "2026-11-01T06:30Z"),
        (NEW_YORK, AUTUMN, time(0), time(1), "2026-11-01T04:00Z", "2026-11-01T05:00Z"),
        (NEW_YORK, AUTUMN, time(0), time(2), "2026-11-01T04:00Z", "2026-11-01T07:00Z"),
        # Past midnight.
        (KOLKATA, SPRING, time(22), time(2), "2026-03-08T16:30Z", "2026-03-08T20:30Z"),
        (HAVANA, date(2026, 10, 31), time(22), time(0), "2026-11-01T02:00Z", "2026-11-01T04:00Z"),
    ],
)
def test_opening_hours_are_read_off_the_clock(
    zone: ZoneInfo, day: date, opens: time, closes: time, start: str, end: str
) -> None:
    assert wall_range(day, opens, closes, zone) == TimeRange(at(start), at(end))


def test_hours_that_clocks_skip_altogether_are_no_hours() -> None:
    assert wall_range(SPRING, time(2), time(3), NEW_YORK) is None
    assert wall_range(SPRING, time(2, 10), time(2, 50), NEW_YORK) is None


def test_round_the_clock_is_the_whole_day() -> None:
    for zone, day in [(NEW_YORK, SPRING), (NEW_YORK, AUTUMN), (HAVANA, AUTUMN), (CAIRO, date(2026, 4, 24))]:
        assert wall_range(day, time(0), time(0), zone) == day_range(day, zone)


def test_hours_before_are_elapsed_and_days_before_are_by_the_clock() -> None:
    start = instant_of(wall("2026-03-08T10:00"), NEW_YORK)

    assert (start - timedelta(hours=24)).astimezone(NEW_YORK).replace(tzinfo=None) == wall("2026-03-07T09:00")
    assert wall_days_before(start, 1, NEW_YORK).astimezone(NEW_YORK).replace(tzinfo=None) == wall("2026-03-07T10:00")


@pytest.mark.parametrize(
    ("given_name", "stored"),
    [
        ("Asia/Kolkata", "Asia/Kolkata"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("US/Eastern", "America/New_York"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("Iceland", "Atlantic/Reykjavik"),
        ("Europe/Amsterdam", "Europe/Amsterdam"),
        ("UTC", "UTC"),
        ("Etc/UTC", "UTC"),
        ("Zulu", "UTC"),
    ],
)
def test_a_former_name_is_stored_as_the_present_one(given_name: str, stored: str) -> None:
    assert zone_named(given_name).key == stored


@pytest.mark.parametrize(
    "junk",
    [
        "",
        "Mars/Olympus",
        "asia/kolkata",
        "../../etc/passwd",
        "/etc/localtime",
        "Asia/Kolkata\0",
        "Factory",
        "IST",
        "+05:30",
        "x" * 100_000,
    ],
)
def test_junk_is_no_zone(junk: str) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        zone_named(junk)

    assert refusal.value.details[0].field == "timezone"
    assert len(refusal.value.message) < 200


def test_no_former_name_leads_to_another_former_name() -> None:
    for name in _zone_names():
        present = zone_named(name).key
        assert zone_named(present).key == present


def test_every_change_of_every_zone_is_noticed_and_days_follow_one_another() -> None:
    """Around each clock change of 2024–2027: local times are refused just where clocks skip or repeat them."""
    changes = 0
    for zone in (ZoneInfo(name) for name in sorted(_zone_names())):
        for change, before, after in _changes(zone, date(2024, 1, 1), date(2028, 1, 1)):
            changes += 1
            edge = change.replace(tzinfo=None)
            low, high = sorted([edge + before, edge + after])
            kind = NonexistentLocalTime if after > before else AmbiguousLocalTime
            for inside in (low, low + (high - low) / 2, high - timedelta(microseconds=1)):
                with pytest.raises(kind):
                    instant_of(inside, zone)
            assert instant_of(low - timedelta(microseconds=1), zone) < change + abs(after - before)
            assert instant_of(high, zone) >= change

            local_day = change.astimezone(zone).date()
            days = [day_range(local_day + timedelta(days=n), zone) for n in (-1, 0, 1)]
            assert days[0].end == days[1].start
            assert days[1].end == days[2].start
    assert changes > 1000


def _changes(zone: ZoneInfo, first: date, last: date) -> list[tuple[datetime, timedelta, timedelta]]:
    """Each instant at which the offset changes, found by halving, with the offsets before and after."""
    found = []
    step = timedelta(days=7)
    instant, end = (datetime.combine(day, time.min, UTC) for day in (first, last))
    while instant < end:
        if _offset(instant, zone) != _offset(instant + step, zone):
            low, high = instant, instant + step
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
                low, high = (middle, high) if _offset(middle, zone) == _offset(instant, zone) else (low, middle)
            found.append((high, _offset(instant, zone), _offset(high, zone)))
        instant += step
    return found


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    offset = instant.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


instants = st.datetimes(datetime(2000, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(instants, st.sampled_from(sorted(_zone_names())).map(ZoneInfo))
def test_what_a_clock_shows_leads_back_to_the_instant(instant: datetime, zone: ZoneInfo) -> None:
    shown = instant.astimezone(zone).replace(tzinfo=None, fold=0)

    first, second = candidates_for(shown, zone)

    assert first <= second
    assert instant in {first, second}
    assert day_range(shown.date(), zone).duration > timedelta(hours=20)


@given(instants, st.sampled_from(sorted(_zone_names())).map(ZoneInfo), st.times(), st.times())
def test_opening_hours_hold_what_the_clock_shows_between_them(
    instant: datetime, zone: ZoneInfo, opens: time, closes: time
) -> None:
    shown = instant.astimezone(zone)
    opens, closes = sorted([opens, closes])

    hours = wall_range(shown.date(), opens, closes, zone) if opens < closes else None

    # Only where a zone repeats part of a day may the range hold more than the clock shows.
    if hours is not None and opens <= shown.time() < closes:
        assert hours.contains(instant)

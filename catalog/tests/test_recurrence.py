"""Series: the dates people expect, on the clocks of their zone."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from catalog.errors import StartDoesNotMatch
from catalog.recurrence import (
    Occurrence,
    first_match,
    last_day_instead,
    parse_rule,
    series,
    series_within,
    split,
    times,
    wall_clock,
    wall_times,
    with_until,
)
from catalog.recurrence.days import candidate_days, recurring_days
from catalog.tests.factories import NEW_YORK
from common.errors import ValidationFailed
from common.timeranges import TimeRange


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def dates(text: str, start: str, zone: ZoneInfo = NEW_YORK) -> list[str]:
    return [f"{each.local:%Y-%m-%d}" for each in series(parse_rule(text), wall(start), zone)]


def instants(text: str, start: str, zone: ZoneInfo = NEW_YORK) -> list[str]:
    return [f"{each.start:%m-%dT%H:%MZ}" for each in series(parse_rule(text), wall(start), zone)]


def refusal(text: str, start: str, zone: ZoneInfo = NEW_YORK) -> str:
    with pytest.raises(ValidationFailed) as error:
        series(parse_rule(text), wall(start), zone)
    [detail] = error.value.details
    return detail.code


def test_twelve_workdays() -> None:
    """E050."""
    assert dates("FREQ=WEEKLY;COUNT=12;BYDAY=MO,TU,WE,TH,FR", "2025-01-20T09:00") == [
        *("2025-01-20", "2025-01-21", "2025-01-22", "2025-01-23", "2025-01-24", "2025-01-27"),
        *("2025-01-28", "2025-01-29", "2025-01-30", "2025-01-31", "2025-02-03", "2025-02-04"),
    ]


def test_a_start_that_the_rule_leaves_out_is_answered_with_the_first_that_it_names() -> None:
    """E051."""
    rule = parse_rule("FREQ=MONTHLY;COUNT=6;BYMONTHDAY=15")

    with pytest.raises(StartDoesNotMatch) as refusal:
        series(rule, wall("2025-01-20T09:00"), NEW_YORK)

    assert [(each.field, each.code) for each in refusal.value.details] == [("start_time", "DTSTART_MISMATCH")]
    assert refusal.value.extra == {"suggestion": "2025-02-15T09:00:00-05:00"}
    assert refusal.value.status == 422


def test_a_start_that_is_aligned_to_its_rule() -> None:
    """E051."""
    rule = parse_rule("FREQ=MONTHLY;COUNT=6;BYMONTHDAY=15")

    first = first_match(rule, wall("2025-01-20T09:00"))

    assert [f"{each.local:%Y-%m-%d %H:%M}" for each in series(rule, first, NEW_YORK)] == [
        *("2025-02-15 09:00", "2025-03-15 09:00", "2025-04-15 09:00"),
        *("2025-05-15 09:00", "2025-06-15 09:00", "2025-07-15 09:00"),
    ]


def test_monthly_on_the_31st_skips_months_and_the_last_day_is_offered() -> None:
    """E052."""
    rule = parse_rule("FREQ=MONTHLY;COUNT=6")
    assert dates("FREQ=MONTHLY;COUNT=6", "2025-01-31T09:00") == [
        *("2025-01-31", "2025-03-31", "2025-05-31", "2025-07-31", "2025-08-31", "2025-10-31"),
    ]

    offered = last_day_instead(rule, date(2025, 1, 31))

    assert offered is not None
    assert offered.canonical == "FREQ=MONTHLY;COUNT=6;BYMONTHDAY=-1"
    assert dates(offered.canonical, "2025-01-31T09:00") == [
        *("2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30", "2025-05-31", "2025-06-30"),
    ]


@pytest.mark.parametrize(
    ("text", "first", "offered"),
    [
        ("FREQ=MONTHLY", "2025-01-30", "FREQ=MONTHLY;BYMONTHDAY=28,29,30;BYSETPOS=-1"),
        ("FREQ=MONTHLY;BYMONTHDAY=29", "2025-01-29", "FREQ=MONTHLY;BYMONTHDAY=28,29;BYSETPOS=-1"),
        ("FREQ=MONTHLY;BYMONTHDAY=31", "2025-01-31", "FREQ=MONTHLY;BYMONTHDAY=-1"),
        ("FREQ=YEARLY", "2024-02-29", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1"),
        ("FREQ=MONTHLY", "2025-01-28", None),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2025-01-31", None),
        ("FREQ=MONTHLY;BYMONTHDAY=15,31", "2025-01-31", None),
        ("FREQ=MONTHLY;BYDAY=-1FR", "2025-01-31", None),
        ("FREQ=WEEKLY", "2025-01-31", None),
        ("FREQ=YEARLY", "2025-01-31", None),
    ],
)
def test_the_last_day_is_offered_only_where_months_would_be_skipped(text: str, first: str, offered: str | None) -> None:
    found = last_day_instead(parse_rule(text), date.fromisoformat(first))

    assert (found and found.canonical) == offered


def test_the_second_tuesday() -> None:
    """E057."""
    assert dates("FREQ=MONTHLY;BYDAY=2TU;COUNT=4", "2025-01-14T09:00") == [
        *("2025-01-14", "2025-02-11", "2025-03-11", "2025-04-08"),
    ]


@pytest.mark.parametrize(
    ("text", "start", "expected"),
    [
        ("FREQ=DAILY;INTERVAL=10;COUNT=3", "2025-01-20", ["2025-01-20", "2025-01-30", "2025-02-09"]),
        ("FREQ=DAILY;BYMONTH=1;BYDAY=TH,FR;COUNT=3", "2025-01-30", ["2025-01-30", "2025-01-31", "2026-01-01"]),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=3;BYDAY=TU,SU", "2025-01-21", ["2025-01-21", "2025-01-26", "2025-02-04"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU;COUNT=2", "2025-01-21", ["2025-01-21", "2025-02-02"]),
        ("FREQ=MONTHLY;BYDAY=-1FR;COUNT=3", "2025-01-31", ["2025-01-31", "2025-02-28", "2025-03-28"]),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=2", "2025-06-13", ["2025-06-13", "2026-02-13"]),
        ("FREQ=MONTHLY;BYDAY=SU,MO;BYSETPOS=-1;COUNT=3", "2025-01-27", ["2025-01-27", "2025-02-24", "2025-03-31"]),
        ("FREQ=MONTHLY;BYDAY=MO,1TU;COUNT=3", "2025-01-27", ["2025-01-27", "2025-02-03", "2025-02-04"]),
        ("FREQ=YEARLY;COUNT=2", "2025-01-20", ["2025-01-20", "2026-01-20"]),
        ("FREQ=YEARLY;BYMONTH=3,11;COUNT=3", "2025-03-20", ["2025-03-20", "2025-11-20", "2026-03-20"]),
        ("FREQ=YEARLY;BYMONTHDAY=1;COUNT=3", "2025-01-01", ["2025-01-01", "2025-02-01", "2025-03-01"]),
        ("FREQ=YEARLY;BYDAY=20MO;COUNT=2", "2025-05-19", ["2025-05-19", "2026-05-18"]),
        ("FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3;COUNT=2", "2025-03-30", ["2025-03-30", "2026-03-29"]),
    ],
)
def test_what_rules_mean(text: str, start: str, expected: list[str]) -> None:
    assert dates(text, f"{start}T09:00") == expected


@pytest.mark.parametrize(
    ("until", "count"),
    [("20250203T140000Z", 3), ("20250203T135959Z", 2), ("20250203", 3), ("20250203T090000", 3), ("20250203T085959", 2)],
)
def test_until_is_inclusive_on_the_clock_of_its_zone(until: str, count: int) -> None:
    """E064."""
    assert len(dates(f"FREQ=WEEKLY;UNTIL={until}", "2025-01-20T09:00")) == count


def test_a_last_day_is_the_zones_own_day() -> None:
    """At nine in the evening in New York it is the next day in UTC."""
    assert dates("FREQ=DAILY;UNTIL=20250122", "2025-01-20T21:00") == ["2025-01-20", "2025-01-21", "2025-01-22"]


def test_nine_o_clock_stays_nine_o_clock_when_clocks_change() -> None:
    """E067."""
    assert instants("FREQ=WEEKLY;COUNT=2", "2026-03-02T09:00") == ["03-02T14:00Z", "03-09T13:00Z"]


def test_a_time_that_clocks_skip_is_moved_and_says_so() -> None:
    found = series(parse_rule("FREQ=DAILY;COUNT=3"), wall("2026-03-07T02:30"), NEW_YORK)

    assert found == [
        Occurrence(datetime(2026, 3, 7, 7, 30, tzinfo=UTC), wall("2026-03-07T02:30")),
        Occurrence(datetime(2026, 3, 8, 7, 30, tzinfo=UTC), wall("2026-03-08T02:30"), is_shifted=True),
        Occurrence(datetime(2026, 3, 9, 6, 30, tzinfo=UTC), wall("2026-03-09T02:30")),
    ]
    assert f"{found[1].start.astimezone(NEW_YORK):%H:%M}" == "03:30"


def test_of_a_time_shown_twice_the_first_counts_unless_the_series_starts_at_the_second() -> None:
    assert instants("FREQ=DAILY;COUNT=2", "2026-10-31T01:30") == ["10-31T05:30Z", "11-01T05:30Z"]
    second = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)

    found = series(parse_rule("FREQ=DAILY;COUNT=2"), wall_clock(second, NEW_YORK), NEW_YORK)

    assert [each.start for each in found] == [second, datetime(2026, 11, 2, 6, 30, tzinfo=UTC)]


def test_a_day_that_a_zone_left_out_is_not_held_twice() -> None:
    """Samoa went from 29 to 31 December 2011."""
    found = series(parse_rule("FREQ=DAILY;UNTIL=20120101"), wall("2011-12-29T09:00"), ZoneInfo("Pacific/Apia"))

    assert [f"{each.start:%d}" for each in found] == ["29", "30", "31"]


def day_of(day: str) -> TimeRange:
    """From midnight to midnight in New York."""
    start = wall(day).replace(tzinfo=NEW_YORK)
    return TimeRange(start, start + timedelta(days=1))


@pytest.mark.parametrize(("sunday", "hours"), [("2026-03-01", [24, 23, 24]), ("2026-10-25", [24, 25, 24])])
def test_every_sunday_off_ends_at_midnight_however_long_the_sunday(sunday: str, hours: list[int]) -> None:
    found = wall_times(parse_rule("FREQ=WEEKLY;COUNT=3"), day_of(sunday), NEW_YORK)

    assert [each.duration // timedelta(hours=1) for each in found] == hours
    assert {f"{edge.astimezone(NEW_YORK):%a %H:%M}" for each in found for edge in (each.start, each.end)} == {
        "Sun 00:00",
        "Mon 00:00",
    }


def test_bookings_repeat_for_as_long_as_the_first_takes() -> None:
    found = times(parse_rule("FREQ=WEEKLY;COUNT=3"), day_of("2026-03-01"), NEW_YORK)

    assert [each.duration // timedelta(hours=1) for each in found] == [24, 24, 24]


@pytest.mark.parametrize("repeated", [times, wall_times])
@pytest.mark.parametrize(
    ("start", "end"),
    [
        # In the hour that clocks skip, in the one they show twice, and from one into the other side.
        ("2026-03-07T02:10", "2026-03-07T02:40"),
        ("2026-10-31T01:10", "2026-10-31T01:40"),
        ("2026-03-07T01:30", "2026-03-07T02:30"),
    ],
)
def test_no_time_is_empty_when_clocks_change(repeated: Any, start: str, end: str) -> None:
    first = TimeRange(wall(start).replace(tzinfo=NEW_YORK), wall(end).replace(tzinfo=NEW_YORK))

    found = repeated(parse_rule("FREQ=DAILY;COUNT=3"), first, NEW_YORK)

    assert found[0] == first
    assert [each.duration > timedelta(0) for each in found] == [True] * 3


@pytest.mark.parametrize("excluded", ["20250127", "20250127T090000", "20250127T140000Z"])
def test_an_excluded_date_is_left_out_and_still_counted(excluded: str) -> None:
    """E070."""
    assert dates(f"FREQ=WEEKLY;COUNT=3;EXDATE={excluded}", "2025-01-20T09:00") == ["2025-01-20", "2025-02-03"]


@pytest.mark.parametrize("excluded", ["20250128", "20250127T100000", "20250127T090000Z"])
def test_an_excluded_date_that_meets_nothing_does_nothing(excluded: str) -> None:
    assert len(dates(f"FREQ=WEEKLY;COUNT=3;EXDATE={excluded}", "2025-01-20T09:00")) == 3


def test_the_start_may_be_excluded_itself_but_not_everything() -> None:
    assert dates("FREQ=DAILY;COUNT=2;EXDATE=20250120", "2025-01-20T09:00") == ["2025-01-21"]
    assert refusal("FREQ=DAILY;COUNT=2;EXDATE=20250120,20250121", "2025-01-20T09:00") == "EMPTY"


def test_a_series_without_an_end_is_refused_where_it_needs_one() -> None:
    """E066."""
    assert parse_rule("FREQ=DAILY").is_open_ended
    assert refusal("FREQ=DAILY", "2025-01-20T09:00") == "OPEN_ENDED"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30;COUNT=2", "NEVER_MATCHES"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=2", "NEVER_MATCHES"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=2", "NEVER_MATCHES"),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=TU;COUNT=2", "NEVER_MATCHES"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6;COUNT=2", "NEVER_MATCHES"),
        ("FREQ=YEARLY;INTERVAL=999;COUNT=2", "TOO_LONG"),
        ("FREQ=DAILY;INTERVAL=2;COUNT=376", "TOO_LONG"),
        ("FREQ=DAILY;UNTIL=20270209", "TOO_LONG"),
        ("FREQ=DAILY;UNTIL=21991231", "TOO_LONG"),
        ("FREQ=DAILY;UNTIL=20250119", "UNTIL_BEFORE_START"),
        ("FREQ=DAILY;UNTIL=20250120T085959", "UNTIL_BEFORE_START"),
    ],
)
def test_a_series_that_cannot_be_held_is_refused(text: str, code: str) -> None:
    assert refusal(text, "2025-01-20T09:00") == code


def test_a_series_may_be_as_long_as_two_years_of_days() -> None:
    assert len(dates("FREQ=DAILY;COUNT=750", "2025-01-20T09:00")) == 750
    assert len(dates("FREQ=DAILY;UNTIL=20270208", "2025-01-20T09:00")) == 750
    assert dates("FREQ=DAILY;INTERVAL=2;COUNT=375", "2025-01-20T09:00")[-1] == "2027-02-07"


@pytest.mark.parametrize("start", ["0001-01-01T00:00", "9999-12-31T09:00"])
def test_a_start_at_the_end_of_all_calendars_is_refused(start: str) -> None:
    assert refusal("FREQ=YEARLY;INTERVAL=999;COUNT=2", start) == "OUT_OF_RANGE"


@pytest.mark.parametrize(
    "text",
    [
        *("FREQ=DAILY", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;INTERVAL=7;BYDAY=TU", "FREQ=WEEKLY;BYDAY=MO"),
        *("FREQ=WEEKLY;BYMONTH=2;BYDAY=MO,TU;BYSETPOS=3", "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30"),
        *("FREQ=YEARLY;BYDAY=53MO", "FREQ=YEARLY;INTERVAL=999", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
    ],
)
def test_a_rule_that_matches_nothing_costs_no_more_than_one_that_matches_always(text: str) -> None:
    """Each day is looked at once, and at the ends of the walk the rest of a year besides."""
    rule, first = parse_rule(text), date(2025, 1, 20)

    looked_at = [day for days in candidate_days(rule, first, since=first, last=first + timedelta(749)) for day in days]

    assert len(looked_at) <= 750 + 2 * 366
    assert len(set(looked_at)) == len(looked_at)


def test_an_old_series_rolls_forward_without_walking_through_its_past() -> None:
    rule, first = parse_rule("FREQ=MONTHLY;BYDAY=MO"), date(2005, 1, 3)
    since, last = date(2026, 3, 2), date(2026, 3, 31)

    periods = list(candidate_days(rule, first, since=since, last=last))

    assert [len(days) for days in periods] == [31]
    assert list(recurring_days(rule, first, since=since, last=last)) == [
        date(2026, 3, day) for day in (2, 9, 16, 23, 30)
    ]


@pytest.mark.parametrize("ending", ["", ";COUNT=6", ";UNTIL=20260302"])
def test_a_window_shows_its_part_of_a_series(ending: str) -> None:
    rule = parse_rule(f"FREQ=WEEKLY{ending};EXDATE=20260216")
    window = TimeRange(datetime(2026, 2, 9, 14, tzinfo=UTC), datetime(2026, 3, 9, 13, tzinfo=UTC))

    found = series_within(rule, wall("2026-01-26T09:00"), NEW_YORK, window)

    assert [f"{each.local:%m-%d}" for each in found] == ["02-09", "02-23", "03-02"]


def test_a_window_is_no_longer_than_a_series() -> None:
    start = datetime(2026, 2, 9, tzinfo=UTC)

    with pytest.raises(ValueError, match="shorter"):
        series_within(
            parse_rule("FREQ=DAILY"), wall("2026-01-26T09:00"), NEW_YORK, TimeRange.lasting(start, timedelta(days=750))
        )


def test_a_series_is_split_and_its_counts_add_up() -> None:
    """E077."""
    rule, start = parse_rule("FREQ=WEEKLY;COUNT=10;EXDATE=20250203"), wall("2025-01-20T09:00")
    whole = series(rule, start, NEW_YORK)

    before, after = split(rule, start, NEW_YORK, whole[4])

    assert before.canonical == "FREQ=WEEKLY;UNTIL=20250224T135959Z;EXDATE=20250203"
    assert after.canonical == "FREQ=WEEKLY;COUNT=5;EXDATE=20250203"
    assert series(before, start, NEW_YORK) + series(after, whole[4].local, NEW_YORK) == whole


def test_a_series_with_a_last_day_keeps_it_when_it_is_split() -> None:
    rule, start = parse_rule("FREQ=DAILY;UNTIL=20250124"), wall("2025-01-20T09:00")

    before, after = split(rule, start, NEW_YORK, series(rule, start, NEW_YORK)[2])

    assert (before.canonical, after) == ("FREQ=DAILY;UNTIL=20250122T135959Z", rule)


def test_nothing_comes_before_the_first() -> None:
    rule, start = parse_rule("FREQ=DAILY;COUNT=3"), wall("2025-01-20T09:00")

    with pytest.raises(ValueError, match="before the first"):
        split(rule, start, NEW_YORK, series(rule, start, NEW_YORK)[0])


def test_a_rule_is_ended_before_an_instant_of_any_zone() -> None:
    ended = with_until(parse_rule("FREQ=DAILY;COUNT=3"), datetime(2025, 1, 22, 9, tzinfo=NEW_YORK))

    assert ended.canonical == "FREQ=DAILY;UNTIL=20250122T135959Z"


def test_a_series_does_not_guess_the_zone_of_its_start() -> None:
    with pytest.raises(ValueError, match="local time"):
        series(parse_rule("FREQ=DAILY;COUNT=3"), datetime(2025, 1, 20, tzinfo=UTC), NEW_YORK)

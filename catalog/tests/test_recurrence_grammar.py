"""Rules as text: what is read, what is put right, and what is refused by name."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.recurrence import MOST_CHARACTERS, Frequency, Rule, parse_rule
from catalog.recurrence.rule import NthWeekday
from catalog.tests.factories import NEW_YORK
from common.errors import ValidationFailed


def refusal(text: str) -> str:
    with pytest.raises(ValidationFailed) as error:
        parse_rule(text)
    [detail] = error.value.details
    assert detail.field == "recurrence_rule"
    return detail.code


def test_every_part_is_read() -> None:
    text = (
        "FREQ=YEARLY;INTERVAL=2;UNTIL=20270101T000000Z;BYMONTH=3,11;BYMONTHDAY=-1,15;BYDAY=MO,2TU,-1FR;BYSETPOS=1,-1;"
        "WKST=SU;EXDATE=20260310,20260315T090000,20260320T140000Z"
    )

    assert parse_rule(text) == Rule(
        Frequency.YEARLY,
        interval=2,
        until=datetime(2027, 1, 1, tzinfo=UTC),
        by_month=(3, 11),
        by_month_day=(-1, 15),
        by_day=(NthWeekday(-1, 4), NthWeekday(0, 0), NthWeekday(2, 1)),
        by_set_position=(-1, 1),
        week_start=6,
        excluded=(date(2026, 3, 10), datetime(2026, 3, 15, 9), datetime(2026, 3, 20, 14, tzinfo=UTC)),  # noqa: DTZ001
    )


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=WEEKLY;COUNT=10;BYDAY=MO,WE",
        "freq=weekly;count=10;byday=mo,we",
        "RRULE:FREQ=WEEKLY;COUNT=10;BYDAY=MO,WE",
        "rrule : FREQ = WEEKLY ; COUNT = 10 ; BYDAY = MO , WE ;",
        "  FREQ=WEEKLY;COUNT=10;BYDAY=MO,WE\r\n",
        "FREQ=WEEKLY;COUN\r\n T=10;BYDAY=MO,\n\tWE",
        "BYDAY=WE,MO,WE;COUNT=0010;INTERVAL=1;WKST=MO;FREQ=WEEKLY",
    ],
)
def test_one_rule_in_many_spellings_has_one_text(text: str) -> None:
    """E083."""
    assert parse_rule(text).canonical == "FREQ=WEEKLY;COUNT=10;BYDAY=MO,WE"


@pytest.mark.parametrize(
    "injected",
    [
        "FREQ=DAILY;COUNT=3\nRRULE:FREQ=DAILY;COUNT=3",
        "FREQ=DAILY;COUNT=3\r\nDTSTART:19700101T000000Z",
        "FREQ=DAILY;COUNT=3\nEXDATE:20260101T000000Z",
        "FREQ=DAILY;COUNT=3\rATTACH:file:///etc/passwd",
        "DTSTART:20260101T090000Z\nRRULE:FREQ=DAILY;COUNT=3",
    ],
)
def test_a_second_line_is_refused(injected: str) -> None:
    """E083."""
    assert refusal(injected) == "MULTIPLE_LINES"


@pytest.mark.parametrize("frequency", ["SECONDLY", "MINUTELY", "HOURLY", "FORTNIGHTLY", "2"])
def test_nothing_goes_faster_than_daily(frequency: str) -> None:
    """E081."""
    assert refusal(f"FREQ={frequency};COUNT=3") == "UNSUPPORTED_FREQUENCY"


def test_a_series_ends_by_count_or_by_until() -> None:
    """E065."""
    assert refusal("FREQ=DAILY;COUNT=3;UNTIL=20260401") == "COUNT_AND_UNTIL"


@pytest.mark.parametrize("count", ["751", "1000000000", "9" * 1_900])
def test_a_bomb_by_count_is_too_many(count: str) -> None:
    assert refusal(f"FREQ=DAILY;COUNT={count}") == "TOO_MANY_OCCURRENCES"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "UNSUPPORTED_PART"),
        ("   ", "UNSUPPORTED_PART"),
        ("hello", "UNSUPPORTED_PART"),
        ("COUNT=3", "INVALID"),
        ("FREQ", "INVALID"),
        ("FREQ=", "INVALID"),
        ("FREQ=DAILY;;COUNT=3", "UNSUPPORTED_PART"),
        ("FREQ=DAILY;COUNT", "INVALID"),
        ("FREQ=DAILY;COUNT=3;COUNT=4", "AMBIGUOUS"),
        ("FREQ=DAILY;FREQ=WEEKLY", "AMBIGUOUS"),
        *((f"FREQ=DAILY;COUNT={each}", "INVALID") for each in ("0", "-1", "+3", "1.5", "1e3", "0x3", "1 0", "٣", "²")),
        *((f"FREQ=DAILY;INTERVAL={each}", "INVALID") for each in ("0", "-1", "1000", "1" + "0" * 20)),
        *((f"FREQ=MONTHLY;BYMONTHDAY={each}", "INVALID") for each in ("0", "32", "-32", "1,", ",", "1,,2", "--1")),
        *((f"FREQ=YEARLY;BYMONTH={each}", "INVALID") for each in ("0", "13", "-1", "JAN")),
        *((f"FREQ=MONTHLY;BYDAY={each}", "INVALID") for each in ("XX", "0MO", "54MO", "MON", "MO2", "1", "2 TU")),
        *((f"FREQ=MONTHLY;BYDAY=MO;BYSETPOS={each}", "INVALID") for each in ("0", "367", "-367")),
        *((f"FREQ=WEEKLY;WKST={each}", "INVALID") for each in ("1", "MO,TU", "2MO")),
        *(
            (f"FREQ=DAILY;UNTIL={each}", "INVALID")
            for each in (
                *("2026-01-01", "20260230", "20261301", "20260101T250000", "20260101T235960", "20260101T240000Z"),
                *("20260101T0900", "20260101T090000+0530", "2026W011", "00010101", "19691231", "99991231", "TODAY"),
            )
        ),
        ("FREQ=DAILY;EXDATE=20260101,", "INVALID"),
        ("FREQ=DAILY;EXDATE=TZID", "INVALID"),
        *((f"FREQ=DAILY;{each}=1", "UNSUPPORTED_PART") for each in ("BYHOUR", "BYMINUTE", "BYSECOND", "BYEASTER")),
        *((f"FREQ=YEARLY;{each}=1", "UNSUPPORTED_PART") for each in ("BYWEEKNO", "BYYEARDAY", "RDATE", "X-MINE")),
        ("FREQ=DAILY;BYSECOND=" + ",".join(map(str, range(60))), "UNSUPPORTED_PART"),
        ("EXRULE:FREQ=DAILY;COUNT=3", "UNSUPPORTED_PART"),
        ("DTSTART:20260101T090000Z;FREQ=DAILY", "UNSUPPORTED_PART"),
        ("DTSTART=20260101T090000Z;FREQ=DAILY", "UNSUPPORTED_PART"),
        ("RRULE:RRULE:FREQ=DAILY", "UNSUPPORTED_PART"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "UNSUPPORTED_COMBINATION"),
        ("FREQ=WEEKLY;BYDAY=2TU", "UNSUPPORTED_COMBINATION"),
        ("FREQ=DAILY;BYDAY=-1FR", "UNSUPPORTED_COMBINATION"),
        ("FREQ=MONTHLY;BYDAY=6MO", "UNSUPPORTED_COMBINATION"),
        ("FREQ=YEARLY;BYMONTH=3;BYDAY=-6MO", "UNSUPPORTED_COMBINATION"),
        ("FREQ=MONTHLY;BYSETPOS=1", "UNSUPPORTED_COMBINATION"),
        ("FREQ=DAILY\x00;COUNT=3", "UNSUPPORTED_FREQUENCY"),
        ("FREQ=ＤAILY", "INVALID"),
        (";" * MOST_CHARACTERS, "UNSUPPORTED_PART"),
        (" " * (MOST_CHARACTERS + 1), "MAX_LENGTH"),
        ("FREQ=DAILY;BYMONTHDAY=" + ",".join(["1"] * 5_000), "MAX_LENGTH"),
    ],
)
def test_what_is_no_rule_is_refused_with_its_reason(text: str, code: str) -> None:
    assert refusal(text) == code


def test_the_fifty_third_monday_of_a_year_may_be_asked_for() -> None:
    assert parse_rule("FREQ=YEARLY;BYDAY=53MO").by_day == (NthWeekday(53, 0),)


@pytest.mark.parametrize(
    ("until", "instant"),
    [
        ("20260401T090000", "20260401T130000Z"),
        ("20260401T130000Z", "20260401T130000Z"),
        ("20260401", "20260402T035959Z"),
        ("20261101T013000", "20261101T063000Z"),
        ("20260308T023000", "20260308T073000Z"),
    ],
)
def test_an_end_without_z_is_local_and_stored_in_utc(until: str, instant: str) -> None:
    """E064. A date means all of that day; of a time that is shown twice the later one, of a skipped one the moved."""
    settled = parse_rule(f"FREQ=DAILY;UNTIL={until}").settled(NEW_YORK)

    assert settled.canonical == f"FREQ=DAILY;UNTIL={instant}"


def test_a_rule_without_an_end_is_settled_as_it_is() -> None:
    rule = parse_rule("FREQ=DAILY;COUNT=3")

    assert rule.settled(NEW_YORK) is rule


WORDS = st.sampled_from(
    [
        *("FREQ=DAILY", "FREQ=WEEKLY", "FREQ=MONTHLY", "FREQ=YEARLY", "COUNT=5", "UNTIL=20260601", "INTERVAL=3"),
        *("BYDAY=MO,-1FR", "BYDAY=SU,TU", "BYMONTHDAY=31,-1", "BYMONTH=2", "BYSETPOS=-1", "WKST=SU", "WKST=MO"),
        *("EXDATE=20260501T090000,20260401", "UNTIL=20260601T000000", "RRULE:", "=", ",", "\n ", " ", "٣", "\n"),
    ]
)


@given(st.lists(WORDS, max_size=7).map(";".join) | st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_rule_that_writes_itself_back_or_a_clear_refusal(text: str) -> None:
    try:
        rule = parse_rule(text)
    except ValidationFailed:
        return
    assert parse_rule(rule.canonical) == rule
    assert parse_rule(rule.canonical).canonical == rule.canonical

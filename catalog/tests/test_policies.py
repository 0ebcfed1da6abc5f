"""The rules that a start must keep, whoever else wants the time."""

from datetime import date, datetime, timedelta

import pytest

from catalog.enums import Reason
from catalog.errors import NotBookable
from catalog.opening import OpeningHours, WallRange
from catalog.policies import BookingWindow, reason_against, require_bookable
from catalog.tests.factories import KOLKATA, NEW_YORK, NOW, at, between, minutes
from common.timeranges import TimeRange

HOURS = OpeningHours(
    KOLKATA,
    {key: [WallRange(datetime.min.time().replace(hour=9), datetime.min.time().replace(hour=18))] for key in range(7)},
)
MONDAY = date(2026, 3, 2)


def window(*, notice: int = 0, horizon: int = 30) -> BookingWindow:
    return BookingWindow.at(NOW, KOLKATA, notice=minutes(notice), horizon_days=horizon)


def against(time: TimeRange, **rules: int) -> Reason | None:
    return reason_against(time, HOURS, window(**rules))


def test_a_start_that_has_passed_is_past_be_it_by_a_second() -> None:
    """E032: now is 10:10; there is no grace for clocks that run behind."""
    assert against(TimeRange.lasting(NOW - timedelta(seconds=1), minutes(30))) == Reason.PAST
    assert against(TimeRange.lasting(NOW - timedelta(seconds=59), minutes(30))) == Reason.PAST
    assert against(TimeRange.lasting(NOW, minutes(30))) is None


def test_the_notice_is_elapsed_time_to_the_second() -> None:
    """E030, U10: instants are compared, not what clocks show."""
    assert against(TimeRange.lasting(NOW + minutes(119), minutes(30)), notice=120) == Reason.TOO_SOON
    assert against(TimeRange.lasting(NOW + minutes(120), minutes(30)), notice=120) is None


def test_day_thirty_can_be_booked_and_day_thirty_one_cannot() -> None:
    """E031."""
    thirty, thirty_one = MONDAY + timedelta(days=30), MONDAY + timedelta(days=31)

    assert against(between("17:00", "18:00", thirty)) is None
    assert against(between("09:00", "10:00", thirty_one)) == Reason.TOO_FAR


def test_the_horizon_ends_at_the_calendars_own_midnight() -> None:
    in_new_york = BookingWindow.at(NOW, NEW_YORK, notice=minutes(0), horizon_days=6)

    # In New York it is still Sunday, 1 March; the sixth day after it is Saturday, before the clocks change.
    assert in_new_york.until == at("00:00", date(2026, 3, 8), NEW_YORK)


def test_outside_of_the_hours_nothing_is_booked() -> None:
    """E040."""
    assert against(between("17:30", "18:30")) == Reason.CLOSED
    assert against(between("08:59", "09:30")) == Reason.CLOSED
    assert against(between("09:00", "18:00")) is None


@pytest.mark.parametrize(
    ("time", "code"),
    [
        (between("08:00", "09:00", MONDAY), "PAST"),
        (between("17:30", "18:30"), "OUTSIDE_BUSINESS_HOURS"),
        (between("09:00", "10:00", date(2026, 5, 1)), "BEYOND_HORIZON"),
        (between("10:30", "11:00", MONDAY), "MINIMUM_NOTICE"),
    ],
)
def test_a_refusal_is_a_422_with_the_code_of_the_rule(time: TimeRange, code: str) -> None:
    with pytest.raises(NotBookable) as refusal:
        require_bookable(time, HOURS, window(notice=60))

    assert refusal.value.status == 422
    assert [(detail.field, detail.code) for detail in refusal.value.details] == [("start_time", code)]


def test_what_can_be_booked_is_let_through() -> None:
    require_bookable(between("09:00", "10:00"), HOURS, window(notice=60))


def test_no_start_is_left_where_the_notice_reaches_beyond_the_horizon() -> None:
    asked = between("00:00", "23:59")

    assert window(notice=60 * 24 * 60, horizon=1).of(asked) is None

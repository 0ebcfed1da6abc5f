"""E328: what can wait does not ring at night, by the reader's own clock."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.quiet_hours import after_quiet_hours

ZONES = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("posix", "right")))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("moment", "sent"),
    [
        ("2026-01-20T07:59:59+05:30", "2026-01-20T08:00+05:30"),
        ("2026-01-20T08:00+05:30", "2026-01-20T08:00+05:30"),
        ("2026-01-20T21:59:59+05:30", "2026-01-20T21:59:59+05:30"),
        ("2026-01-20T22:00+05:30", "2026-01-21T08:00+05:30"),
        ("2026-01-20T23:30+05:30", "2026-01-21T08:00+05:30"),
        ("2026-01-21T00:00+05:30", "2026-01-21T08:00+05:30"),
    ],
)
def test_the_night_ends_at_eight(moment: str, sent: str) -> None:
    assert after_quiet_hours(at(moment), ZoneInfo("Asia/Kolkata")) == at(sent)


def test_a_night_in_which_clocks_change_still_ends_at_eight() -> None:
    berlin = ZoneInfo("Europe/Berlin")

    assert after_quiet_hours(at("2026-03-28T23:00+01:00"), berlin) == at("2026-03-29T08:00+02:00")
    assert after_quiet_hours(at("2026-10-24T23:00+02:00"), berlin) == at("2026-10-25T08:00+01:00")


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds are naive
    st.sampled_from(ZONES),
)
def test_nobody_is_woken_and_nobody_waits_longer_than_a_night(moment: datetime, name: str) -> None:
    zone = ZoneInfo(name)

    sent = after_quiet_hours(moment, zone)

    assert time(8) <= sent.astimezone(zone).time() < time(22)
    # Ten hours, and clocks that are put back; Samoa once skipped a whole day.
    assert timedelta() <= sent - moment <= timedelta(hours=13)
    assert after_quiet_hours(sent, zone) == sent

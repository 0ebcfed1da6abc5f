"""The one clock."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import time_machine

from common import clock


def test_now_is_aware_and_in_utc() -> None:
    assert clock.now().tzinfo is UTC
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)  # noqa: TID251 - what the clock is held against


@time_machine.travel("2026-11-01T20:00:00Z", tick=False)
def test_tests_can_stop_it() -> None:
    assert clock.now() == datetime(2026, 11, 1, 20, tzinfo=UTC)


@time_machine.travel("2026-11-01T20:00:00Z", tick=False)
def test_today_depends_on_where_one_looks() -> None:
    assert clock.today(ZoneInfo("Asia/Kolkata")) == date(2026, 11, 2)
    assert clock.today(ZoneInfo("America/New_York")) == date(2026, 11, 1)

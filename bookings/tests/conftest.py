"""In every test of bookings it is Monday morning, 2 March 2026, until somebody travels on."""

from collections.abc import Callable
from datetime import datetime

import pytest

from catalog.tests.factories import NOW
from common import clock

Travel = Callable[[datetime], None]


@pytest.fixture(autouse=True)
def travel(monkeypatch: pytest.MonkeyPatch) -> Travel:
    """`travel(at("10:00"))`: from here on it is ten o'clock on Tuesday."""

    def to(instant: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: instant)

    to(NOW)
    return to

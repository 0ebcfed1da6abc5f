"""In every test of bookings it is Monday morning, 2 March 2026, until somebody travels on. Many ask for Alice."""

from collections.abc import Callable
from datetime import datetime

import pytest

from accounts.models import User
from bookings.tests.factories import offered, somebody
from catalog.models import Resource, Service
from catalog.tests.factories import NOW, room
from common import clock

Travel = Callable[[datetime], None]


@pytest.fixture(autouse=True)
def travel(monkeypatch: pytest.MonkeyPatch) -> Travel:
    """`travel(at("10:00"))`: from here on it is ten o'clock on Tuesday."""

    def to(instant: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: instant)

    to(NOW)
    return to


@pytest.fixture
def alice() -> User:
    return somebody("Alice")


@pytest.fixture
def lotus() -> Resource:
    return room()


@pytest.fixture
def consultation() -> Service:
    return offered()

"""In every test of the catalog it is Monday morning, 2 March 2026."""

import pytest

from catalog.tests.factories import NOW
from common import clock


@pytest.fixture(autouse=True)
def _monday_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)

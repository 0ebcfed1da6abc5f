"""How the tests of series speak to the API."""

from typing import Any

from accounts.models import User
from bookings.models import Series
from bookings.tests.api_calls import BOOKINGS, reservation_of
from catalog.models import Resource
from common.tests.probe.client import client_of

RECURRING = "/recurring"
BROKEN = "BUSINESS_RULE_VIOLATION"


def weekly(lotus: Resource, count: int = 3, **more: Any) -> dict[str, Any]:
    return reservation_of(lotus, recurrence_rule=f"FREQ=WEEKLY;COUNT={count}", **more)


def data(response: Any, status: int = 200) -> Any:
    assert response.status_code == status, response.content
    return response.json()["data"]


def path(series: Series, query: str) -> str:
    return f"{BOOKINGS}/series/{series.pk}{query}"


def change(user: User, series: Series, body: Any, query: str = "?scope=all", **headers: str) -> Any:
    return client_of(user).patch(path(series, query), body, "application/json", headers=headers)


def cancel(user: User, series: Series, query: str = "?scope=all") -> Any:
    return client_of(user).delete(path(series, query))

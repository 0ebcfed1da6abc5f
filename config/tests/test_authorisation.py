"""Every route of the OpenAPI document as every caller; the expectations are tables of the apps.

How an app adds its own is told in common/tests/access_tables.py.
"""

import json
from typing import Any

import pytest
from pytest_django import Settings

from common.api.docs import document
from common.tests.access_tables import Caller, Route
from common.tests.probe.client import refused
from config.tests.api_routes import described_routes, served_routes
from config.tests.doors import (
    LINES,
    ROUTES,
    Ask,
    Cast,
    asking,
    cast_of_callers,
    nothing_is_written,
    other_id,
    things_of,
    undone,
)

pytestmark = pytest.mark.django_db

# The document does not describe itself.
UNDESCRIBED = {"GET /schema"}
# Asked by monitors, without the API's way of knowing callers.
UNGUARDED = {"GET /health"}

CODES = {
    400: "VALIDATION_ERROR",
    401: "AUTHENTICATION_REQUIRED",
    403: "INSUFFICIENT_PERMISSIONS",
    404: "RESOURCE_NOT_FOUND",
}


@pytest.fixture
def cast(settings: Settings) -> Cast:
    settings.RATE_LIMITS = False
    return cast_of_callers()


# The tables


def test_every_route_of_the_document_has_its_line_and_every_line_its_route() -> None:
    document.cache_clear()
    body, _ = document()

    assert described_routes(json.loads(body)) - UNGUARDED == set(ROUTES)


def test_no_route_has_two_lines() -> None:
    assert len(LINES) == len(ROUTES)


def test_the_document_describes_every_route_that_is_served() -> None:
    body, _ = document()

    assert served_routes() - described_routes(json.loads(body)) == UNDESCRIBED


def test_a_line_names_an_object_where_the_path_holds_an_id() -> None:
    assert [call for call, route in ROUTES.items() if ("{" in call) is not (route.thing is not None)] == []


# The doors


@pytest.mark.parametrize("call", sorted(ROUTES))
def test_a_route_lets_in_whom_its_line_names_and_nobody_else(call: str, cast: Cast) -> None:
    """A001, A002, A004 and A008."""
    route = ROUTES[call]

    for caller in Caller:
        ask = asking(call, route, caller, cast)
        if caller in route.callers:
            _gets_what_is_theirs(route, caller, ask, cast)
            _cannot_tell_hidden_from_absent(route, caller, ask, cast)
        else:
            _is_refused(route, caller, ask, cast)


def _gets_what_is_theirs(route: Route, caller: Caller, ask: Ask, cast: Cast) -> None:
    with undone():
        owner = cast.owner(caller)
        answer = ask({name: thing.seen(owner).pk for name, thing in things_of(route)})()

        assert answer.status_code == route.status_for(caller), (caller, answer.content)


def _cannot_tell_hidden_from_absent(route: Route, caller: Caller, ask: Ask, cast: Cast) -> None:
    """Each id in turn is a stranger's or nobody's; all others are one's own."""
    for place, _ in things_of(route):
        with undone():
            hidden, absent = (_answer_for(place, route, caller, ask, cast, is_hidden=each) for each in (True, False))

            refused(hidden, 404, CODES[404])
            assert _as_anybody_sees(hidden) == _as_anybody_sees(absent), (caller, place)


def _answer_for(place: str, route: Route, caller: Caller, ask: Ask, cast: Cast, *, is_hidden: bool) -> Any:
    request = ask(
        {
            name: other_id(thing, cast, is_hidden=is_hidden) if name == place else thing.seen(cast.owner(caller)).pk
            for name, thing in things_of(route)
        }
    )
    with nothing_is_written(caller):
        return request()


def _is_refused(route: Route, caller: Caller, ask: Ask, cast: Cast) -> None:
    status = route.status_for(caller)
    for is_hidden in (True, False) if route.thing else (True,):
        with undone():
            request = ask({name: other_id(thing, cast, is_hidden=is_hidden) for name, thing in things_of(route)})
            with nothing_is_written(caller):
                answer = request()

            refused(answer, status, CODES[status])


def _as_anybody_sees(answer: Any) -> Any:
    """Everything of an answer but what differs between any two."""
    body = answer.json()
    del body["error"]["request_id"], body["error"]["timestamp"]
    return answer.status_code, body, {name: text for name, text in answer.items() if name != "X-Request-ID"}

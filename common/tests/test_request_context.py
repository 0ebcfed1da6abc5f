import json
import logging
from collections.abc import Iterator
from io import StringIO

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import ResolverMatch
from django.utils.functional import SimpleLazyObject
from pytest_django import Settings

from accounts.models import User
from accounts.tests.tokens import token_of
from common.context import current_request_id
from common.logs import formatter
from common.middleware.request_context import RequestContextMiddleware
from common.tests.test_metrics import figure


@pytest.fixture
def access_lines() -> Iterator[StringIO]:
    output = StringIO()
    handler = logging.StreamHandler(output)
    handler.setFormatter(formatter("json"))
    logger = logging.getLogger("almanac.access")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield output
    logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)


def test_a_sane_id_of_the_client_comes_back(client: Client) -> None:
    response = client.get("/health", headers={"X-Request-ID": "trace-0123.ABC_x"})

    assert response.headers["X-Request-ID"] == "trace-0123.ABC_x"


@pytest.mark.parametrize(
    "given",
    ["", "short", "a" * 129, "with space 123", "new\nline1234", "<script>alert(1)", "ünïcödé-id", "919876543210"],
)
def test_any_other_id_is_replaced_by_ours(given: str) -> None:
    request = RequestFactory().get("/")
    request.META["HTTP_X_REQUEST_ID"] = given

    response = RequestContextMiddleware(lambda _: HttpResponse())(request)

    assert len(response.headers["X-Request-ID"]) == 32
    assert int(response.headers["X-Request-ID"], 16)


def test_the_id_is_known_during_the_request_and_forgotten_after_it() -> None:
    seen = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(current_request_id())
        return HttpResponse()

    RequestContextMiddleware(view)(RequestFactory().get("/", headers={"X-Request-ID": "abcdefgh"}))

    assert seen == ["abcdefgh"]
    assert current_request_id() == ""


@pytest.mark.django_db
def test_every_answer_bears_the_id_also_errors_and_bad_hosts(client: Client) -> None:
    for path, status, host in [
        ("/health", 200, "localhost"),
        ("/nowhere", 404, "localhost"),
        ("/api/v1/nowhere", 404, "localhost"),
        ("/admin/", 302, "localhost"),
        ("/static/admin/css/base.css", 200, "localhost"),
        ("/admin/login/", 400, "evil.example"),
    ]:
        response = client.get(path, headers={"X-Request-ID": "abcdefgh", "Host": host})
        response.close()

        assert (response.status_code, response.headers.get("X-Request-ID")) == (status, "abcdefgh"), path


def test_one_line_tells_of_a_request_without_its_query(client: Client, access_lines: StringIO) -> None:
    client.get("/nowhere?token=abcdefgh1&q=alice", headers={"X-Request-ID": "abcdefgh"}, REMOTE_ADDR="203.0.113.9")

    line = json.loads(access_lines.getvalue())
    assert line.pop("ms") >= 0
    assert line.pop("bytes") > 0
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "info",
        "logger": "almanac.access",
        "event": "request",
        "request_id": "abcdefgh",
        "method": "GET",
        "path": "/nowhere",
        "route": "unmatched",
        "status": 404,
        "user_id": None,
        "client": "203.0.113.0/24",
    }


def test_a_path_cannot_forge_a_line(client: Client, access_lines: StringIO) -> None:
    client.get("/nowhere%0a%7b%22event%22:%22forged%22%7d%1b[31m")

    assert access_lines.getvalue().count("\n") == 1
    assert "\x1b" not in access_lines.getvalue()


def test_a_token_in_a_path_is_hidden(access_lines: StringIO) -> None:
    request = RequestFactory().get("/calendars/s3cr3t-feed.ics")
    request.resolver_match = ResolverMatch(len, (), {"token": "s3cr3t-feed"}, route="calendars/<str:token>.ics")

    RequestContextMiddleware(lambda _: HttpResponse())(request)

    line = json.loads(access_lines.getvalue())
    assert (line["path"], line["route"]) == ("/calendars/[hidden].ics", "calendars/<str:token>.ics")


@pytest.mark.parametrize(
    ("policy", "address", "written"),
    [
        ("full", "203.0.113.9", "203.0.113.9"),
        ("network", "203.0.113.9", "203.0.113.0/24"),
        ("network", "2001:db8:1:2:3::9", "2001:db8:1::/48"),
        ("none", "203.0.113.9", None),
    ],
)
def test_the_policy_decides_how_much_of_an_address_is_kept(
    settings: Settings, access_lines: StringIO, policy: str, address: str, written: str | None
) -> None:
    settings.LOG_CLIENT_IP = policy

    RequestContextMiddleware(lambda _: HttpResponse())(RequestFactory().get("/", REMOTE_ADDR=address))

    assert json.loads(access_lines.getvalue())["client"] == written


@pytest.mark.django_db
def test_the_line_names_the_user_a_token_belongs_to(client: Client, access_lines: StringIO) -> None:
    alice = User.objects.create_user(email="alice@mail.example.com", password=None)
    request = RequestFactory().get("/", headers={"Authorization": f"Bearer {token_of(alice)}"})

    def view(request: HttpRequest) -> HttpResponse:
        request.user = alice
        return HttpResponse()

    RequestContextMiddleware(view)(request)

    assert json.loads(access_lines.getvalue())["user_id"] == str(alice.pk)
    assert "alice" not in access_lines.getvalue()


def test_the_line_does_not_look_up_a_user_that_nobody_asked_for(access_lines: StringIO) -> None:
    request = RequestFactory().get("/")
    asked = []
    request.user = SimpleLazyObject(lambda: asked.append(1) or AnonymousUser())  # type: ignore[assignment, func-returns-value]  # as AuthenticationMiddleware does

    RequestContextMiddleware(lambda _: HttpResponse())(request)

    assert asked == []
    assert json.loads(access_lines.getvalue())["user_id"] is None


def test_healthy_probes_are_quiet(client: Client, access_lines: StringIO) -> None:
    client.get("/health")

    assert json.loads(access_lines.getvalue())["level"] == "debug"


def test_requests_are_counted_by_route_and_not_by_path(client: Client) -> None:
    before = figure("almanac_requests_total", route="unmatched", method="GET", status="404")

    for number in range(3):
        client.get(f"/nowhere/{number}")

    assert figure("almanac_requests_total", route="unmatched", method="GET", status="404") == before + 3

"""Limits as a client of the API meets them: over real HTTP where it is about parallel requests."""

import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import dropwhile, takewhile
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from common.models import PlatformSettings
from common.platform import remember_platform_settings
from common.redis import redis_client
from common.tests.limiter import reconnect_limiter
from common.tests.probe.client import client_of, refused

LIMITED = "/api/v1/limited"
SendMany = Callable[..., list[int]]
HEADERS = {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"}
ALICE = {"email": "alice@example.com", "password": "wrong"}

pytestmark = [pytest.mark.urls("common.tests.limited"), pytest.mark.django_db]


def with_figures(**figures: int) -> None:
    remember_platform_settings(PlatformSettings(**figures), seconds=3600)


def limit_headers(response: Any) -> dict[str, str]:
    return {name: response[name] for name in HEADERS if name in response}


def post(path: str, body: Any, client: Client | None = None, **options: Any) -> Any:
    return (client or Client()).post(LIMITED + path, body, content_type="application/json", **options)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """What `bin/run` serves, in a thread, so that a test can still change settings."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=1024)
    # Left to itself, uvicorn believes the X-Forwarded-For of whoever calls from this machine.
    options = uvicorn.Config("config.asgi:application", proxy_headers=False, log_config=None, lifespan="off", ws="none")
    server = uvicorn.Server(options)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield listening.getsockname()[1]
    server.should_exit = True
    thread.join()
    listening.close()


@pytest.fixture
def at_once(port: int) -> SendMany:
    """Sends 200 requests over as many connections, 40 at a time, and returns their statuses."""

    def send(path: Callable[[int], str], headers: Callable[[int], dict[str, str]], body: str = "{}") -> list[int]:
        def one(number: int) -> int:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            headers_sent = {"Content-Type": "application/json", **headers(number)}
            connection.request("POST", LIMITED + path(number), body, headers_sent)
            response = connection.getresponse()
            response.read()
            connection.close()
            return response.status

        with ThreadPoolExecutor(40) as threads:
            return list(threads.map(one, range(200)))

    return send


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "X_Forwarded_For"])
def test_of_two_hundred_parallel_requests_exactly_five_pass(at_once: SendMany, settings: Settings, header: str) -> None:
    with_figures(anonymous_per_minute=5)

    statuses = at_once(lambda _: "/open", lambda number: {header: f"203.0.113.{number}"})

    assert sorted(statuses) == [200] * 5 + [429] * 195


def test_behind_a_proxy_what_the_client_wrote_itself_changes_nothing(at_once: SendMany, settings: Settings) -> None:
    settings.TRUSTED_PROXY_DEPTH = 1
    with_figures(anonymous_per_minute=5)

    statuses = at_once(
        lambda _: "/open", lambda number: {"X-Forwarded-For": f"203.0.113.{number}, 10.1.1.{number}, 198.51.100.7"}
    )

    assert statuses.count(200) == 5


def test_all_addresses_of_one_ipv6_network_are_one_caller(at_once: SendMany, settings: Settings) -> None:
    settings.TRUSTED_PROXY_DEPTH = 1
    with_figures(anonymous_per_minute=5)

    statuses = at_once(lambda _: "/open", lambda number: {"X-Forwarded-For": f"2001:db8:1:2:{number:x}::{number:x}"})

    assert statuses.count(200) == 5


def test_spellings_of_a_path_share_one_limit(at_once: SendMany) -> None:
    with_figures(anonymous_per_minute=5)
    spellings = ["/open", "/open/", "/open?x=1", "/open/?y", "/%6fpen"]

    statuses = at_once(lambda number: spellings[number % 5], lambda _: {})

    assert sorted(statuses) == [200] * 5 + [429] * 195


def test_two_hundred_parallel_logins_are_five_attempts(at_once: SendMany) -> None:
    with_figures(anonymous_per_minute=1000)

    statuses = at_once(lambda _: "/login", lambda _: {}, body='{"email": "alice@example.com"}')

    assert sorted(statuses) == [200] * 5 + [429] * 195


def test_a_refused_request_is_told_in_the_one_error_shape() -> None:
    with_figures(anonymous_per_minute=1)
    Client().get(f"{LIMITED}/open")

    response = Client().get(f"{LIMITED}/open")

    refused(response, 429, "RATE_LIMIT_EXCEEDED")
    assert response["Retry-After"] == "60"
    assert limit_headers(response) == {
        "RateLimit-Limit": "1",
        "RateLimit-Remaining": "0",
        "RateLimit-Reset": response["RateLimit-Reset"],
    }


@pytest.mark.parametrize(
    ("path", "status"),
    [("/open", 200), ("/nowhere", 404), ("/staff", 401), ("/open?x=%ff", 400), ("/open?x=%00", 400)],
)
def test_every_api_response_tells_the_limits(path: str, status: int) -> None:
    response = Client().get(LIMITED + path)

    assert response.status_code == status
    assert limit_headers(response) == {
        "RateLimit-Limit": "100",
        "RateLimit-Remaining": "99",
        "RateLimit-Reset": "60",
    }


def test_refused_tokens_methods_and_bodies_tell_the_limits_too() -> None:
    forged = Client(headers={"Authorization": "Bearer nonsense"})

    answers = [forged.get(f"{LIMITED}/open"), Client().delete(f"{LIMITED}/open"), post("/open", "{")]

    assert [answer.status_code for answer in answers] == [401, 405, 400]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["99", "98", "97"]


@pytest.mark.parametrize("path", ["/nowhere", "/staff", "/open?x=%ff"])
def test_what_no_view_sees_is_limited_as_well(path: str) -> None:
    with_figures(anonymous_per_minute=3)

    statuses = [Client().get(LIMITED + path).status_code for _ in range(5)]

    assert statuses[3:] == [429, 429]
    assert 429 not in statuses[:3]


def test_pages_outside_the_api_have_no_limits() -> None:
    assert limit_headers(Client().get("/health")) == {}


def test_a_view_without_throttles_is_not_limited() -> None:
    with_figures(anonymous_per_minute=1)

    answers = [Client().get(f"{LIMITED}/unlimited") for _ in range(5)]

    assert {answer.status_code for answer in answers} == {200}
    assert limit_headers(answers[0]) == {}


def test_each_tier_has_its_own_amount() -> None:
    standard = User.objects.create_user("alice@example.com")
    staff = User.objects.create_user("sam@example.com", is_staff=True)

    amounts = [client_of(user).get(f"{LIMITED}/open")["RateLimit-Limit"] for user in (None, standard, staff)]

    assert amounts == ["100", "100", "1000"]


def test_users_behind_one_address_do_not_use_up_each_others_limit() -> None:
    with_figures(standard_per_minute=2)
    alice, bob = (User.objects.create_user(f"{name}@example.com") for name in ("alice", "bob"))
    for _ in range(2):
        client_of(alice).get(f"{LIMITED}/open")

    assert client_of(alice).get(f"{LIMITED}/open").status_code == 429
    assert client_of(bob).get(f"{LIMITED}/open").status_code == 200
    assert Client().get(f"{LIMITED}/open").status_code == 200


def test_a_forbidden_action_counts_for_the_one_who_tried() -> None:
    with_figures(standard_per_minute=2)
    alice = User.objects.create_user("alice@example.com")

    statuses = [client_of(alice).get(f"{LIMITED}/staff").status_code for _ in range(3)]

    assert statuses == [403, 403, 429]


def a_premium_tier(user: Any) -> Any:
    return "premium_per_minute"


def test_upper_floors_may_decide_the_tier(settings: Settings) -> None:
    from common.api import throttles  # noqa: PLC0415 - its cache is cleared

    settings.RATE_LIMIT_TIER = "common.tests.test_throttles.a_premium_tier"
    throttles._tier_function.cache_clear()
    try:
        alice = User.objects.create_user("alice@example.com")
        assert client_of(alice).get(f"{LIMITED}/open")["RateLimit-Limit"] == "500"
    finally:
        throttles._tier_function.cache_clear()


def test_a_scope_is_the_tighter_limit_and_counts_spellings_as_one() -> None:
    spellings = ["alice@example.com", "ALICE@example.com", " alice@example.com ", "\uff41lice@example.com"]

    answers = [post("/login", {"email": spellings[number % 4]}) for number in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[0]["RateLimit-Limit"] == "5"
    assert answers[5]["Retry-After"] == "900"
    assert post("/login", {"email": "bob@example.com"}).status_code == 200
    assert Client().get(f"{LIMITED}/login").status_code == 200


def test_a_code_is_limited_per_phone_however_it_is_written_and_per_address() -> None:
    spellings = [
        {"phone_number": "+919876543210"},
        {"phoneNumber": "+91 98765 43210"},
        {"phone_number": "00919876543210"},
    ]

    assert [post("/otp", body).status_code for body in spellings] == [200, 200, 200]
    assert post("/otp", spellings[0]).status_code == 429

    others = [post("/otp", {"phone_number": f"+9198765400{number:02}"}).status_code for number in range(8)]
    assert others == [200] * 7 + [429]


@pytest.mark.parametrize("body", ["{", "[]", '"x"', '{"email": 5}', '{"email": null}', "{}", '{"email": ["a"]}'])
def test_a_body_that_names_nobody_is_no_way_around_the_limit(body: str) -> None:
    with_figures(anonymous_per_minute=3)

    statuses = [post("/login", body).status_code for _ in range(5)]

    assert statuses[3:] == [429, 429]
    assert {400} >= set(statuses[:3]) or {200} >= set(statuses[:3])


def test_an_unreadable_body_is_told_as_such() -> None:
    refused(post("/login", "{"), 400, "VALIDATION_ERROR")


def test_a_limit_costs_no_query_and_one_round_trip(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with redis_client().monitor() as monitor:
        # The monitor has taken a connection out of the pool: the first call may open, and announce, another one.
        post("/otp", {"phone_number": "+919876543210"})
        redis_client().echo("from here on")
        with django_assert_num_queries(0):
            post("/otp", {"phone_number": "+919876543211"})
        redis_client().echo("that was all")
        heard = takewhile(lambda command: command != "ECHO that was all", commands_of_this_worker(monitor))
        asked = list(dropwhile(lambda command: command != "ECHO from here on", heard))[1:]

    assert [command.partition(" ")[0] for command in asked] == ["EVALSHA"]


def commands_of_this_worker(monitor: Any) -> Iterator[str]:
    """What clients ask of the worker's own Redis database; the other workers share the server."""
    database = redis_client().connection_pool.connection_kwargs["db"]
    for seen in monitor.listen():
        if int(seen["db"]) == database and seen["client_type"] != "lua":
            yield seen["command"]


def test_lifted_limits_are_not_mentioned(settings: Settings) -> None:
    settings.RATE_LIMITS = False
    with_figures(anonymous_per_minute=1)

    answers = [Client().get(f"{LIMITED}/{path}") for path in ("open", "open", "nowhere", "nowhere")]

    assert [answer.status_code for answer in answers] == [200, 200, 404, 404]
    assert all(limit_headers(answer) == {} for answer in answers)


@pytest.fixture
def _no_redis(settings: Settings, tmp_path: Path) -> Iterator[None]:
    # Nothing listens on port 1.
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    reconnect_limiter()
    yield
    reconnect_limiter()


@pytest.mark.usefixtures("_no_redis")
def test_without_redis_reads_go_on_and_codes_and_payments_are_refused() -> None:
    alice = User.objects.create_user("alice@example.com")

    assert Client().get(f"{LIMITED}/open").status_code == 200
    assert Client().get(f"{LIMITED}/nowhere").status_code == 404
    for response in (
        post("/otp", {"phone_number": "+919876543210"}),
        post("/payment", {"amount": "1.00"}, client_of(alice)),
    ):
        refused(response, 503, "SERVICE_UNAVAILABLE")
        assert int(response["Retry-After"]) > 0

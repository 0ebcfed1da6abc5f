"""One shape for every error, whoever raises it; nothing of the inside leaks."""

import logging
from typing import Any

import pytest
from django.test import Client
from rest_framework.exceptions import ErrorDetail, ValidationError

from common.api.exceptions import domain_error
from common.tests.probe.client import CAMEL, PROBE, detail_codes, post_bytes, refused

pytestmark = [pytest.mark.django_db, pytest.mark.urls("common.tests.probe.urls")]

RAISED = [
    ("conflict", 409, "DUPLICATE_RESOURCE"),
    ("payment", 402, "PAYMENT_FAILED"),
    ("throttled", 429, "RATE_LIMIT_EXCEEDED"),
    ("denied", 403, "INSUFFICIENT_PERMISSIONS"),
    ("missing", 404, "RESOURCE_NOT_FOUND"),
    ("suspicious", 400, "VALIDATION_ERROR"),
    ("too_big", 413, "PAYLOAD_TOO_LARGE"),
    ("invalid", 400, "VALIDATION_ERROR"),
    ("not_accepted", 406, "NOT_ACCEPTABLE"),
    ("lock_timeout", 503, "SERVICE_UNAVAILABLE"),
    ("redis_down", 503, "SERVICE_UNAVAILABLE"),
    ("unstorable", 400, "VALIDATION_ERROR"),
    ("crash", 500, "INTERNAL_ERROR"),
]


def get(path: str, **options: Any) -> Any:
    return Client(raise_request_exception=False).get(PROBE + path, **options)


@pytest.mark.parametrize(("name", "status", "code"), RAISED)
def test_whatever_a_view_raises_has_the_one_shape_and_tells_no_secret(name: str, status: int, code: str) -> None:
    response = get(f"/raise/{name}")

    refused(response, status, code)
    assert b"secret" not in response.content
    assert response["Cache-Control"] == "private, no-store"


DJANGO_ANSWERS = ["denied", "missing", "suspicious", "lock_timeout", "redis_down", "crash"]


@pytest.mark.parametrize(("name", "status", "code"), [case for case in RAISED if case[0] in DJANGO_ANSWERS])
def test_the_same_holds_outside_of_drf(name: str, status: int, code: str) -> None:
    response = get(f"/page/{name}")

    refused(response, status, code)
    assert b"secret" not in response.content


@pytest.mark.parametrize(("name", "status"), [("denied", 403), ("missing", 404), ("suspicious", 400), ("crash", 500)])
def test_pages_for_people_are_not_json(name: str, status: int) -> None:
    response = Client(raise_request_exception=False).get(f"/pages/{name}")

    assert response.status_code == status
    assert response["Content-Type"].startswith("text/")
    assert b"secret" not in response.content


@pytest.mark.parametrize("name", ["lock_timeout", "redis_down"])
@pytest.mark.parametrize("origin", ["raise", "page"])
def test_what_passes_by_itself_says_when_to_come_back(name: str, origin: str) -> None:
    assert int(get(f"/{origin}/{name}")["Retry-After"]) >= 1


def test_a_throttle_says_when_to_come_back_in_whole_seconds() -> None:
    assert get("/raise/throttled")["Retry-After"] == "4"


def test_a_crash_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        get("/raise/crash")

    assert any(record.exc_info and "secret detail" in str(record.exc_info[1]) for record in caplog.records)


def test_extra_members_are_part_of_the_error_in_the_clients_spelling() -> None:
    assert get("/raise/conflict").json()["error"]["conflicts"] == [{"start_time": "2026-01-20T04:30:00Z"}]
    assert get("/raise/conflict", headers={"Accept": CAMEL}).json()["error"]["conflicts"] == [
        {"startTime": "2026-01-20T04:30:00Z"}
    ]


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/", "/api/v9/x/y", PROBE + "/people/not-a-uuid"])
def test_an_unknown_path_is_told_in_the_one_shape(path: str) -> None:
    refused(Client().get(path), 404, "RESOURCE_NOT_FOUND")


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH", "TRACE", "BREW"])
def test_a_method_that_is_not_served_is_refused_naming_those_that_are(method: str) -> None:
    response = Client().generic(method, PROBE + "/echo")

    refused(response, 405, "METHOD_NOT_ALLOWED")
    assert response["Allow"] == "GET, POST, HEAD, OPTIONS"


def test_a_method_override_is_nobodys_business() -> None:
    response = Client().post(
        PROBE + "/echo?_method=DELETE", "{}", "application/json", headers={"X-HTTP-Method-Override": "DELETE"}
    )

    assert response.status_code == 200


def test_without_a_token_one_is_asked_for() -> None:
    response = Client().get(PROBE + "/people")

    refused(response, 401, "AUTHENTICATION_REQUIRED")
    assert response["WWW-Authenticate"] == 'Bearer realm="api"'


def test_camel_clients_read_errors_in_their_spelling() -> None:
    response = post_bytes(b'{"phoneNumber": "12", "timeSlots": [{"startTime": 5}]}', headers={"Accept": CAMEL})

    error = response.json()["error"]
    assert set(error) == {"code", "message", "details", "requestId", "timestamp"}
    assert detail_codes(error) == {
        "phoneNumber": "INVALID",
        "timeSlots.0.startTime": "INVALID",
        "timeSlots.0.endTime": "REQUIRED",
    }


def test_snake_clients_read_errors_in_theirs_however_they_wrote() -> None:
    error = refused(post_bytes(b'{"phoneNumber": "12"}'), 400, "VALIDATION_ERROR")

    assert detail_codes(error) == {"phone_number": "INVALID"}


def test_a_host_that_is_not_ours_is_refused() -> None:
    refused(Client().get(PROBE + "/echo", headers={"Host": "evil.example.org"}), 400, "VALIDATION_ERROR")


def test_nested_problems_become_a_flat_list_of_paths() -> None:
    problems: Any = {
        "title": ["Too long."],
        "time_slots": [{}, {"end_time": [ErrorDetail("Missing.", "required")]}],
        "tags": {2: [ErrorDetail("Empty.", "blank")]},
        "non_field_errors": ["They contradict each other."],
    }

    refusal = domain_error(ValidationError(problems))

    assert refusal is not None
    assert [(detail.field, detail.code) for detail in refusal.details] == [
        ("title", "INVALID"),
        ("time_slots.1.end_time", "REQUIRED"),
        ("tags.2", "BLANK"),
        ("", "INVALID"),
    ]

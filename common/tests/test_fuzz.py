"""Whatever is sent, the answer is in shape and never a 500."""

import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.models import User
from common.tests.probe.client import PROBE, client_of, post_bytes

pytestmark = [pytest.mark.django_db, pytest.mark.urls("common.tests.probe.urls")]


@pytest.fixture
def staff() -> User:
    return User.objects.create_user("staff@example.com", is_staff=True)


header_text = st.text(st.characters(max_codepoint=255), max_size=60)
fuzzed = hypothesis_settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def in_shape(response: Any) -> None:
    assert response.status_code < 500
    body = response.json()
    assert body["success"] is (response.status_code < 400)
    assert set(body["error"]) >= {"code", "message", "details"} if response.status_code >= 400 else "data" in body


@fuzzed
@given(
    st.binary(max_size=300)
    | st.text(max_size=200).map(str.encode)
    | st.text('[]{}":,\\u0d8e-1.', max_size=80).map(str.encode)
)
def test_any_bytes_are_answered_in_shape(body: bytes) -> None:
    in_shape(post_bytes(body))


@fuzzed
@given(
    st.dictionaries(
        st.sampled_from(
            [
                "title",
                "fullName",
                "quantity",
                "startTime",
                "day",
                "opens_at",
                "timezone",
                "amount",
                "currency",
                "personId",
                "metadata",
                "time_slots",
                "tags",
                "email",
            ]
        ),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
            max_leaves=6,
        ),
        max_size=6,
    )
)
def test_any_values_are_answered_in_shape(values: dict[str, Any]) -> None:
    in_shape(post_bytes(json.dumps(values, ensure_ascii=False).encode("utf-8", "surrogatepass")))


@fuzzed
@given(
    st.sampled_from(["", "page=", "limit=", "search=", "sort_by=", "ids=", "amount=", "created_on=", "min_number="]),
    st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=60),
)
def test_any_query_is_answered_in_shape(staff: User, name: str, value: str) -> None:
    in_shape(client_of(staff).generic("GET", PROBE + "/people", QUERY_STRING=name + value))


@fuzzed
@given(
    st.sampled_from(
        [
            "ACCEPT",
            "AUTHORIZATION",
            "X_REQUEST_ID",
            "ACCEPT_LANGUAGE",
            "IF_MATCH",
            "IDEMPOTENCY_KEY",
            "X_FORWARDED_FOR",
            "ORIGIN",
            "COOKIE",
            "HOST",
            "REFERER",
            "CONTENT_ENCODING",
            "RANGE",
        ]
    ),
    header_text,
)
def test_any_header_is_answered_in_shape(name: str, value: str) -> None:
    environ: dict[str, Any] = {f"HTTP_{name}": value}

    in_shape(Client().get(PROBE + "/echo", **environ))


@fuzzed
@given(st.text(st.characters(max_codepoint=255), max_size=60))
def test_any_content_type_is_answered_in_shape(content_type: str) -> None:
    in_shape(post_bytes(b'{"title":"a"}', content_type=content_type))


@fuzzed
@given(st.text(max_size=40))
def test_any_path_is_answered_in_shape(path: str) -> None:
    in_shape(
        Client().generic("GET", "/api/v1/" + "".join(f"%{byte:02x}" for byte in path.encode("utf-8", "surrogatepass")))
    )

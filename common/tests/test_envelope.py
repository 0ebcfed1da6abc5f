"""How success looks on the wire, in both spellings."""

from typing import Any

import pytest
from django.test import Client
from rest_framework.response import Response

from accounts.models import User
from common.api.envelope import EnvelopeRenderer
from common.tests.probe.client import CAMEL, PROBE, client_of, post_bytes

pytestmark = [pytest.mark.django_db, pytest.mark.urls("common.tests.probe.urls")]

METADATA = b'{"FOO1":1,"snake_key":{"X_y":2,"list_of":[{"a_b":null}]},"camelKey":"\xe2\x82\xac"}'


def get(path: str, accept: str = "application/json", **options: Any) -> Any:
    return Client().get(PROBE + path, headers={"Accept": accept}, **options)


def test_an_answer_is_compact_json_in_its_envelope() -> None:
    response = get("/echo")

    assert response["Content-Type"] == "application/json"
    assert response.content == (
        b'{"success":true,"data":{"full_name":"Alice","working_hours":{"monday":[{"start_time":"09:00"}]}}}'
    )


@pytest.mark.parametrize("accept", [CAMEL, 'application/json;casing="camel"', "application/json; q=0.9; casing=camel"])
def test_a_client_that_asks_for_camel_case_gets_it_at_every_depth(accept: str) -> None:
    response = get("/echo", accept)

    assert response.json()["data"] == {"fullName": "Alice", "workingHours": {"monday": [{"startTime": "09:00"}]}}


def test_text_travels_as_utf_8() -> None:
    response = post_bytes('{"title": "Grüße 😀"}'.encode())

    assert response.content == '{"success":true,"data":{"title":"Grüße 😀"}}'.encode()


def test_where_nothing_is_to_be_said_there_is_a_message() -> None:
    response = post_bytes(b"{}", "/sign-out")

    assert response.json() == {"success": True, "data": None, "message": "You are signed out."}


@pytest.mark.parametrize("accept", ["application/json", CAMEL])
def test_metadata_round_trips_byte_for_byte_in_both_spellings(accept: str) -> None:
    response = post_bytes(b'{"metadata":' + METADATA + b"}", headers={"Accept": accept})

    assert response.content == b'{"success":true,"data":{"metadata":' + METADATA + b"}}"


@pytest.mark.parametrize(
    ("sent", "accept", "received"),
    [
        ("address_line1", "application/json", "address_line1"),
        ("addressLine1", "application/json", "address_line1"),
        ("address_line1", CAMEL, "addressLine1"),
        ("addressLine1", CAMEL, "addressLine1"),
    ],
)
def test_an_address_line_round_trips_in_every_mix_of_spellings(sent: str, accept: str, received: str) -> None:
    response = post_bytes(f'{{"{sent}": "1 Lane"}}'.encode(), headers={"Accept": accept})

    assert response.json()["data"] == {received: "1 Lane"}


def test_answers_are_private_and_vary_with_what_they_depend_on() -> None:
    response = get("/echo")

    assert response["Cache-Control"] == "private, no-store"
    assert {"Accept", "Authorization"} <= {name.strip() for name in response["Vary"].split(",")}


def test_head_answers_like_get_without_a_body() -> None:
    response = Client().head(PROBE + "/echo")

    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert response.content == b""


def test_options_names_the_methods_and_sets_no_cookie() -> None:
    response = Client().options(PROBE + "/echo")

    assert response.status_code == 200
    assert response["Allow"] == "GET, POST, HEAD, OPTIONS"
    assert response.json() == {"success": True, "data": None, "message": "Allowed here: GET, POST, HEAD, OPTIONS."}
    assert not response.cookies


@pytest.mark.parametrize("origin", ["null", "https://evil.example.com", "https://localhost.evil.example"])
def test_a_preflight_of_an_unknown_origin_is_allowed_nothing(origin: str) -> None:
    response = Client().options(PROBE + "/echo", headers={"Origin": origin, "Access-Control-Request-Method": "POST"})

    assert "Access-Control-Allow-Origin" not in response
    assert not response.cookies


def test_one_trailing_slash_is_accepted_and_not_redirected() -> None:
    assert post_bytes(b'{"title": "Kept"}', "/echo/").json()["data"] == {"title": "Kept"}
    assert get("/echo//").status_code == 404


def test_creation_answers_where_the_new_thing_is() -> None:
    staff = User.objects.create_user("staff@example.com", is_staff=True)

    response = client_of(staff).post(PROBE + "/people/", {"email": "new@example.com"}, content_type="application/json")

    assert response.status_code == 201
    created = response.json()["data"]["id"]
    assert response["Location"] == f"{PROBE}/people/{created}"
    assert client_of(staff).get(response["Location"]).json()["data"]["email"] == "new@example.com"


def test_deletion_answers_a_sentence_and_never_an_empty_body() -> None:
    staff = User.objects.create_user("staff@example.com", is_staff=True)
    leaving = User.objects.create_user("leaving@example.com")

    response = client_of(staff).delete(f"{PROBE}/people/{leaving.pk}")

    assert response.status_code == 200
    assert response.json() == {"success": True, "data": None, "message": "It was deleted."}
    assert not User.objects.filter(pk=leaving.pk).exists()


def test_an_error_status_without_an_error_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError, match="Raise an error"):
        EnvelopeRenderer().render({}, None, {"response": Response(status=400)})

"""The OpenAPI document and its pages."""

import json
import re
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from common.api.docs import document
from common.tests.probe.client import refused

pytestmark = pytest.mark.urls("common.tests.probe.urls")

METHODS = {"get", "post", "put", "patch", "delete"}
SAID_BY_ALL = {"400", "405", "406", "429", "500", "503"}


@pytest.fixture
def schema() -> Any:
    document.cache_clear()
    body, _ = document()
    document.cache_clear()
    return json.loads(body)


def operations(schema: Any) -> list[tuple[str, Any]]:
    return [
        (f"{method} {path}", operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]


def test_the_document_is_valid_and_made_without_a_warning(tmp_path: Any) -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema.yaml"))


def test_every_success_is_enveloped_and_has_an_example_unless_it_is_a_file(schema: Any) -> None:
    for name, operation in operations(schema):
        successes = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
        assert successes, name
        for answer in successes:
            [(kind, body)] = answer["content"].items()
            if kind != "application/json":
                assert body["schema"]["type"] == "string", name
                continue
            assert {"success", "data"} <= set(body["schema"]["properties"]), name
            assert body["examples"]["answer"]["value"]["success"] is True, name
        assert "204" not in operation["responses"], name


def test_every_error_status_is_named_with_the_error_component_and_an_example(schema: Any) -> None:
    for name, operation in operations(schema):
        errors = {status: answer for status, answer in operation["responses"].items() if status >= "400"}
        assert set(errors) >= SAID_BY_ALL, name
        for answer in errors.values():
            body = answer["content"]["application/json"]
            assert body["schema"] == {"$ref": "#/components/schemas/Error"}
            assert all(example["value"]["success"] is False for example in body["examples"].values())


def test_lists_name_their_list_and_describe_paging_and_filters(schema: Any) -> None:
    operation = schema["paths"]["/api/v1/probe/people"]["get"]

    reference = operation["responses"]["200"]["content"]["application/json"]["schema"]["properties"]["data"]["$ref"]
    page = schema["components"]["schemas"][reference.rpartition("/")[2]]
    parameters = {parameter["name"] for parameter in operation["parameters"]}
    assert set(page["properties"]) == {"people", "pagination"}
    assert {"page", "limit", "search", "sort_by", "min_number", "created_after"} <= parameters


def test_creation_says_201_with_location_and_shows_its_input(schema: Any) -> None:
    operation = schema["paths"]["/api/v1/probe/people"]["post"]

    assert "Location" in operation["responses"]["201"]["headers"]
    reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    assert "example" in schema["components"]["schemas"][reference.rpartition("/")[2]]


def test_the_ways_to_sign_in_are_described(schema: Any) -> None:
    assert schema["components"]["securitySchemes"]["bearerAuth"] == {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
    }


def test_the_document_is_served_once_made_and_revalidated_for_nothing() -> None:
    document.cache_clear()
    first = Client().get("/api/v1/schema")

    again = Client().get("/api/v1/schema", headers={"If-None-Match": first["ETag"]})

    assert first.status_code == 200
    assert first.json()["openapi"].startswith("3.")
    assert again.status_code == 304
    document.cache_clear()


@pytest.mark.parametrize("path", ["/api/docs", "/api/redoc", "/api/docs/"])
def test_the_pages_load_nothing_from_elsewhere_and_carry_the_nonce(path: str) -> None:
    response = Client().get(path)

    page = response.content.decode()
    nonce = re.search(r"'nonce-([^']+)'", response["Content-Security-Policy"])
    assert response.status_code == 200
    assert nonce
    scripts = re.findall(r"<script[^>]*>", page)
    assert scripts
    assert all(f'nonce="{nonce[1]}"' in script and 'src="/static/' in script for script in scripts)
    assert "<style" not in page
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page)


@pytest.mark.parametrize("path", ["/api/docs", "/api/v1/schema"])
def test_the_pages_are_only_read(path: str) -> None:
    response = Client().post(path)

    refused(response, 405, "METHOD_NOT_ALLOWED")
    assert response["Allow"] == "GET, HEAD"


@pytest.mark.urls("common.tests.idempotency_probe")
def test_an_idempotent_operation_names_the_header_of_its_key(schema: Any) -> None:
    headers = {
        name: [(header["name"], header.get("required", False)) for header in operation.get("parameters", [])]
        for name, operation in operations(schema)
    }

    assert headers["post /api/v1/orders"] == [("Idempotency-Key", True)]
    assert headers["post /api/v1/notes"] == [("Idempotency-Key", False)]

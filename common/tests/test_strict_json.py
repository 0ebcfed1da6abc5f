"""What is read exactly as other parsers read it, and what is refused."""

import contextlib
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.strict_json import MAX_DEPTH, StrictJSONError, loads

text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
values: Any = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | text,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(text, inner, max_size=5),
    max_leaves=20,
)


@given(values, st.booleans())
def test_ordinary_documents_are_read_as_they_were_written(value: Any, escaped: bool) -> None:
    assert loads(json.dumps(value, ensure_ascii=escaped).encode()) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with contextlib.suppress(StrictJSONError):
        loads(body)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "EMPTY"),
        (b" \n", "EMPTY"),
        (b"{", "INVALID_JSON"),
        (b"{} {}", "INVALID_JSON"),
        (b"{'a': 1}", "INVALID_JSON"),
        (b'{"a": 1,}', "INVALID_JSON"),
        (b"NaN", "INVALID_JSON"),
        (b'{"a": -Infinity}', "INVALID_JSON"),
        (b'"a\x00b"', "INVALID_JSON"),
        (b'"line\nbreak"', "INVALID_JSON"),
        (b"\x00", "INVALID_JSON"),
        (b'{"a": 1, "b": 2, "a": 1}', "DUPLICATE_KEY"),
        (b'{"a": 1, "\\u0061": 2}', "DUPLICATE_KEY"),
        (b'[{"b": {"a": 1, "a": 2}}]', "DUPLICATE_KEY"),
        (b"9223372036854775808", "NUMBER_OUT_OF_RANGE"),
        (b"-9223372036854775809", "NUMBER_OUT_OF_RANGE"),
        (b"1" * 5_000, "NUMBER_OUT_OF_RANGE"),
        (b"1e400", "NUMBER_OUT_OF_RANGE"),
        (b"-1e400", "NUMBER_OUT_OF_RANGE"),
        (b"0." + b"1" * 5_000, "NUMBER_OUT_OF_RANGE"),
        (b'"\\u0000"', "INVALID_CHARACTER"),
        (b'{"\\u0000": 1}', "INVALID_CHARACTER"),
        (b'[["\\ud800"]]', "INVALID_CHARACTER"),
        (b'"\\udc00\\ud800"', "INVALID_CHARACTER"),
        (b'"\xff"', "INVALID_ENCODING"),
        (b'"\xc0\xaf"', "INVALID_ENCODING"),
        (b'"\xed\xa0\x80"', "INVALID_ENCODING"),
        (b"\xef\xbb\xbf{}", "INVALID_ENCODING"),
        ('{"a": 1}'.encode("utf-16"), "INVALID_ENCODING"),
        ('{"a": 1}'.encode("utf-16-le"), "INVALID_JSON"),
        (b"[" * 100_000, "TOO_DEEP"),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "TOO_DEEP"),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "TOO_DEEP"),
    ],
)
def test_a_document_that_could_be_misread_is_refused(body: bytes, code: str) -> None:
    with pytest.raises(StrictJSONError) as refusal:
        loads(body)

    assert refusal.value.code == code


def test_the_deepest_allowed_document_is_read() -> None:
    assert loads(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)


def test_brackets_within_texts_are_not_depth() -> None:
    body = json.dumps({"notes": '[{"' * 500, "list": [{}] * 100})

    assert loads(body.encode()) == json.loads(body)


def test_a_pair_of_surrogates_is_one_character() -> None:
    assert loads(b'"\\ud83d\\ude00"') == "😀"


def test_an_escaped_backslash_before_a_u_is_a_text_like_any_other() -> None:
    assert loads(b'"\\\\u0000"') == "\\u0000"


@pytest.mark.parametrize(
    "body",
    [b'"' + b'\\"' * 500_000, b"[" * 31 + b'"' * 1_000_000, b'{"a":"' + b"[" * 1_000_000 + b'"}', b'"\\' * 500_000],
    ids=["quotes never closed", "quotes only", "brackets in a text", "escapes"],
)
def test_a_megabyte_made_to_be_slow_is_not(body: bytes) -> None:
    started = time.perf_counter()
    with contextlib.suppress(StrictJSONError):
        loads(body)

    assert time.perf_counter() - started < 1

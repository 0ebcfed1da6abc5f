"""Equal meanings have equal canonical forms, and only those."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.api.request_hash import canonical

numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_writing_a_value_out_and_reading_it_again_changes_nothing(value: Any) -> None:
    assert canonical(json.loads(json.dumps(value, indent=2))) == canonical(value)


@given(st.dictionaries(st.text(alphabet="abcdef", max_size=5), numbers, max_size=6))
def test_the_order_of_keys_does_not_matter(value: dict[str, Any]) -> None:
    assert canonical(dict(reversed(value.items()))) == canonical(value)


@given(numbers, numbers)
def test_numbers_are_the_same_exactly_if_they_are_equal(one: float, other: float) -> None:
    same = Decimal(str(one)) == Decimal(str(other))

    assert (canonical(one) == canonical(other)) is same


@given(values)
def test_the_form_can_be_hashed(value: Any) -> None:
    assert json.dumps(canonical(value)) == json.dumps(canonical(value))


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, 1.0), (0, -0.0), (100, 1e2), (Decimal("1.50"), 1.5), ("caf\u00e9", "cafe\u0301"), ({"a": 1}, {"a": 1.0})],
)
def test_one_meaning_in_two_spellings(one: Any, other: Any) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, "1"),
        (1, True),
        (0, False),
        (None, False),
        ([], {}),
        ([1, 2], [2, 1]),
        ({"a": None}, {}),
        (["number", 0, "1", 0], 1),
        (["object", []], {}),
        (["list"], []),
        (10**40, 10**40 + 1),
        ("a", "A"),
        ("\ufb01", "fi"),
        ({"a_b": 1}, {"aB": 1}),
    ],
)
def test_two_meanings_that_look_alike(one: Any, other: Any) -> None:
    assert canonical(one) != canonical(other)


def test_what_is_not_json_is_a_mistake_of_the_endpoint() -> None:
    with pytest.raises(TypeError, match="idempotent endpoints take JSON"):
        canonical(object())

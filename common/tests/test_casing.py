"""Both spellings, and nothing lost between them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.casing import FreeForm, camel_path, camelized, spellings, to_camel

words = st.from_regex(r"\A[a-z][a-z0-9]{0,6}\Z")
names = st.lists(words, min_size=1, max_size=4).map("_".join)
values: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("snake", "camel"),
    [
        ("name", "name"),
        ("phone_number", "phoneNumber"),
        ("address_line1", "addressLine1"),
        ("has_prev", "hasPrev"),
        ("FOO1", "FOO1"),
        ("Some_Key", "Some_Key"),
        ("_private", "_private"),
        ("two__underscores", "two__underscores"),
        ("trailing_", "trailing_"),
        ("Car repair", "Car repair"),
        ("01940d2e-5c00-7a31-8f00-3f2a9be1c001", "01940d2e-5c00-7a31-8f00-3f2a9be1c001"),
    ],
)
def test_only_plain_snake_case_is_changed(snake: str, camel: str) -> None:
    assert to_camel(snake) == camel


@given(names)
def test_every_declared_name_is_found_again_by_both_spellings(name: str) -> None:
    accepted = spellings([name])

    assert accepted == {name: name, to_camel(name): name}


def test_two_names_that_a_client_could_not_tell_apart_are_refused() -> None:
    with pytest.raises(ValueError, match="addressLine1"):
        spellings(["address_line1", "address_line_1"])


def test_paths_of_fields_follow_the_spelling() -> None:
    assert camel_path("time_slots.1.end_time") == "timeSlots.1.endTime"


def test_keys_are_converted_at_every_depth() -> None:
    answer = {"time_slots": [{"start_time": 1}], "total_pages": 2}

    assert camelized(answer) == {"timeSlots": [{"startTime": 1}], "totalPages": 2}


@given(st.dictionaries(st.text(), values))
def test_a_free_form_map_is_never_touched(content: dict[str, Any]) -> None:
    answer = {"meta_data": FreeForm(content)}

    assert camelized(answer)["metaData"] is answer["meta_data"]


@given(values)
def test_conversion_keeps_every_value(value: Any) -> None:
    assert camelized(FreeForm({"it": value})) == {"it": value}

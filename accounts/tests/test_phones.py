"""Telephone numbers in one spelling."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.phones import NotAPhoneNumber, block_of, e164, is_assigned, may_receive_codes

PHONE = "+919876543210"


@pytest.mark.parametrize(
    "variant",
    [
        "+91 98765 43210",
        "00919876543210",
        "0091 98765-43210",
        "+91 (98765) 43210",
        "+91 098765 43210",
        "＋９１９８７６５４３２１０",
        "\u200e+91\u202a9876543210\u202c\u200f",
        "\ufeff+91\u00a098765\u201143210",
        "+٩١٩٨٧٦٥٤٣٢١٠",
        "+९१९८७६५४३२१०",
    ],
)
def test_every_way_to_write_a_number_is_one_number(variant: str) -> None:
    """A054."""
    assert e164(variant) == PHONE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "9876543210",
        "09876543210",
        "+",
        "+0987",
        "+91 98765 43210 ext. 5",
        "+919876543210;ext=5",
        "+9198765432x0",
        "+1" * 30,
        "+91987654321098765432",
        "+12",
        "++919876543210",
        "tel:+919876543210",
        "+999123456789",
        "+91\x009876543210",
    ],
)
def test_what_is_no_international_number_is_refused(text: str) -> None:
    with pytest.raises(NotAPhoneNumber):
        e164(text)


@given(st.text(max_size=45))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    try:
        number = e164(text)
    except NotAPhoneNumber:
        return
    assert e164(number) == number or not is_assigned(number)


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
@example("+310000000")
def test_a_normal_number_stays_as_it_is(text: str) -> None:
    try:
        number = e164(text)
    except NotAPhoneNumber:
        return
    # Of some numbers that nobody can have a zero goes with each reading.
    assert e164(number) == number or not is_assigned(number)
    may_receive_codes(number, [])
    is_assigned(number)


def test_countries_are_told_apart_though_they_share_a_prefix() -> None:
    assert may_receive_codes("+12025550123", ["US"])
    assert not may_receive_codes("+18762101234", ["US"])
    assert not may_receive_codes(PHONE, ["US", "GB"])
    assert may_receive_codes(PHONE, ["US", "IN"])


def test_a_block_is_ten_thousand_numbers() -> None:
    assert block_of("+919876543210") == block_of("+919876549999") != block_of("+919876553210")

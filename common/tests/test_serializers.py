"""Fields accept one clear form of their value and refuse the rest; unknown fields are refused by name."""

from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from common.tests.probe.client import CAMEL, PROBE, client_of, detail_codes, refused
from common.tests.probe.serializers import EchoSerializer

pytestmark = [pytest.mark.django_db, pytest.mark.urls("common.tests.probe.urls")]


def send(**body: Any) -> Any:
    return Client().post(PROBE + "/echo", body, "application/json")


def problems(**body: Any) -> dict[str, str]:
    return detail_codes(refused(send(**body), 400, "VALIDATION_ERROR"))


def understood(**body: Any) -> Any:
    response = send(**body)
    assert response.status_code == 200, response.content
    return response.json()["data"]


@pytest.mark.parametrize("spelling", ["colour", "Title", "TITLE", "address_line_1", "addressline1", "__class__", ""])
def test_an_unknown_field_is_refused_by_name(spelling: str) -> None:
    assert problems(**{spelling: "x"}) == {spelling: "UNKNOWN_FIELD"}


def test_unknown_fields_are_refused_at_every_depth() -> None:
    slot = {"start_time": "2026-01-20T10:00:00Z", "end_time": "2026-01-20T11:00:00Z", "room": 1}

    assert problems(time_slots=[slot]) == {"time_slots.0.room": "UNKNOWN_FIELD"}


def test_what_the_server_sets_is_refused() -> None:
    assert problems(created_by="me") == {"created_by": "READ_ONLY"}
    assert problems(createdBy="me") == {"created_by": "READ_ONLY"}


def test_both_spellings_with_equal_values_are_one_value() -> None:
    assert understood(address_line1="1 Lane", addressLine1="1 Lane") == {"address_line1": "1 Lane"}
    assert understood(metadata={"a": 1}, title="x") == {"metadata": {"a": 1}, "title": "x"}


@pytest.mark.parametrize(
    ("one", "other"), [("1 Lane", "2 Lane"), (1, True), (1, 1.0), (None, ""), ({"a": 1}, {"a": True})]
)
def test_both_spellings_with_different_values_are_ambiguous(one: Any, other: Any) -> None:
    assert problems(address_line1=one, addressLine1=other) == {"address_line1": "AMBIGUOUS"}


def test_spellings_may_be_mixed_within_one_list() -> None:
    data = understood(
        timeSlots=[
            {"startTime": "2026-01-20T10:00:00Z", "end_time": "2026-01-20T11:00:00Z"},
            {"start_time": "2026-01-21T10:00:00+05:30", "endTime": "2026-01-21T11:00:00+05:30"},
        ]
    )

    assert data["time_slots"][1] == {"start_time": "2026-01-21T04:30:00Z", "end_time": "2026-01-21T05:30:00Z"}


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), st.integers(), max_size=5))
def test_any_keys_are_declared_or_refused(body: dict[str, Any]) -> None:
    serializer = EchoSerializer(data=body)

    valid = serializer.is_valid()

    declared = set(EchoSerializer().fields)
    assert valid or set(serializer.errors) <= declared | {key[:100] for key in body} | {"addressLine1"}
    assert not valid or set(serializer.validated_data) <= declared


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("2026-01-20T10:00:00+05:30", "2026-01-20T04:30:00Z"),
        ("2026-01-20T10:00Z", "2026-01-20T10:00:00Z"),
        ("2026-01-20T10:00:00.123456789Z", "2026-01-20T10:00:00.123456Z"),
        ("2026-01-20 10:00:00+0530", "2026-01-20T04:30:00Z"),
        ("2026-01-20t10:00:00z", "2026-01-20T10:00:00Z"),
        ("2026-01-20T23:59:59-14:00", "2026-01-21T13:59:59Z"),
    ],
)
def test_an_instant_is_read_with_its_offset_and_shown_in_utc(sent: str, read: str) -> None:
    assert understood(start_time=sent) == {"start_time": read}


@pytest.mark.parametrize("sent", ["2026-01-20T10:00:00", "2026-01-20 10:00", "2026-01-20T10:00:00-00:00"])
def test_an_instant_without_an_offset_is_not_guessed(sent: str) -> None:
    assert problems(startTime=sent) == {"start_time": "TIMEZONE_REQUIRED"}


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("0001-01-01T00:00:00Z", "OUT_OF_RANGE"),
        ("0001-01-01T00:00:00+14:00", "OUT_OF_RANGE"),
        ("9999-12-31T23:59:59-14:00", "OUT_OF_RANGE"),
        ("2026-01-20T24:00:00Z", "INVALID"),
        ("2026-06-30T23:59:60Z", "INVALID"),
        ("2026-01-20T10:00:00+99:99", "INVALID"),
        ("2026-01-20T10:00:00+15:00", "INVALID"),
        ("2026-01-20T10:00:00Z\n", "INVALID"),
        ("2026-02-30T10:00:00Z", "INVALID"),
        ("2026-W04-2T10:00:00Z", "INVALID"),
        ("20260120T100000Z", "INVALID"),
        ("２026-01-20T10:00:00Z", "INVALID"),
        ("now", "INVALID"),
        ("", "INVALID"),
        ("1" * 10_000, "INVALID"),
        (1_768_903_200, "INVALID"),
        (1.5, "INVALID"),
        (True, "INVALID"),
        ([], "INVALID"),
        (None, "NULL"),
    ],
)
def test_an_instant_that_is_none_is_refused(sent: Any, code: str) -> None:
    assert problems(start_time=sent) == {"start_time": code}


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("10:00", "10:00"),
        ("10:00:00", "10:00"),
        ("10:00:30", "10:00:30"),
        ("10:00 AM", "10:00"),
        ("10:00 pm", "22:00"),
        ("9:05 AM", "09:05"),
        ("12:00 AM", "00:00"),
        ("12:00 PM", "12:00"),
        ("00:00", "00:00"),
        ("23:59", "23:59"),
    ],
)
def test_a_time_of_day_is_read_in_three_forms(sent: str, read: str) -> None:
    assert understood(opens_at=sent) == {"opens_at": read}


@pytest.mark.parametrize(
    "sent", ["13:00 PM", "0:30 AM", "24:00", "10:60", "9:05", "10", "10:00Z", "1000", " 10:00", 10, None]
)
def test_a_time_of_day_that_no_clock_shows_is_refused(sent: Any) -> None:
    assert set(problems(opens_at=sent)) == {"opens_at"}


@pytest.mark.parametrize(
    "sent", ["2026-02-29", "20-01-2026", "2026-1-2", "2026-01-20T00:00:00Z", "1700-01-01", "2200-01-01", 20260120]
)
def test_a_date_that_no_calendar_shows_is_refused(sent: Any) -> None:
    assert set(problems(day=sent)) == {"day"}


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("Asia/Kolkata", "Asia/Kolkata"),
        ("Asia/Calcutta", "Asia/Kolkata"),
        ("Europe/Kiev", "Europe/Kyiv"),
        ("UTC", "UTC"),
    ],
)
def test_a_zone_is_stored_in_todays_spelling(sent: str, stored: str) -> None:
    assert understood(timezone=sent) == {"timezone": stored}


@pytest.mark.parametrize(
    "sent",
    [
        "localtime",
        "posix/Asia/Kolkata",
        "right/UTC",
        "Asia/Kolkata\n",
        "asia/kolkata",
        "../etc/passwd",
        "x" * 5_000,
        "+05:30",
        5,
        [],
    ],
)
def test_a_zone_that_is_not_listed_is_refused(sent: Any) -> None:
    assert problems(timezone=sent) == {"timezone": "INVALID"}


@pytest.mark.parametrize(
    ("sent", "read"), [("12.50", "12.50"), ("12.5", "12.50"), (12, "12.00"), (12.5, "12.50"), ("0", "0.00")]
)
def test_an_amount_is_read_plainly_and_shown_with_its_decimals(sent: Any, read: str) -> None:
    assert understood(amount=sent) == {"amount": read}


@pytest.mark.parametrize(
    "sent",
    [
        "-1",
        -1,
        "+1",
        "1e3",
        "1E400",
        "NaN",
        "1.005",
        "1,000.00",
        " 1",
        "１２",
        "٣",
        "0x10",
        ".5",
        "5.",
        "",
        "9" * 40,
        10**17,
        True,
        None,
        [],
        {},
    ],
)
def test_an_amount_that_could_be_misread_is_refused(sent: Any) -> None:
    assert set(problems(amount=sent)) == {"amount"}


@pytest.mark.parametrize("sent", ["XXX", "XAU", "ABC", "IN", "INRR", "₹₹₹", 356, None])
def test_what_is_no_currency_is_refused(sent: Any) -> None:
    assert set(problems(currency=sent)) == {"currency"}


def test_a_currency_is_stored_in_capitals() -> None:
    assert understood(currency="inr") == {"currency": "INR"}


@pytest.mark.parametrize(
    "sent", [2**31, -(2**31) - 1, 2**53 + 1, 1.0, "1.0", "1_0", "１", " 1", "", True, [], {}, None]
)
def test_a_number_beyond_its_column_is_refused(sent: Any) -> None:
    assert set(problems(number=sent)) == {"number"}


def test_a_number_may_be_written_as_digits() -> None:
    assert understood(number="-42") == {"number": -42}


@pytest.mark.parametrize("sent", ["Zoë", "Zoe\u0308"])
def test_names_have_one_spelling(sent: str) -> None:
    assert understood(full_name=sent) == {"full_name": "Zoë"}


def test_blanks_in_names_are_one_blank() -> None:
    assert understood(full_name="  Mary   Ann ") == {"full_name": "Mary Ann"}


@pytest.mark.parametrize(
    "text", ["Ali\nce", "Ali\rce", "Ali\x1b[31mce", "\u202eecilA", "A\u2066b", "e" + "\u0301" * 1_000, "a\u2028b"]
)
def test_a_text_that_hides_something_is_refused(text: str) -> None:
    assert set(problems(full_name=text)) == {"full_name"}
    assert set(problems(title=text)) == {"title"}


def test_paragraphs_keep_their_lines() -> None:
    assert understood(notes="one\r\ntwo\n\tthree") == {"notes": "one\ntwo\n\tthree"}


@pytest.mark.parametrize("name", ["नरेन्द्र", "Nguyễn Thị Ánh", "O'Brien-Smith", "李小龍", "محمد", "Ünal", "Łukasz"])
def test_names_of_every_script_are_welcome(name: str) -> None:
    assert understood(full_name=name)["full_name"]


@pytest.mark.parametrize(
    "sent", [1, "1", "01940d2e5c007a318f003f2a9be1c001", "urn:uuid:01940d2e-5c00-7a31-8f00-3f2a9be1c001", [], {}, None]
)
def test_an_id_is_a_hyphenated_uuid(sent: Any) -> None:
    assert set(problems(reference_id=sent)) == {"reference_id"}


@pytest.mark.parametrize("sent", ["1", 1, [], {}, "' OR 1=1", "01940d2e-5c00-7a31-8f00-3f2a9be1c001"])
def test_an_object_is_named_by_the_id_of_one_that_exists(sent: Any) -> None:
    assert set(problems(person_id=sent)) == {"person_id"}


def test_a_strangers_object_cannot_be_named() -> None:
    alice = User.objects.create_user("alice@example.com")
    charlie = User.objects.create_user("charlie@example.com")
    body = {"person_id": str(alice.pk)}

    own = client_of(alice).post(PROBE + "/echo", body, "application/json")
    foreign = client_of(charlie).post(PROBE + "/echo", body, "application/json")

    assert own.json()["data"] == body
    assert detail_codes(refused(foreign, 400, "VALIDATION_ERROR")) == {"person_id": "NOT_FOUND"}


@pytest.mark.parametrize("sent", [[], "x", 1, True, None, {"a": "x" * 20_000}])
def test_metadata_is_a_map_of_bounded_size(sent: Any) -> None:
    assert set(problems(metadata=sent)) == {"metadata"}


def test_keys_of_metadata_are_the_clients_own() -> None:
    odd = {"FOO1": 1, "snake_key": {"X_y": [{"deepKey_x": None}]}, "": "", "a.b": 1, "🙂": 1}

    response = Client().post(PROBE + "/echo", {"metadata": odd}, "application/json", headers={"Accept": CAMEL})

    assert response.json()["data"]["metadata"] == odd

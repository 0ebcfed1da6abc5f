import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.ids import new_id
from common.scrubbing import HIDDEN, LONGEST_TEXT, is_secret_key, scrub, scrub_text


@pytest.mark.parametrize(
    "key",
    [
        "password",
        "newPassword",
        "PASSWORD1",
        "access_token",
        "refreshToken",
        "Authorization",
        "HTTP_AUTHORIZATION",
        "Proxy-Authorization",
        "Cookie",
        "set-cookie",
        "otp",
        "otp_code",
        "otpCode",
        "api_key",
        "apiKey",
        "X-Api-Key",
        "secret_key",
        "webhook_secret",
        "razorpay_signature",
        "email",
        "customer_email",
        "phone_number",
        "mobile",
        "card_number",
        "cvv",
        "pan",
        "pan_number",
        "aadhaar",
        "account_number",
        "first_name",
        "customerName",
        "address_line1",
        "init_data",
    ],
)
def test_a_key_that_names_a_secret_or_a_person_is_known(key: str) -> None:
    assert is_secret_key(key)


@pytest.mark.parametrize(
    "key", ["path", "status", "company", "span", "spin", "panel", "booking_id", "name", "route", "shopping"]
)
def test_an_innocent_key_is_left_alone(key: str) -> None:
    assert not is_secret_key(key)


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("mail to alice.smith+tag@mail.example.com bounced", "alice.smith"),
        ("mail to jörg@münchen.example bounced", "jörg"),
        ("Key (email)=(bob@example.com) already exists", "bob@example.com"),
        ("sms to +919876543210 failed", "9876543210"),
        ("sms to +91 98765 43210 failed", "43210"),
        ("sms to %2B919876543210 failed", "9876543210"),
        ("sms to 9876543210 failed", "9876543210"),
        ("call +1 (415) 555-2671.", "2671"),
        ("call 415-555-2671", "2671"),
        ("card 4111111111111111 declined", "4111111111111111"),
        ("card 4111 1111 1111 1111 12/27", "1111 1111"),
        ("card 5500-0000-0000-0004", "5500-0000"),
        ("card 378282246310005", "378282246310005"),
        ("aadhaar 2345 6789 0124", "6789"),
        ("aadhaar 234567890124.", "234567890124"),
        ("aadhaar 2345 6789 0124 42 rest", "6789"),
        ("pan ABCDE1234F given", "ABCDE1234F"),
        ("Authorization: Bearer abc.def.ghi", "abc.def"),
        ("authorization=Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
        ("Cookie: session=abcdef; csrf=ghijkl", "ghijkl"),
        ("sent with Bearer 0a1b2c3d4e5f", "0a1b2c3d4e5f"),
        ("token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig", "eyJzdWIiOiIxIn0"),
        ('{"password": "hunter2 and more", "x": 1}', "and more"),
        ("{'new_password': 'hunter2'}", "hunter2"),
        ("?access_token=abcdef&x=1", "abcdef"),
        ("otp_code=482913", "482913"),
        ("Your OTP is 482913", "482913"),
        ("Your verification code: 482913.", "482913"),
        ("key sk_live_4eC39HqLyjWDarjtT1zdp7dc", "4eC39Hq"),
        ("key rzp_test_1DP5mmOlF5G5ag", "1DP5mm"),
        ("bot 123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1", "AAHdqTcv"),
        ("postgresql://almanac:s3cr3t@db.example:5432/x", "s3cr3t"),
        ("redis://:s3cr3t@127.0.0.1/0", "s3cr3t"),
    ],
)
def test_a_secret_inside_a_text_is_hidden(text: str, secret: str) -> None:
    assert secret not in scrub_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "the access token is not valid",
        "Token validation failed",
        "Basic authentication is not supported",
        "2026-11-21T06:57:11.123+00:00",
        "booking BK-20240120-000123 was cancelled",
        "took 1234567890 ns at 1763708231",
        "amount 2124.00 INR",
        "10.0.0.1 and 2001:db8::1",
        "/api/v1/bookings/0199a4c5-1111-7111-8111-411111111111",
        "4111111111111112 fails the Luhn test",
    ],
)
def test_an_innocent_text_stays_as_it_is(text: str) -> None:
    assert scrub_text(text) == text


def test_ids_are_never_mistaken_for_numbers_of_people() -> None:
    ids = [str(new_id()) for _ in range(2_000)]

    assert [scrub_text(text) for text in ids] == ids


def test_secrets_are_hidden_at_every_depth_and_in_every_container() -> None:
    found = scrub({"user": {"password": "x1", "notes": ["write to bob@example.com", ("+919876543210",)]}, "n": 3})

    assert found == {"user": {"password": HIDDEN, "notes": ["write to [email]", ["[phone]"]]}, "n": 3}


def test_numbers_are_looked_at_like_texts() -> None:
    assert scrub(4111111111111111) == "[card]"
    assert scrub(919876543210) == "[id number]"
    assert scrub(1763708231) == 1763708231
    assert scrub(10**400) == "<int of 1329 bits>"


def test_an_object_is_named_and_not_dumped() -> None:
    class Customer:
        def __init__(self) -> None:
            self.id = new_id()
            self.phone = "+919876543210"

        def __repr__(self) -> str:
            return "Alice Smith"

    customer = Customer()

    assert scrub(customer) == f"<Customer {customer.id}>"
    assert scrub(object()) == "<object>"
    assert scrub(b"secret") == "<6 bytes>"


def test_a_structure_that_contains_itself_ends() -> None:
    ring: list[object] = []
    ring.append(ring)

    assert json.dumps(scrub(ring)) == '[[[[[["\\u2026"]]]]]]'


@pytest.mark.parametrize(
    "unit", ["a", "1", "a@", "4 1", "otp ", "password", "+1 ", "://", "Bearer ", "eyJ", "-", "[", "9-"]
)
def test_no_text_makes_it_slow(unit: str) -> None:
    text = unit * 100_000

    started = time.perf_counter()
    scrub_text(text)

    assert time.perf_counter() - started < 1


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(), st.lists))
def test_whatever_is_logged_becomes_json(value: object) -> None:
    json.dumps(scrub(value))


@given(st.text(max_size=40), st.from_regex(r"\A[a-z]{3,12}\d{1,3}@[a-z]{3,10}\.example\Z"), st.text(max_size=40))
def test_an_address_is_found_between_any_words(before: str, address: str, after: str) -> None:
    assert address not in scrub_text(f"{before} {address} {after}")


def test_a_very_long_text_is_cut() -> None:
    assert len(scrub_text("x y " * LONGEST_TEXT)) == LONGEST_TEXT + 1

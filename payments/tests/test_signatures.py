"""Nobody but the gateway is believed, and nobody is told why not."""

import hashlib
import hmac
from collections.abc import Callable

import pytest
import razorpay
import stripe
from hypothesis import given, settings
from hypothesis import strategies as st

from payments.signatures import (
    BadSignature,
    is_razorpay_payment,
    require_razorpay_signature,
    require_stripe_signature,
    stripe_header,
)

NOW = 1_800_000_000
SECRET = "whsec_q7Rk2vXw9LmZt4BsYc8HdNf3"
FORMER = "whsec_JgPa6UeW1oTiQrVyq7Rk2vXw"
BODY = '{"id": "evt_1", "note": "नमस्ते"}'.encode()
GOOD = stripe_header(BODY, secret=SECRET, at=NOW)
HEX = GOOD.partition("v1=")[2]


def stripe_accepts(header: str, body: bytes = BODY, secrets: tuple[str, ...] = (SECRET,), now: int = NOW) -> bool:
    try:
        require_stripe_signature(body, header, secrets=secrets, now=now)
    except BadSignature:
        return False
    return True


def razorpay_accepts(signature: str, body: bytes = BODY, secrets: tuple[str, ...] = (SECRET,)) -> bool:
    try:
        require_razorpay_signature(body, signature, secrets=secrets)
    except BadSignature:
        return False
    return True


def razorpay_signature(body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def test_what_we_sign_the_makers_of_the_scheme_accept() -> None:
    import time  # noqa: PLC0415 - their check reads the real clock

    header = stripe_header(BODY, secret=SECRET, at=int(time.time()))

    assert stripe.WebhookSignature.verify_header(BODY.decode(), header, SECRET, 300)


def test_what_the_makers_of_razorpay_accept_we_accept() -> None:
    signature = razorpay_signature(BODY, SECRET)

    assert razorpay.Client(auth=("id", "secret")).utility.verify_webhook_signature(BODY.decode(), signature, SECRET)
    assert razorpay_accepts(signature)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "junk",
        "=",
        ",,,",
        f"t={NOW}",
        f"v1={HEX}",
        f"t={NOW},v0={HEX}",
        f"t={NOW},v1=",
        f"t={NOW},v1={HEX[:-1]}",
        f"t={NOW},v1={HEX.upper()}",
        f"t={NOW},v1={HEX[:-1]}é",
        f"t={NOW},v1={'٣' * 64}",
        f"t={NOW},t={NOW},v1={HEX}",
        f"t={NOW},t={NOW - 1},v1={HEX}",
        f"t= {NOW},v1={HEX}",
        f"t=+{NOW},v1={HEX}",
        f"t=0{NOW},v1={HEX}",
        f"t={NOW}.0,v1={HEX}",
        "t=١٨٠٠٠٠٠٠٠٠,v1=" + HEX,
        f"t={'9' * 400},v1={HEX}",
        f"t={NOW},{','.join([f'v1={HEX}'] * 9)}",
        f"t={NOW},v1={HEX}" + " " * 1_024,
    ],
    ids=str.__len__,
)
def test_a_header_that_is_not_exactly_right_is_refused(header: str) -> None:
    assert not stripe_accepts(header)
    assert stripe_accepts(GOOD)


def test_a_message_is_good_for_five_minutes_before_and_after() -> None:
    accepted = {seconds: stripe_accepts(GOOD, now=NOW + seconds) for seconds in (-301, -300, 0, 300, 301)}

    assert accepted == {-301: False, -300: True, 0: True, 300: True, 301: False}


def test_while_a_secret_is_replaced_both_are_good_and_no_third() -> None:
    signed_with_former = stripe_header(BODY, secret=FORMER, at=NOW)

    assert stripe_accepts(GOOD, secrets=(SECRET, FORMER))
    assert stripe_accepts(signed_with_former, secrets=(SECRET, FORMER))
    assert not stripe_accepts(signed_with_former, secrets=(SECRET,))
    assert razorpay_accepts(razorpay_signature(BODY, FORMER), secrets=(SECRET, FORMER))
    assert not razorpay_accepts(razorpay_signature(BODY, FORMER), secrets=(SECRET,))
    # Stripe signs with both while it replaces one.
    assert stripe_accepts(f"t={NOW},v1={'0' * 64},v1={HEX}")


@pytest.mark.parametrize("secrets", [(), ("",), ("", SECRET), (SECRET, "")], ids=["none", "empty", "first", "last"])
def test_an_empty_secret_verifies_nothing(secrets: tuple[str, ...]) -> None:
    for secret in ("", SECRET):
        assert not stripe_accepts(stripe_header(BODY, secret=secret, at=NOW), secrets=secrets)
        assert not razorpay_accepts(razorpay_signature(BODY, secret), secrets=secrets)
    assert not is_razorpay_payment("order_1", "pay_1", razorpay_signature(b"order_1|pay_1", ""), secret="")


@pytest.mark.parametrize(
    "change", [str.upper, lambda text: text + " ", lambda text: text[:-1], lambda _: "", lambda _: "é"]
)
def test_razorpays_signature_has_one_spelling(change: Callable[[str], str]) -> None:
    assert not razorpay_accepts(change(razorpay_signature(BODY, SECRET)))


def test_a_body_that_was_parsed_and_written_again_is_another_body() -> None:
    body = b'{"amount":100,  "id":"evt_1"}'
    rewritten = b'{"amount": 100, "id": "evt_1"}'

    assert stripe_accepts(stripe_header(body, secret=SECRET, at=NOW), body)
    assert not stripe_accepts(stripe_header(body, secret=SECRET, at=NOW), rewritten)
    assert not razorpay_accepts(razorpay_signature(body, SECRET), rewritten)


def test_a_signed_payment_is_of_that_order_and_no_other() -> None:
    signature = razorpay_signature(b"order_1|pay_1", SECRET)

    assert is_razorpay_payment("order_1", "pay_1", signature, secret=SECRET)
    assert not is_razorpay_payment("order_2", "pay_1", signature, secret=SECRET)
    assert not is_razorpay_payment("order_1", "pay_2", signature, secret=SECRET)
    assert not is_razorpay_payment("order_1|pay_1", "", signature, secret=SECRET)
    assert not is_razorpay_payment("a", "b|c", razorpay_signature(b"a|b|c", SECRET), secret=SECRET)
    assert not is_razorpay_payment("order_\ud800", "pay_1", signature, secret=SECRET)


@settings(max_examples=60)
@given(body=st.binary(max_size=200), data=st.data())
def test_any_bytes_can_be_signed_and_no_bit_of_them_be_changed(body: bytes, data: st.DataObject) -> None:
    header, signature = stripe_header(body, secret=SECRET, at=NOW), razorpay_signature(body, SECRET)
    assert stripe_accepts(header, body)
    assert razorpay_accepts(signature, body)

    bit = data.draw(st.integers(0, len(body) * 8 + 7))
    changed = bytearray(body + b"\0")
    changed[bit // 8] ^= 1 << bit % 8

    assert not stripe_accepts(header, bytes(changed))
    assert not razorpay_accepts(signature, bytes(changed))


@settings(max_examples=100)
@given(header=st.text(max_size=120) | st.from_regex(r"t=[0-9]{1,14}(,v[01]=[0-9a-f]{0,70}){0,3}"), body=st.binary())
def test_nothing_made_without_the_secret_is_accepted_or_breaks_anything(header: str, body: bytes) -> None:
    assert not stripe_accepts(header, body)
    assert not razorpay_accepts(header, body)
    assert not is_razorpay_payment(header, header, header, secret=SECRET)

"""Whether a webhook, or a browser's word for a payment, was signed with a secret that we share with the gateway.

What is signed are the raw bytes: a body that was parsed and written again is another body. Two shapes:

- Stripe's: `t=1700000000,v1=<hex>` over `t.body`, where any of several `v1` may be right; the sandbox signs like this;
- Razorpay's: hex over the body, and over `order|payment` for what a browser brings back from its checkout.

Several secrets are good at once, so that one can be replaced without losing a message. Every secret is tried against
every signature, whichever was right, and no reason is ever given.
"""

import hmac
import re
from collections.abc import Sequence

# How far the sender's clock may be from ours, in either direction: an old message is a replay, a future one a forgery.
TOLERANCE_SECONDS = 300
LONGEST_HEADER = 1_024
MOST_SIGNATURES = 8

_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)
_TIME = re.compile(r"[1-9][0-9]{0,11}", re.ASCII)


class BadSignature(Exception):
    """Not signed by the gateway, or not now."""


def require_stripe_signature(body: bytes, header: str, *, secrets: Sequence[str], now: int) -> None:
    """Passes if the header signs these bytes with one of the secrets, at most five minutes from `now`."""
    signed_at, signatures = _parts(header)
    _require_any(str(signed_at).encode() + b"." + body, signatures, secrets)
    if abs(now - signed_at) > TOLERANCE_SECONDS:
        raise BadSignature


def require_razorpay_signature(body: bytes, signature: str, *, secrets: Sequence[str]) -> None:
    """Passes if the signature is of these bytes with one of the secrets."""
    _require_any(body, [signature], secrets)


def is_razorpay_payment(order: str, payment: str, signature: str, *, secret: str) -> bool:
    """Whether Razorpay signed that this payment paid this order."""
    # With a bar inside one of them, two different pairs would have one text.
    if not order or not payment or "|" in order + payment:
        return False
    try:
        _require_any(f"{order}|{payment}".encode(errors="replace"), [signature], [secret])
    except BadSignature:
        return False
    return True


def stripe_header(body: bytes, *, secret: str, at: int) -> str:
    """What a sender puts into its header."""
    return f"t={at},v1={_signature(str(at).encode() + b'.' + body, secret)}"


def _parts(header: str) -> tuple[int, list[str]]:
    if not 0 < len(header) <= LONGEST_HEADER:
        raise BadSignature
    pairs = [part.partition("=") for part in header.split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    # Two times would leave open which of them was signed.
    if len(times) != 1 or not _TIME.fullmatch(times[0]):
        raise BadSignature
    return int(times[0]), [value for name, _, value in pairs if name == "v1"]


def _require_any(text: bytes, signatures: Sequence[str], secrets: Sequence[str]) -> None:
    # An empty secret is a key that everybody has.
    if not secrets or not all(secrets) or len(signatures) > MOST_SIGNATURES:
        raise BadSignature
    right = [_signature(text, secret) for secret in secrets]
    well_formed = [said for said in signatures if _HEX.fullmatch(said)]
    # A list, because any() over a generator would stop at the first that matches.
    if not any([hmac.compare_digest(one, said) for one in right for said in well_formed]):  # noqa: C419
        raise BadSignature


def _signature(text: bytes, secret: str) -> str:
    return hmac.digest(secret.encode(), text, "sha256").hex()

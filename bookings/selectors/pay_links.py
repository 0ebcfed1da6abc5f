"""Links to pay for a booking without signing in: whoever has one may pay, and learns what there is to pay, no more."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing

from common.platform import platform_settings

SALT = "bookings.pay"


class DeadLink(Exception):
    """Forged, cut off, or too old."""


def link_to_pay(booking_id: UUID) -> str:
    return f"{settings.PUBLIC_URL}/pay/{token_for(booking_id)}"


def token_for(booking_id: UUID) -> str:
    """It names the booking and when it was made, and what is due is looked up whenever it is used."""
    return signing.dumps(booking_id.hex, salt=SALT)


def booking_of(token: str) -> UUID:
    try:
        name = signing.loads(token, salt=SALT, max_age=timedelta(days=platform_settings().pay_link_days))
        return UUID(hex=name)
    except (signing.BadSignature, ValueError, TypeError, AttributeError) as error:
        raise DeadLink from error


def back_to(token: str) -> str:
    """Where gateways send the customer when they are done there."""
    return f"{settings.PUBLIC_URL}/pay/{token}/back"

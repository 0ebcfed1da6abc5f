"""Limits of sign-in that only these endpoints have. Links to a mailbox are as dear as codes to a phone."""

from rest_framework.request import Request

from accounts.models import normal_email
from common.api.rate_scopes import HOUR, QUARTER_HOUR, Scope, network, person


def mailbox(request: Request) -> str | None:
    address = request.data.get("email") if hasattr(request.data, "get") else None
    return normal_email(address[:320]) or None if isinstance(address, str) else None


LINK_MAILBOX = Scope("link-mailbox", "otps_per_phone_hour", HOUR, mailbox, fails_closed=True)
LINK_IP = Scope("link-ip", "otps_per_ip_hour", HOUR, network, fails_closed=True)
# Decoding is work; nobody has more new pictures in an hour than a network has new people.
AVATAR = Scope("avatar", "registrations_per_hour", HOUR, person)
PASSWORD_CHANGE = Scope("password-change", "logins_per_quarter_hour", QUARTER_HOUR, person)

"""Limits of single actions, beside the one that each caller has for everything.

    class LoginView(ApiView):
        rate_scopes = {"post": (LOGIN,)}

A view names them by action, as it does its rules. Amounts are platform settings.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rest_framework.request import Request

from common.client_ip import client_ip, network_key
from common.platform import platform_settings
from common.rate_limits import Limit

MINUTE, QUARTER_HOUR, HOUR = 60, 15 * 60, 60 * 60


def network(request: Request) -> str:
    """The address, or the /64 of an IPv6 one, whose owner may change the rest at will."""
    return network_key(client_ip(request._request))  # noqa: SLF001 - DRF has no public name for it


def person(request: Request) -> str:
    """Who is signed in, or for whom a service acts; for others the network."""
    caller = request.user
    return str(getattr(caller, "counted_as", caller.pk)) if caller.is_authenticated else network(request)


def account_and_network(request: Request) -> str | None:
    """The account that somebody tries to sign in to, by whichever name, and from where."""
    name = _sent(request, "email", "username", "phone_number", "phoneNumber")
    return f"{name} {network(request)}" if name else None


def phone(request: Request) -> str | None:
    """The phone's digits, however they are spaced; the country's prefix may be written + or 00."""
    digits = re.sub(r"[^0-9]", "", _sent(request, "phone_number", "phoneNumber"))
    return digits.lstrip("0") or None


@dataclass(frozen=True, slots=True)
class Scope:
    """`setting` names the amount; `subject` says whose hits are counted, None if the request names nobody.

    A request that names nobody is not limited here: it is refused for that, and counted by the caller's own limit.
    """

    name: str
    setting: str
    seconds: int
    subject: Callable[[Request], str | None]
    fails_closed: bool = False

    def limit_for(self, request: Request) -> Limit | None:
        subject = self.subject(request)
        if subject is None:
            return None
        amount: int = getattr(platform_settings(), self.setting)
        return Limit(self.name, subject, amount, self.seconds, self.fails_closed)


LOGIN = Scope("login", "logins_per_quarter_hour", QUARTER_HOUR, account_and_network)
REGISTRATION = Scope("registration", "registrations_per_hour", HOUR, network)
OTP_PHONE = Scope("otp-phone", "otps_per_phone_hour", HOUR, phone, fails_closed=True)
OTP_IP = Scope("otp-ip", "otps_per_ip_hour", HOUR, network, fails_closed=True)
BOOKING_CREATION = Scope("booking", "bookings_per_minute", MINUTE, person)
PAYMENTS = Scope("payment", "payments_per_minute", MINUTE, person, fails_closed=True)
CONTACT = Scope("contact", "contacts_per_hour", HOUR, network)
PROMO_MISSES = Scope("promo", "promo_misses_per_hour", HOUR, person)


def _sent(request: Request, *names: str) -> str:
    """The first of the fields that holds text, in one spelling; empty if there is none."""
    data: Any = request.data
    values = (data.get(name) for name in names) if hasattr(data, "get") else ()
    text = next((value for value in values if isinstance(value, str)), "")
    return unicodedata.normalize("NFKC", text[:320]).strip().lower()

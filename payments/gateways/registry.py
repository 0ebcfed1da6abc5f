"""Which gateways this platform has: the setting `PAYMENT_GATEWAYS`, name → class, in the order they are offered.

PAYMENT_GATEWAYS = {"stripe": "payments.gateways.stripe.StripeGateway"}
"""

from django.conf import settings
from django.utils.module_loading import import_string

from payments.gateways.base import Gateway


class UnknownGateway(LookupError):
    """No gateway of this name is set up here."""


def gateway_names() -> list[str]:
    return list(settings.PAYMENT_GATEWAYS)


def online_gateways() -> list[str]:
    """Those that are paid without meeting anybody: they keep books of their own."""
    return [each for each in gateway_names() if gateway_of(each).remembers]


def gateway_of(name: str) -> Gateway:
    """The gateway, ready to be called; `UnknownGateway` for a name that is not set up, whoever sent it."""
    path = settings.PAYMENT_GATEWAYS.get(name)
    if path is None:
        raise UnknownGateway(name)
    gateway: Gateway = import_string(path)()
    return gateway

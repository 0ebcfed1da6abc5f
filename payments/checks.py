"""System checks of who takes money. A webhook whose secret is empty or known lets anybody say that they paid."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from common.secret_strength import weakness

TAG = "almanac"
SHORTEST_SECRET = 20
# What each gateway cannot work without, and what signs its messages.
NEEDED: Mapping[str, Sequence[str]] = {
    "stripe": ("STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY"),
    "razorpay": ("RAZORPAY_KEY_ID", "RAZORPAY_KEY_SECRET"),
}
SIGNED_WITH: Mapping[str, str] = {
    "stripe": "STRIPE_WEBHOOK_SECRETS",
    "razorpay": "RAZORPAY_WEBHOOK_SECRETS",
    "sandbox": "SANDBOX_WEBHOOK_SECRETS",
}


@register(TAG)
def gateways_can_be_trusted(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """What is missing is wrong everywhere; what is weak or meant for trying out is wrong in production."""
    problems = [*_missing(), *_empty()]
    return [*problems, *_weak(), *_for_trying_out()] if settings.PRODUCTION else problems


def _missing() -> Iterator[CheckMessage]:
    for gateway, names in NEEDED.items():
        for name in names:
            if gateway in settings.PAYMENT_GATEWAYS and not getattr(settings, name):
                yield Error(
                    f"PAYMENT_GATEWAYS has {gateway}, but {name} is not set.", hint="Set both.", id="payments.E001"
                )


def _empty() -> Iterator[CheckMessage]:
    for gateway, name in SIGNED_WITH.items():
        secrets = getattr(settings, name)
        if gateway in settings.PAYMENT_GATEWAYS and not (secrets and all(secrets)):
            yield Error(
                f"PAYMENT_GATEWAYS has {gateway}, but {name} is not set or has an empty secret.",
                hint="With an empty one anybody could say that they paid. Take it from the gateway's dashboard.",
                id="payments.E002",
            )


def _weak() -> Iterator[CheckMessage]:
    signed = [name for gateway, name in SIGNED_WITH.items() if gateway in settings.PAYMENT_GATEWAYS]
    for name in signed:
        faults = {weakness(secret, SHORTEST_SECRET) for secret in getattr(settings, name) if secret}
        for fault in sorted(faults - {""}):
            yield Error(
                f"A secret of {name} {fault}.",
                hint="Make one: python -c 'import secrets; print(secrets.token_urlsafe(32))'",
                id="payments.E003",
            )


def _for_trying_out() -> Iterator[CheckMessage]:
    for gateway, name in (("stripe", "STRIPE_API_BASE"), ("razorpay", "RAZORPAY_API_BASE")):
        if gateway in settings.PAYMENT_GATEWAYS and not getattr(settings, name).startswith("https://"):
            yield Error(f"{name} is not https.", hint="Our key travels with every call.", id="payments.E004")

"""Nobody starts to take money with a secret that is missing, empty or known."""

import pytest
from django.core import checks
from pytest_django import Settings

RANDOM = "q7Rk2vXw9LmZt4BsYc8HdNf3JgPa6UeW"
GATEWAYS = {name: f"payments.gateways.{name}.{name.title()}Gateway" for name in ("stripe", "razorpay", "sandbox")}


@pytest.fixture(autouse=True)
def _set_up_well(settings: Settings) -> None:
    settings.PAYMENT_GATEWAYS = GATEWAYS
    settings.STRIPE_SECRET_KEY = settings.STRIPE_PUBLISHABLE_KEY = "sk_live_1"
    settings.RAZORPAY_KEY_ID = settings.RAZORPAY_KEY_SECRET = "rzp_live_1"
    settings.STRIPE_WEBHOOK_SECRETS = [f"whsec_{RANDOM}", RANDOM]
    settings.RAZORPAY_WEBHOOK_SECRETS = settings.SANDBOX_WEBHOOK_SECRETS = [RANDOM[::-1]]


def found(settings: Settings, *, production: bool = True) -> set[str]:
    settings.PRODUCTION = production
    return {str(each.id) for each in checks.run_checks(tags=["almanac"]) if str(each.id).startswith("payments.")}


def test_gateways_that_are_set_up_well_are_left_in_peace(settings: Settings) -> None:
    assert found(settings) == found(settings, production=False) == set()


@pytest.mark.parametrize(
    ("name", "value", "problem", "everywhere"),
    [
        ("STRIPE_SECRET_KEY", "", "payments.E001", True),
        ("STRIPE_PUBLISHABLE_KEY", "", "payments.E001", True),
        ("RAZORPAY_KEY_SECRET", "", "payments.E001", True),
        ("STRIPE_WEBHOOK_SECRETS", [], "payments.E002", True),
        ("STRIPE_WEBHOOK_SECRETS", [RANDOM, ""], "payments.E002", True),
        ("RAZORPAY_WEBHOOK_SECRETS", [""], "payments.E002", True),
        ("SANDBOX_WEBHOOK_SECRETS", [], "payments.E002", True),
        ("STRIPE_WEBHOOK_SECRETS", ["short"], "payments.E003", False),
        ("RAZORPAY_WEBHOOK_SECRETS", [RANDOM, "change-me-" + RANDOM], "payments.E003", False),
        ("RAZORPAY_WEBHOOK_SECRETS", ["a" * 40], "payments.E003", False),
        ("SANDBOX_WEBHOOK_SECRETS", ["insecure-development-only-secret-of-the-sandbox"], "payments.E003", False),
        ("STRIPE_API_BASE", "http://127.0.0.1:8420", "payments.E004", False),
    ],
)
def test_production_refuses_to_start_with(
    settings: Settings, name: str, value: object, problem: str, everywhere: bool
) -> None:
    setattr(settings, name, value)

    assert found(settings) == {problem}
    assert found(settings, production=False) == ({problem} if everywhere else set())

    settings.PAYMENT_GATEWAYS = {}
    assert found(settings) == set()

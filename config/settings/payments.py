"""Who takes money: the gateways of this platform, and what each of them needs.

Development has cash and the sandbox, which is a gateway of our own with a page to pay on. Production has what it names.
"""

from config import env
from config.settings.base import PRODUCTION, PUBLIC_URL

_GATEWAYS = {
    "stripe": "payments.gateways.stripe.StripeGateway",
    "razorpay": "payments.gateways.razorpay.RazorpayGateway",
    "sandbox": "payments.gateways.sandbox.SandboxGateway",
    "cash": "payments.gateways.cash.CashGateway",
}
# Name → the class that speaks to it, in the order in which they are offered; the first takes what nobody chose for.
PAYMENT_GATEWAYS = {
    env.one_of("PAYMENT_GATEWAYS", name, among=_GATEWAYS): _GATEWAYS[name]
    for name in env.words("PAYMENT_GATEWAYS", "cash" if PRODUCTION else "sandbox,cash")
}

STRIPE_API_BASE = env.url("STRIPE_API_BASE", "https://api.stripe.com", schemes=("http", "https")).rstrip("/")
STRIPE_SECRET_KEY = env.text("STRIPE_SECRET_KEY")
STRIPE_PUBLISHABLE_KEY = env.text("STRIPE_PUBLISHABLE_KEY")
# Several while one is being replaced; so for Razorpay and the sandbox.
STRIPE_WEBHOOK_SECRETS = env.words("STRIPE_WEBHOOK_SECRETS")

RAZORPAY_API_BASE = env.url("RAZORPAY_API_BASE", "https://api.razorpay.com", schemes=("http", "https")).rstrip("/")
RAZORPAY_KEY_ID = env.text("RAZORPAY_KEY_ID")
RAZORPAY_KEY_SECRET = env.text("RAZORPAY_KEY_SECRET")
RAZORPAY_WEBHOOK_SECRETS = env.words("RAZORPAY_WEBHOOK_SECRETS")

SANDBOX_WEBHOOK_SECRETS = env.words(
    "SANDBOX_WEBHOOK_SECRETS", "" if PRODUCTION else "insecure-development-only-secret-of-the-sandbox"
)
SANDBOX_WEBHOOK_URL = env.url(
    "SANDBOX_WEBHOOK_URL", f"{PUBLIC_URL}/api/v1/payments/webhook/sandbox", schemes=("http", "https")
)

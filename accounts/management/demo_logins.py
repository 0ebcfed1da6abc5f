"""The demo world's staff and its service. Needs no Django: `bin/run` prints it before anything has loaded that."""

from typing import NamedTuple


class DemoLogin(NamedTuple):
    email: str
    password: str
    first_name: str
    last_name: str
    sees: str
    role: str
    is_superuser: bool = False


# The first one is the sign by which a demo world is recognised.
DEMO_LOGINS = (
    DemoLogin("admin@almanac.example", "demo-admin", "Anita", "Desai", "everything", "Super admin", is_superuser=True),
    DemoLogin("support@almanac.example", "demo-support", "Samuel", "Okafor", "what support may see", "Support"),
    DemoLogin("finance@almanac.example", "demo-finance", "Farah", "Haddad", "what finance may see", "Finance"),
)
# They begin like no real key, so that nobody takes one for a secret that leaked.
DEMO_SERVICE_NAME = "Demo clinic"
DEMO_SERVICE_KEY = "alm_demo-clinic"
DEMO_SERVICE_SECRET = "demo-clinic-signs-its-tokens-with-this"  # noqa: S105 - as below
DEMO_CUSTOMER_PASSWORD = "demo-customer"  # noqa: S105 - printed on purpose, refused in production

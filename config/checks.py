"""System checks: each misconfiguration that has hurt somebody, with a hint what to do instead.

Errors are what production must not run with, and `config.startup` refuses to start on them. Most are asked in
production only, because development is allowed its shortcuts; what is wrong everywhere is asked everywhere.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import psycopg
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Caution
from django.utils.module_loading import import_string

from common.database_probe import ask_database
from common.secret_strength import weakness
from config.settings.security import INSECURE_DEVELOPMENT_SECRET

TAG = "almanac"
SHORTEST_SECRET = 40
SHORTEST_TOKEN = 20

# Settings that hold dotted paths, which would otherwise fail in the middle of somebody's request.
DOTTED_LISTS = ("DEMO_SEEDERS", "PERSONAL_DATA", "PROFILE_FACTS", "SPECIALIST_FACTS", "SUBJECT_NUMBERS")
DOTTED_MAPS = (
    "HEALTH_CHECKS",
    "MESSAGE_SUBJECTS",
    "NOTIFICATION_CHANNELS",
    "PAYABLES",
    "PAYMENT_GATEWAYS",
    "REDEMPTION_TARGETS",
)


@register(TAG)
def secrets_are_secret(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if not settings.PRODUCTION:
        return []
    return [*_secret_problems(), *_metrics_token_problems()]


@register(TAG)
def nothing_is_left_open(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if not settings.PRODUCTION:
        return []
    return list(_open_doors())


@register(TAG)
def origins_are_named(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """CORS is an allow-list everywhere: no setting of django-cors-headers may open it to all."""
    if getattr(settings, "CORS_ALLOW_ALL_ORIGINS", False) or "*" in settings.CORS_ALLOWED_ORIGINS:
        return [
            Error(
                "CORS is open to every origin.",
                hint="List the origins of your own pages in CORS_ALLOWED_ORIGINS, such as https://app.example.com.",
                id="almanac.E010",
            )
        ]
    return []


@register(TAG)
def business_time_zone_exists(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    try:
        ZoneInfo(settings.BUSINESS_TIME_ZONE)
    except (KeyError, ValueError, OSError):
        # Names such as "../etc" and "" raise ValueError, folders of the database such as "Asia" an OSError.
        return [
            Error(
                f"BUSINESS_TIME_ZONE={settings.BUSINESS_TIME_ZONE!r} is not a time zone.",
                hint="Use a name of the IANA database, such as Asia/Kolkata or Europe/London.",
                id="almanac.E011",
            )
        ]
    return []


@register(TAG)
def dotted_paths_lead_somewhere(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    paths = [(name, path) for name in DOTTED_LISTS for path in getattr(settings, name)]
    paths += [(name, path) for name in DOTTED_MAPS for path in getattr(settings, name).values()]
    return [problem for name, path in paths for problem in _path_problems(name, path)]


@register(TAG)
def database_is_durable(
    app_configs: Sequence[AppConfig] | None, databases: Iterable[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """A server that answers before its disk does loses acknowledged bookings and payments in a power cut."""
    if not settings.PRODUCTION or not databases or "default" not in databases:
        return []
    figures = _server_settings()
    problems: list[CheckMessage] = [
        Error(
            f"The database runs with {name} = off and may lose or tear what it has confirmed.",
            hint=f"Set {name} = on in postgresql.conf, or for the role and database, and reload the server.",
            id="almanac.E012",
        )
        for name in ("fsync", "full_page_writes", "synchronous_commit")
        if figures.get(name) == "off"
    ]
    return [*problems, *_pool_problems(figures)]


def _secret_problems() -> Iterator[CheckMessage]:
    hint = "Make one: python -c 'import secrets; print(secrets.token_urlsafe(48))'"
    for name in ("SECRET_KEY", "JWT_SIGNING_KEY"):
        fault = _weakness(getattr(settings, name), SHORTEST_SECRET)
        if fault:
            yield Error(f"{name} {fault}.", hint=hint, id="almanac.E001")
    if settings.SECRET_KEY == settings.JWT_SIGNING_KEY:
        yield Error(
            "SECRET_KEY and JWT_SIGNING_KEY are the same.",
            hint="Give each its own value: whoever learns one must not hold the other.",
            id="almanac.E002",
        )


def _weakness(secret: str, shortest: int) -> str:
    """What is wrong with a secret, as the rest of a sentence; one that development falls back to is none."""
    return "is not set" if secret.startswith(INSECURE_DEVELOPMENT_SECRET) else weakness(secret, shortest)


def _metrics_token_problems() -> Iterator[CheckMessage]:
    fault = _weakness(settings.METRICS_TOKEN, SHORTEST_TOKEN)
    if fault:
        yield Error(
            f"METRICS_TOKEN {fault}.",
            hint="/metrics asks Prometheus for it: python -c 'import secrets; print(secrets.token_urlsafe(24))'",
            id="almanac.E003",
        )


def _open_doors() -> Iterator[CheckMessage]:
    if settings.DEBUG:
        yield Error("DEBUG is on and shows settings and code to everybody.", hint="Unset DEBUG.", id="almanac.E004")
    if not settings.ALLOWED_HOSTS or any(host in {"*", ".", ""} for host in settings.ALLOWED_HOSTS):
        yield Error(
            "ALLOWED_HOSTS is empty or allows every host.",
            hint="List the names people reach this platform by, such as almanac.example.",
            id="almanac.E005",
        )
    if urlsplit(settings.PUBLIC_URL).scheme != "https":
        yield Error("PUBLIC_URL is not https.", hint="Set the address people use, with https://.", id="almanac.E006")
    if not settings.RATE_LIMITS:
        yield Error("RATE_LIMITS is off.", hint="It is for benchmarks only: unset it.", id="almanac.E007")
    if not settings.STAFF_SECOND_FACTOR:
        yield Error("STAFF_SECOND_FACTOR is off.", hint="Unset it: staff can move money.", id="almanac.E008")
    if not settings.DATABASES["default"].get("PASSWORD"):
        yield Error(
            "DATABASE_URL has no password.",
            hint="postgresql://user:password@host:5432/name, special characters percent-encoded.",
            id="almanac.E009",
        )
    if _address(settings.CACHE_REDIS_URL) == _address(settings.REDIS_URL):
        yield Error(
            "The cache shares a Redis server with the broker and the rate limiter.",
            hint="A full cache must evict and a broker must not. Give CACHE_REDIS_URL a server of its own.",
            id="almanac.E013",
        )
    if settings.TRUSTED_PROXY_DEPTH == 0:
        yield Caution(
            "TRUSTED_PROXY_DEPTH is 0: behind a proxy everybody seems to come from its address, over plain HTTP.",
            hint="Set it to the number of proxies of yours in front, 1 for the nginx of deploy/.",
            id="almanac.W001",
        )


def _address(url: str) -> tuple[str | None, int]:
    """A server, whatever database of it and whoever signs in: databases of one Redis share its memory."""
    parts = urlsplit(url)
    return parts.hostname, parts.port or 6379


def _path_problems(name: str, path: str) -> Iterator[CheckMessage]:
    try:
        import_string(path)
    except ImportError as error:
        yield Error(f"{name} names {path!r}, which cannot be imported: {error}", hint="Mend it.", id="almanac.E014")


def _server_settings() -> dict[str, str]:
    """Empty if the database does not answer: then it is health's business, and refusing to start would not help."""
    names = "('fsync', 'full_page_writes', 'synchronous_commit', 'max_connections')"
    try:
        return dict(ask_database(f"select name, setting from pg_settings where name in {names}", seconds=3))  # noqa: S608 - all literal
    except psycopg.Error:
        return {}


def _pool_problems(figures: dict[str, str]) -> Iterator[CheckMessage]:
    wanted, there = settings.DATABASE_POOL_SIZE * settings.WEB_WORKERS, int(figures.get("max_connections", 0))
    if there and wanted >= there:
        yield Caution(
            f"{settings.WEB_WORKERS} web workers may open {wanted} connections; the database takes {there} in all.",
            hint="Lower DATABASE_POOL_SIZE (threads of a worker plus 2 are enough) or raise max_connections.",
            id="almanac.W002",
        )

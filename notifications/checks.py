"""System checks of how messages leave: what would otherwise show as a code that never arrives."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from notifications.enums import Channel

OUTBOX = "notifications.channels.outbox.OutboxChannel"
# What each provider cannot do without.
NEEDED: dict[str, dict[str, tuple[str, ...]]] = {
    "SMS_PROVIDER": {
        "twilio": ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM"),
        "msg91": ("MSG91_AUTH_KEY", "MSG91_TEMPLATE_ID"),
    },
    "PUSH_PROVIDER": {"fcm": ("FCM_SERVICE_ACCOUNT_FILE",)},
    "TELEGRAM_PROVIDER": {"bot": ("TELEGRAM_BOT_TOKEN",)},
}
HOSTED_MAIL = ("sendgrid", "postmark", "brevo", "mailgun")


@register("almanac")
def channels_can_send(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    return [*_misnamed(), *_incomplete(), *_outbox_in_production()]


def _misnamed() -> Iterator[CheckMessage]:
    for channel in set(settings.NOTIFICATION_CHANNELS) - set(Channel.values):
        yield Error(
            f"NOTIFICATION_CHANNELS names {channel!r}, which is no channel.",
            hint=f"There are {', '.join(Channel.values)}.",
            id="almanac.E020",
        )


def _incomplete() -> Iterator[CheckMessage]:
    needed = [
        (setting, provider, name)
        for setting, providers in NEEDED.items()
        for provider, names in providers.items()
        if getattr(settings, setting) == provider
        for name in names
    ]
    for setting, provider, name in needed:
        if not getattr(settings, name):
            yield Error(f"{setting} is {provider}, but {name} is not set.", hint="Set both.", id="almanac.E021")
    if settings.EMAIL_PROVIDER in HOSTED_MAIL and not settings.ANYMAIL["SENDGRID_API_KEY"]:
        yield Error(
            f"EMAIL_PROVIDER is {settings.EMAIL_PROVIDER}, but EMAIL_API_KEY is not set.",
            hint="Set both.",
            id="almanac.E021",
        )
    key_file = settings.FCM_SERVICE_ACCOUNT_FILE
    if settings.PUSH_PROVIDER == "fcm" and key_file and not Path(key_file).is_file():
        yield Error("FCM_SERVICE_ACCOUNT_FILE is not a file.", hint="Mount it there.", id="almanac.E022")


def _outbox_in_production() -> Iterator[CheckMessage]:
    to_nobody = sorted(name for name, path in settings.NOTIFICATION_CHANNELS.items() if path == OUTBOX)
    if settings.PRODUCTION and to_nobody:
        yield Error(
            f"Messages by {', '.join(to_nobody)} go to a page that staff read, codes included, and to nobody else.",
            hint="Name a provider, or off.",
            id="almanac.E023",
        )

"""What must be right before anybody may sign in with Telegram."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

TAG = "almanac"
_TOKEN = re.compile(r"([1-9][0-9]{5,14}):[A-Za-z0-9_-]{30,}", re.ASCII)


@register(TAG)
def telegram_bot_is_ours(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """An empty token is a key that everybody knows: with it anybody could be anybody."""
    return list(_problems()) if settings.TELEGRAM_SIGN_IN else []


def _problems() -> Iterator[CheckMessage]:
    token, bot_id = settings.TELEGRAM_BOT_TOKEN, settings.TELEGRAM_BOT_ID
    if not token and not bot_id:
        yield Error(
            "TELEGRAM_SIGN_IN is on and no bot is set.",
            hint="Set TELEGRAM_BOT_TOKEN, or TELEGRAM_BOT_ID where only Mini Apps sign in.",
            id="accounts.E001",
        )
    match = _TOKEN.fullmatch(token)
    if token and match is None:
        yield Error(
            "TELEGRAM_BOT_TOKEN is not a bot's token.", hint="@BotFather gives it: 123456789:AA…", id="accounts.E002"
        )
    if match and bot_id and int(match[1]) != bot_id:
        yield Error(
            "TELEGRAM_BOT_TOKEN belongs to another bot than TELEGRAM_BOT_ID.", hint="Unset one.", id="accounts.E003"
        )
    if settings.PRODUCTION and settings.TELEGRAM_ENVIRONMENT == "test":
        yield Error(
            "TELEGRAM_ENVIRONMENT is test: on its servers anybody may be anybody.",
            hint="Unset it.",
            id="accounts.E004",
        )

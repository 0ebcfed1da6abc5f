"""Telegram by the Bot API's sendMessage."""

from html import escape
from typing import Any, ClassVar

import httpx
from django.conf import settings

from notifications.channels.base import Message, Unreachable
from notifications.channels.http import answer_of, id_in, post, refuse_failure

MAX_TEXT = 4_096
# What the Bot API says of chats that are gone; its statuses alone do not tell them from mistakes of ours.
GONE = ("chat not found", "user is deactivated", "peer_id_invalid", "bot can't initiate conversation", "user not found")


class TelegramChannel:
    is_repeatable: ClassVar[bool] = False

    def send(self, message: Message) -> str:
        response = post(
            f"{settings.TELEGRAM_API_URL}/bot{settings.TELEGRAM_BOT_TOKEN}/sendMessage",
            json={"chat_id": message.to, "text": _text(message), "parse_mode": "HTML"},
        )
        answer = answer_of(response)
        if _is_gone(response, str(answer.get("description", ""))):
            raise Unreachable(f"Telegram {response.status_code}")
        refuse_failure(response, retry_after=_parameters(answer).get("retry_after"))
        result = answer.get("result")
        return id_in(result if isinstance(result, dict) else {}, "message_id")


def _text(message: Message) -> str:
    """The title in bold above the text. Cut before escaping, so that no entity is cut in two."""
    text = message.text[: MAX_TEXT - len(message.title) - 10]
    return f"<b>{escape(message.title, quote=False)}</b>\n\n{escape(text, quote=False)}"


def _is_gone(response: httpx.Response, said: str) -> bool:
    if response.status_code == 403:
        return True
    return response.status_code == 400 and any(words in said.lower() for words in GONE)


def _parameters(answer: dict[str, Any]) -> dict[str, Any]:
    parameters = answer.get("parameters")
    return parameters if isinstance(parameters, dict) else {}

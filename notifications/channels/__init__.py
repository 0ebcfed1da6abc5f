"""Ways out of the platform. Each is one class with one verb; `NOTIFICATION_CHANNELS` says which stands for what."""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from notifications.channels.base import Channel

__all__ = ["channel_named"]


def channel_named(name: str) -> Channel | None:
    """The provider that this platform uses for `name` (an `enums.Channel`); None if it has none."""
    path = settings.NOTIFICATION_CHANNELS.get(name)
    return _made(path) if path else None


@cache
def _made(path: str) -> Channel:
    made: Channel = import_string(path)()
    return made

"""Codes to an address that may be nobody's yet, and notices to one that is nobody's any more."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction

from common import clock
from common.ids import new_id
from notifications.catalogue import FALLBACK, check_context, kind_named
from notifications.enums import Channel
from notifications.errors import ChannelOff
from notifications.models import Delivery
from notifications.sealing import seal
from notifications.services.queueing import queue


@transaction.atomic
def send_code(
    destination: str,
    channel: Channel,
    kind: str,
    context: Mapping[str, Any],
    *,
    language: str = FALLBACK,
    timezone: str = "UTC",
) -> None:
    """Sends the code or notice after commit, at most once. Until then address and values are kept as ciphertext.

    Raises ChannelOff where this platform has no provider for the channel.
    """
    check_context(kind, context)
    if channel not in settings.NOTIFICATION_CHANNELS:
        raise ChannelOff
    described = kind_named(kind)
    row = new_id()
    content = {"to": destination, "language": language, "timezone": timezone, "context": dict(context)}
    delivery = Delivery(
        id=row,
        event_key=f"{kind}:{row}",
        channel=channel,
        kind=kind,
        urgency=described.urgency,
        expires_at=clock.now() + described.lives,
        sealed=seal(row, content),
    )
    queue([delivery])

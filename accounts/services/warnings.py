"""Telling people what happened to their account."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Session, User
from common import clock
from notifications.enums import Channel
from notifications.errors import ChannelOff
from notifications.models.deliveries import masked
from notifications.services import notify
from notifications.services import send_code as hand_over

logger = logging.getLogger(__name__)

LONGEST_NAME = 80


def warn_of_copied_token(session: Session, *, at: datetime) -> None:
    """A used refresh token came back: somebody else may have had a copy."""
    context = {"at": at, "device": device_name(session)}
    notify(session.user, "session_revoked", context, event_key=f"session.revoked:{session.pk}")


@dataclass(frozen=True, slots=True)
class WaysIn:
    """Where somebody could be reached, and was known to be reached, before a change."""

    email: str | None
    phone_number: str | None
    has_proven_phone: bool


def ways_in_of(user: User) -> WaysIn:
    number = str(user.phone_number) if user.phone_number else None
    return WaysIn(user.email, number, has_proven_phone=user.phone_verified_at is not None)


def warn_of_moved_ways_in(user: User, *, former: WaysIn) -> None:
    """Tells the former address or number that another one has taken its place, in the change's transaction.

    Whoever took an account over would not tell its owner. A number is told only if it was proven: otherwise anybody
    could have text messages sent to whomever they like.
    """
    now = ways_in_of(user)
    if former.email and former.email != now.email:
        _tell(user, former.email, Channel.EMAIL, "email_changed", now.email)
    if former.phone_number and former.phone_number != now.phone_number and former.has_proven_phone:
        _tell(user, former.phone_number, Channel.SMS, "phone_changed", now.phone_number)


def _tell(user: User, destination: str, channel: Channel, kind: str, new: str | None) -> None:
    context: Mapping[str, datetime | str] = {"at": clock.now(), "new": masked(new) if new else "–"}
    try:
        hand_over(destination, channel, kind, context, language=user.language, timezone=user.timezone)
    except ChannelOff:
        # The change itself is not refused for it.
        logger.warning("nobody was told of a changed way in: there is no provider", extra={"kind": kind})


def device_name(session: Session) -> str:
    return f"{session.get_platform_display()} {session.user_agent[:LONGEST_NAME]}".strip()

"""Telling people what happened to their account."""

from datetime import datetime

from accounts.models import Session
from notifications.services import notify

LONGEST_NAME = 80


def warn_of_copied_token(session: Session, *, at: datetime) -> None:
    """A used refresh token came back: somebody else may have had a copy."""
    context = {"at": at, "device": device_name(session)}
    notify(session.user, "session_revoked", context, event_key=f"session.revoked:{session.pk}")


def device_name(session: Session) -> str:
    return f"{session.get_platform_display()} {session.user_agent[:LONGEST_NAME]}".strip()

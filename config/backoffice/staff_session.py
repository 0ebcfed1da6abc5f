"""A staff session ends after an idle hour: requests renew it, but at most one a minute costs a write."""

from django.contrib.sessions.backends.base import SessionBase

from common import clock

RENEWED_AT = "renewed_at"
SECONDS_BETWEEN_RENEWALS = 60


def keep_alive(session: SessionBase) -> None:
    instant = int(clock.now().timestamp())
    if instant - session.get(RENEWED_AT, 0) >= SECONDS_BETWEEN_RENEWALS:
        session[RENEWED_AT] = instant

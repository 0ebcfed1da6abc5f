"""The sign of life of beat and the workers: beat sends it as a task, a worker writes it down, `/health` reads it."""

from datetime import datetime

from django.core.cache import cache

from common import clock

HEARTBEAT_KEY = "beat_heartbeat"
# Long enough to still tell in the morning since when nothing has moved.
KEPT_SECONDS = 86_400


def beat() -> None:
    """Notes that beat sent a task just now and that a worker received it."""
    cache.set(HEARTBEAT_KEY, clock.now().isoformat(), KEPT_SECONDS)


def beat_seen_at() -> datetime | None:
    """When the last sign of life came through; None if there was none for a day."""
    written = cache.get(HEARTBEAT_KEY)
    return datetime.fromisoformat(written) if written else None

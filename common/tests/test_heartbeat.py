"""Whether beat and workers live can be read from one key."""

from datetime import timedelta

from django.core.cache import cache

from common.clock import now
from common.heartbeat import HEARTBEAT_KEY, beat_seen_at
from common.tasks import beat_heartbeat


def test_before_the_first_beat_nothing_was_seen() -> None:
    assert beat_seen_at() is None


def test_a_beat_that_came_through_a_worker_is_seen() -> None:
    beat_heartbeat()

    seen_at = beat_seen_at()
    assert seen_at is not None
    assert timedelta(0) <= now() - seen_at < timedelta(seconds=5)
    assert cache.get(HEARTBEAT_KEY) == seen_at.isoformat()

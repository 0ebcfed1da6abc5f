"""The tasks that failed last, for whoever looks after them. What they should have done stands in PostgreSQL."""

import json
import logging
from datetime import datetime
from typing import NamedTuple, cast

from redis.exceptions import RedisError

from common import clock
from common.redis import redis_client

logger = logging.getLogger(__name__)

KEY = "failed_tasks"
MOST_KEPT = 100


class FailedTask(NamedTuple):
    at: datetime
    name: str
    # Only what kind of error it was: its text may quote people, and is in the logs.
    error: str


def note_failure(name: str, error: BaseException) -> None:
    """Never fails itself: the task's own error is what has to be told."""
    line = json.dumps([clock.now().isoformat(), name, type(error).__name__])
    try:
        with redis_client().pipeline() as pipe:
            pipe.lpush(KEY, line)
            pipe.ltrim(KEY, 0, MOST_KEPT - 1)
            pipe.execute()
    except RedisError:
        logger.warning("a failed task could not be noted", extra={"task": name})


def latest_failures() -> list[FailedTask] | None:
    """The newest first; None where nobody can tell."""
    try:
        lines = cast("list[bytes]", redis_client().lrange(KEY, 0, MOST_KEPT - 1))
    except RedisError:
        return None
    return [FailedTask(datetime.fromisoformat(at), name, error) for at, name, error in map(json.loads, lines)]

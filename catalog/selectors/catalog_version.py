"""What everybody sees alike is kept in each process, until the catalog's version says that it has changed.

The version is a random word in the cache, replaced after each commit that changes what is listed. Reading it costs one
round trip to Redis and no query. Whoever reads the database has read the version before: what was read too early is
kept under a version that is no longer asked for.
"""

from collections.abc import Callable
from threading import Lock
from typing import TypeVar, cast

from django.core.cache import cache
from django.db import transaction
from redis.exceptions import RedisError

from common.ids import new_id

T = TypeVar("T")

KEY = "catalog-version"
# Should a process be killed between its commit and the new version, the old one is over by then.
SECONDS = 300

_kept: dict[str, tuple[str, object]] = {}
_keeping = Lock()


def kept(what: str, read: Callable[[], T]) -> T:
    """What `read` returned at the present version. Without Redis it is read every time."""
    version = _version()
    if version is None:
        return read()
    found = _kept.get(what)
    if found is not None and found[0] == version:
        return cast("T", found[1])
    fresh = read()
    with _keeping:
        _kept[what] = (version, fresh)
    return fresh


def renew_after_commit() -> None:
    """From the commit on, what was kept is read again."""
    transaction.on_commit(_renew, robust=True)


def _renew() -> None:
    cache.set(KEY, new_id().hex, SECONDS)


def _version() -> str | None:
    try:
        found = cache.get(KEY)
        # Of two that find none, the second takes the first one's.
        return str(found or cache.get_or_set(KEY, new_id().hex, SECONDS))
    except RedisError:
        return None

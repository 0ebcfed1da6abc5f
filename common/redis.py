"""The connection to Redis for what Django's cache cannot express, such as scripts."""

from functools import cache

from django.conf import settings
from redis import ConnectionPool, Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as ConnectionLost
from redis.retry import Retry


@cache
def redis_client() -> Redis:
    """One client with one pool for the process. A call takes at most `REDIS_TIMEOUT_SECONDS`, then raises RedisError.

    It tries once more after a lost connection, because those in the pool are dead after a restart of Redis; it does
    not after a timeout, because whoever waits has waited enough.
    """
    pool = ConnectionPool.from_url(
        settings.REDIS_URL,
        socket_timeout=settings.REDIS_TIMEOUT_SECONDS,
        socket_connect_timeout=settings.REDIS_TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 1, supported_errors=(ConnectionLost,)),
        # Saves two round trips on each new connection, which nobody reads.
        lib_name=None,
        lib_version=None,
    )
    return Redis(connection_pool=pool)

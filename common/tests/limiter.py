"""Lets a test change which Redis the rate limiter talks to."""

from common import rate_limits
from common.circuit import Circuit
from common.redis import redis_client


def reconnect_limiter() -> None:
    """Forgets connections and failures, so that the next hit goes to `settings.REDIS_URL`."""
    if redis_client.cache_info().currsize:
        redis_client().connection_pool.disconnect()
    redis_client.cache_clear()
    rate_limits._script.cache_clear()
    rate_limits._circuit = Circuit("The rate limiter's Redis", seconds=rate_limits.RETRY_SECONDS)

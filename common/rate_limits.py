"""How often something may be done: a sliding window per scope and subject, counted in Redis by one atomic script.

A window holds the times of the hits that were let through, so in no stretch of `seconds`, wherever it begins, are there
more than `amount`. Refused hits are not counted: whoever keeps knocking is let in again as soon as there is room. All
limits of one request are asked in one round trip and count together: if one refuses, none of them counts the hit.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from redis.commands.core import Script
from redis.exceptions import RedisError

from common.circuit import Circuit
from common.errors import RateLimitExceeded, ServiceUnavailable
from common.redis import redis_client

# Tried again after this long while Redis is down; also what a refused client is told to wait.
RETRY_SECONDS = 5

# KEYS: one list of times (in microseconds, oldest first) for each limit.
# ARGV: for each limit its amount and its window in microseconds.
# Answers for each limit: whether it has room, how many hits remain, microseconds until the oldest hit leaves the
# window, microseconds until there is room.
#
# 1. Redis' own clock is asked, so web servers need not agree on the time. It never goes backwards within a key.
# 2. Hits that have left their window are dropped.
# 3. The hit is noted in every window if all have room, else in none.
_SCRIPT = """
local time = redis.call('TIME')
local clock = time[1] * 1000000 + time[2]
local answers, has_room = {}, true

for i, key in ipairs(KEYS) do
    local amount, window = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
    local newest = tonumber(redis.call('LINDEX', key, -1) or 0)
    local now = math.max(clock, newest)
    local oldest = tonumber(redis.call('LINDEX', key, 0) or now)
    while oldest <= now - window do
        redis.call('LPOP', key)
        oldest = tonumber(redis.call('LINDEX', key, 0) or now)
    end
    local used, wait = redis.call('LLEN', key), 0
    if used >= amount then
        has_room = false
        local leaving = amount > 0 and redis.call('LINDEX', key, used - amount) or now
        wait = leaving + window - now
    end
    answers[i] = {used < amount and 1 or 0, math.max(amount - used, 0), oldest + window - now, wait, now}
end

for i, key in ipairs(KEYS) do
    local answer = answers[i]
    if has_room then
        redis.call('RPUSH', key, string.format('%.0f', answer[5]))
        redis.call('PEXPIRE', key, math.ceil(tonumber(ARGV[2 * i]) / 1000))
        answer[2] = answer[2] - 1
    end
    answer[5] = nil
end
return answers
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `amount` hits in any `seconds` by one subject. `fails_closed`: refuse what cannot be counted."""

    scope: str
    subject: str
    amount: int
    seconds: int
    fails_closed: bool = False

    @property
    def key(self) -> str:
        """Hashed, so that no text of a user's becomes part of a key. The braces keep all keys on one cluster node,
        because a script may touch no others."""
        digest = hashlib.blake2b(f"{self.scope}\0{self.subject}".encode(errors="replace"), digest_size=16)
        return f"{{rate}}:{digest.hexdigest()}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the tightest of the limits says. `reset` and `retry_after` are whole seconds, rounded up.

    `limit` is None if nothing was counted: limits are lifted, or Redis is down and all of them fail open.
    """

    allowed: bool = True
    limit: Limit | None = None
    remaining: int = 0
    reset: int = 0
    retry_after: int = 0

    def headers(self) -> dict[str, str]:
        if self.limit is None:
            return {}
        return {
            "RateLimit-Limit": str(self.limit.amount),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset),
        }


UNCOUNTED = Verdict()

_circuit = Circuit("The rate limiter's Redis", seconds=RETRY_SECONDS)


def hit(*limits: Limit) -> Verdict:
    """Counts one hit against all the limits, or against none if one of them has no room.

    Raises ServiceUnavailable if Redis does not answer and one of them fails closed.
    """
    if not (limits and settings.RATE_LIMITS):
        return UNCOUNTED
    answers = _ask(limits)
    if answers is None:
        return _without_redis(limits)
    verdicts = [_verdict(limit, answer) for limit, answer in zip(limits, answers, strict=True)]
    # The one that refuses for longest, else the one with the least left.
    return max(verdicts, key=lambda verdict: (verdict.retry_after, -verdict.remaining))


def require(*limits: Limit) -> Verdict:
    """Counts one hit, or raises RateLimitExceeded. For services and bots; the API's throttles use `hit`."""
    verdict = hit(*limits)
    if not verdict.allowed:
        raise RateLimitExceeded(retry_after=verdict.retry_after)
    return verdict


def forget(*limits: Limit) -> None:
    """Empties the windows, as a successful login does with the failed attempts before it."""
    if not (limits and settings.RATE_LIMITS and _circuit.allows()):
        return
    try:
        redis_client().delete(*(limit.key for limit in limits))
    except RedisError as error:
        _circuit.failed(error)


def take_back(*limits: Limit) -> None:
    """Takes the newest hit of each back: for limits of misses, which are counted before anybody knows what it was."""
    if not (limits and settings.RATE_LIMITS and _circuit.allows()):
        return
    try:
        for limit in limits:
            redis_client().rpop(limit.key)
    except RedisError as error:
        _circuit.failed(error)


@cache
def _script() -> Script:
    """Sent to Redis once and called by its hash from then on."""
    return redis_client().register_script(_SCRIPT)


def _ask(limits: Sequence[Limit]) -> list[list[int]] | None:
    """The script's answers; None if Redis is down."""
    if not _circuit.allows():
        return None
    numbers = [number for limit in limits for number in (limit.amount, limit.seconds * 1_000_000)]
    try:
        answers: list[list[int]] = _script()(keys=[limit.key for limit in limits], args=numbers)
    except RedisError as error:
        _circuit.failed(error)
        return None
    _circuit.worked()
    return answers


def _without_redis(limits: Sequence[Limit]) -> Verdict:
    if any(limit.fails_closed for limit in limits):
        raise ServiceUnavailable(retry_after=RETRY_SECONDS)
    return UNCOUNTED


def _verdict(limit: Limit, answer: list[int]) -> Verdict:
    has_room, remaining, reset, wait = answer
    retry_after = 0 if has_room else max(1, math.ceil(wait / 1_000_000))
    return Verdict(bool(has_room), limit, remaining, math.ceil(reset / 1_000_000), retry_after)

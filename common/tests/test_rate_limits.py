"""The limiter itself: exact under any parallelism, for any stretch of time, with and without Redis."""

import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings

from common import rate_limits
from common.circuit import Circuit
from common.errors import RateLimitExceeded, ServiceUnavailable
from common.rate_limits import UNCOUNTED, Limit, forget, hit, require, take_back
from common.redis import redis_client
from common.tests.limiter import reconnect_limiter
from config.embedded.redis import EmbeddedRedis

PER_MINUTE = Limit("reads", "alice", 5, 60)
CLOSED = Limit("otp", "+919876543210", 3, 3600, fails_closed=True)


@pytest.fixture
def doomed_redis(settings: Settings, tmp_path: Path) -> Iterator[EmbeddedRedis]:
    """A Redis of the test's own that it may stop and start."""
    server = EmbeddedRedis(tmp_path, durable=False)
    settings.REDIS_URL = server.start()
    reconnect_limiter()
    yield server
    server.stop()
    reconnect_limiter()


def all_keys() -> list[bytes]:
    # Typed for both its clients, of which only one has to be awaited.
    redis: Any = redis_client()
    keys: list[bytes] = redis.keys("*")
    return keys


def test_five_pass_and_the_sixth_is_told_when_to_come_back() -> None:
    verdicts = [hit(PER_MINUTE) for _ in range(6)]

    assert [verdict.allowed for verdict in verdicts] == [True] * 5 + [False]
    assert [verdict.remaining for verdict in verdicts] == [4, 3, 2, 1, 0, 0]
    assert verdicts[-1].retry_after == 60
    assert verdicts[0].headers() == {"RateLimit-Limit": "5", "RateLimit-Remaining": "4", "RateLimit-Reset": "60"}


def test_of_two_hundred_at_once_exactly_five_pass() -> None:
    with ThreadPoolExecutor(50) as threads:
        verdicts = list(threads.map(lambda _: hit(PER_MINUTE), range(200)))

    assert sum(verdict.allowed for verdict in verdicts) == 5
    assert all(verdict.retry_after >= 59 for verdict in verdicts if not verdict.allowed)


def test_subjects_and_scopes_are_counted_apart() -> None:
    for _ in range(5):
        hit(PER_MINUTE)

    assert hit(Limit("reads", "bob", 5, 60)).allowed
    assert hit(Limit("writes", "alice", 5, 60)).allowed
    assert not hit(PER_MINUTE).allowed


def test_a_refused_hit_costs_nothing() -> None:
    short = Limit("reads", "alice", 2, 1)
    deadline = time.monotonic() + 1.3
    passed = 0

    while time.monotonic() < deadline:
        passed += hit(short).allowed

    # Two at once, and two again a second later, however hard the door was knocked on.
    assert passed == 4


def test_no_window_holds_more_than_the_limit_wherever_it_begins() -> None:
    """A fixed window would let ten pass around its edge."""
    limit = Limit("edge", "alice", 5, 1)
    passed: list[float] = []
    deadline = time.monotonic() + 2.5

    def knock() -> None:
        while time.monotonic() < deadline:
            before = time.monotonic()
            if hit(limit).allowed:
                passed.append(before)

    with ThreadPoolExecutor(8) as threads:
        for _ in range(8):
            threads.submit(knock)

    passed.sort()
    assert len(passed) == 15
    # The time was taken before the call, so it may lie a little before Redis's.
    assert all(later - first > 0.9 for first, later in zip(passed, passed[5:], strict=False))


def test_several_limits_count_together_or_not_at_all() -> None:
    wide, narrow = Limit("wide", "alice", 10, 60), Limit("narrow", "alice", 2, 60)

    verdicts = [hit(wide, narrow) for _ in range(5)]

    assert [verdict.allowed for verdict in verdicts] == [True, True, False, False, False]
    assert verdicts[0].limit == narrow
    assert hit(wide).remaining == 7


def test_the_limit_that_refuses_for_longest_speaks() -> None:
    minute, hour = Limit("minute", "alice", 1, 60), Limit("hour", "alice", 1, 3600)
    hit(minute, hour)

    assert hit(minute, hour).retry_after == 3600
    assert hit(hour, minute).limit == hour


def test_a_lowered_amount_holds_at_once_and_a_raised_one_too() -> None:
    for _ in range(5):
        hit(PER_MINUTE)

    assert not hit(Limit("reads", "alice", 3, 60)).allowed
    assert hit(Limit("reads", "alice", 6, 60)).allowed


def test_nothing_is_allowed_where_nothing_is_the_limit() -> None:
    verdict = hit(Limit("reads", "alice", 0, 60))

    assert not verdict.allowed
    assert verdict.retry_after == 60


@pytest.mark.parametrize("subject", ["", " ", "a b\r\nFLUSHALL", "x" * 100_000, "é{rate}*", "\ud800", "a:b", "a\0b"])
def test_no_text_of_a_user_becomes_part_of_a_key(subject: str) -> None:
    hit(Limit("reads", subject, 5, 60))

    [key] = all_keys()
    assert key.decode().startswith("{rate}:")
    assert len(key) == len("{rate}:") + 32
    assert subject.strip() == "" or subject.encode(errors="replace") not in key


def test_scope_and_subject_cannot_be_shifted_into_one_another() -> None:
    assert Limit("ab", "c", 1, 1).key != Limit("a", "bc", 1, 1).key


def test_every_key_expires_by_itself() -> None:
    hit(PER_MINUTE, CLOSED)

    redis: Any = redis_client()
    lives = sorted(redis.pttl(key) for key in all_keys())
    assert 59_000 < lives[0] <= 60_000
    assert 3_599_000 < lives[1] <= 3_600_000


def test_a_clock_that_goes_back_opens_no_gap() -> None:
    future = int((time.time() + 30) * 1_000_000)
    for _ in range(5):
        redis_client().rpush(PER_MINUTE.key, future)

    verdict = hit(PER_MINUTE)

    assert not verdict.allowed
    assert verdict.retry_after <= 60


@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 119), max_size=12), st.integers(1, 6))
def test_the_script_agrees_with_counting_by_hand(ages: list[int], amount: int) -> None:
    """Hits of the given ages in seconds are in the list; a hit now is let in if fewer than `amount` are within 60."""
    limit = Limit("model", "alice", amount, 60)
    redis_client().delete(limit.key)
    # Half a second off, so that the time between here and Redis changes nothing.
    times = [int((time.time() - age - 0.5) * 1_000_000) for age in sorted(ages, reverse=True)]
    for each in times:
        redis_client().rpush(limit.key, each)
    recent = sorted(age for age in ages if age < 60)

    verdict = hit(limit)

    assert verdict.allowed == (len(recent) < amount)
    assert verdict.remaining == max(amount - len(recent) - 1, 0)
    if not verdict.allowed:
        assert verdict.retry_after == 60 - recent[amount - 1]


def test_lifted_limits_count_nothing(settings: Settings) -> None:
    settings.RATE_LIMITS = False

    assert {hit(PER_MINUTE, CLOSED) for _ in range(20)} == {UNCOUNTED}
    assert UNCOUNTED.headers() == {}
    assert all_keys() == []


def test_a_service_is_told_by_an_error() -> None:
    for _ in range(3):
        require(CLOSED)

    with pytest.raises(RateLimitExceeded) as refusal:
        require(CLOSED)
    assert refusal.value.retry_after == 3600


def test_a_success_may_clear_the_failures_before_it() -> None:
    for _ in range(5):
        hit(PER_MINUTE)

    forget(PER_MINUTE)

    assert hit(PER_MINUTE).remaining == 4


def test_what_turns_out_to_be_no_miss_is_taken_back() -> None:
    hit(PER_MINUTE)
    for _ in range(10):
        assert hit(PER_MINUTE).remaining == 3
        take_back(PER_MINUTE)

    take_back(PER_MINUTE, PER_MINUTE)

    assert hit(PER_MINUTE).remaining == 4


def test_without_redis_reads_pass_and_codes_do_not(
    doomed_redis: EmbeddedRedis, caplog: pytest.LogCaptureFixture
) -> None:
    assert hit(PER_MINUTE).remaining == 4
    doomed_redis.stop()

    started = time.monotonic()
    with caplog.at_level(logging.WARNING, "almanac.circuit"):
        for _ in range(100):
            assert hit(PER_MINUTE) is UNCOUNTED
            with pytest.raises(ServiceUnavailable) as refusal:
                hit(PER_MINUTE, CLOSED)

    assert refusal.value.retry_after == rate_limits.RETRY_SECONDS
    # Nobody waits for what is known to be down, and the log says it once.
    assert time.monotonic() - started < 1.5
    assert len(caplog.records) == 1


def test_when_redis_is_back_it_counts_again(doomed_redis: EmbeddedRedis) -> None:
    hit(PER_MINUTE)
    doomed_redis.stop()
    rate_limits._circuit.seconds = 0
    assert hit(PER_MINUTE) is UNCOUNTED

    doomed_redis.start()

    assert [hit(PER_MINUTE).allowed for _ in range(6)] == [True] * 5 + [False]


def test_a_redis_that_hangs_costs_one_timeout_and_not_one_each(doomed_redis: EmbeddedRedis, settings: Settings) -> None:
    settings.REDIS_TIMEOUT_SECONDS = 0.3
    reconnect_limiter()
    hit(PER_MINUTE)
    redis_client().client_pause(5_000)

    started = time.monotonic()
    verdicts = [hit(PER_MINUTE) for _ in range(50)]

    assert set(verdicts) == {UNCOUNTED}
    assert time.monotonic() - started < 1


def test_while_a_circuit_is_open_one_caller_tries() -> None:
    circuit = Circuit("a thing", seconds=0.05)
    circuit.failed(OSError())
    assert not circuit.allows()

    time.sleep(0.06)

    with ThreadPoolExecutor(20) as threads:
        assert sum(threads.map(lambda _: circuit.allows(), range(20))) == 1
    circuit.worked()
    assert circuit.allows()

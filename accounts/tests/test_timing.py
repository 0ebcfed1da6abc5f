"""A046: neither answer nor time tells what is known. Processor time, because the machine has other things to do."""

import statistics
import time
from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import User
from accounts.tests.calls import PHONE, post
from accounts.tests.telegram_signing import BOT_TOKEN, app_fields, hashed
from common import clock

pytestmark = [pytest.mark.deep, pytest.mark.django_db, pytest.mark.timeout(600)]
SAMPLES = 2_000


@pytest.fixture(autouse=True)
def _no_limits(settings: Settings) -> None:
    settings.RATE_LIMITS = False
    settings.TELEGRAM_BOT_TOKEN = BOT_TOKEN


def assert_alike(one: Callable[[], Any], other: Callable[[], Any]) -> None:
    """The medians of both, taken in turns, differ by less than a twentieth."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(SAMPLES):
        for act, times in zip((one, other), taken, strict=True):
            started = time.thread_time()
            act()
            times.append(time.thread_time() - started)
    medians = [statistics.median(times) for times in taken]
    assert medians[0] == pytest.approx(medians[1], rel=0.05)


def test_a_known_phone_is_asked_for_as_fast_as_an_unknown_one() -> None:
    User.objects.create_user(phone_number=PHONE, phone_verified_at=clock.now())
    known = {"phone_number": PHONE, "purpose": "reset_password"}
    unknown = {"phone_number": "+919876543299", "purpose": "reset_password"}

    assert_alike(lambda: post("send-otp", known), lambda: post("send-otp", unknown))


def test_a_signature_that_is_nearly_right_takes_as_long_as_one_that_is_not() -> None:
    raw = hashed(app_fields(int(time.time())))
    nearly, not_at_all = raw[:-1] + ("0" if raw[-1] != "0" else "1"), raw[:-64] + "0" * 64

    assert_alike(lambda: post("telegram", {"init_data": nearly}), lambda: post("telegram", {"init_data": not_at_all}))

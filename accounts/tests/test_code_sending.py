"""Asking for codes: nobody learns who has an account, and nobody earns by it."""

import logging
from typing import Any, Self

import pytest
from django.db import connection
from pytest_django import Settings

from accounts.enums import Purpose
from accounts.models import OtpChallenge, User
from accounts.services import deliver_codes, send_code
from accounts.tests.calls import PHONE, code_for, post, wrong
from common import clock
from common.errors import RateLimitExceeded
from common.redis import redis_client
from common.tests.limiter import reconnect_limiter
from common.tests.probe.client import refused
from notifications.models import Delivery

pytestmark = pytest.mark.django_db
OTHER_PHONE = "+919876543299"


@pytest.fixture
def _no_limits(settings: Settings) -> None:
    settings.RATE_LIMITS = False


def verify(code: str, phone: str = PHONE, purpose: str = "login", **more: Any) -> Any:
    return post("verify-otp", {"phone_number": phone, "otp_code": code, "purpose": purpose}, **more)


def ask(phone: str = PHONE, purpose: str = "login", **more: Any) -> Any:
    return post("send-otp", {"phone_number": phone, "purpose": purpose}, **more)


ENUMERATED = ["+919876543201", "+919876543202", "+919876543203", "+919876543204"]


@pytest.mark.parametrize("purpose", ["login", "reset_password", "verify_phone"])
@pytest.mark.usefixtures("_no_limits")
def test_the_answer_never_tells_whether_a_phone_is_known(purpose: str) -> None:
    """A052, E284: the same answer and the same statements for a known, blocked, erased and unknown number."""
    known, blocked, claimed, unknown = ENUMERATED
    User.objects.create_user(phone_number=known, phone_verified_at=clock.now())
    User.objects.create_user(phone_number=blocked, phone_verified_at=clock.now(), is_active=False)
    User.objects.create_user("claims@example.com", phone_number=claimed)

    seen = []
    for phone in (known, blocked, claimed, unknown):
        with Statements() as statements:
            response = ask(phone, purpose)
        seen.append((response.status_code, response.json(), statements.shapes))

    assert all(one == seen[0] for one in seen)


class Statements:
    """What was asked of the database, without the values."""

    def __enter__(self) -> Self:
        self.shapes: list[str] = []
        self._wrapper = connection.execute_wrapper(self._note)
        self._wrapper.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._wrapper.__exit__(None, None, None)

    def _note(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.shapes.append(sql.split(" WHERE ", maxsplit=1)[0][:80] if "SAVEPOINT" not in sql else "SAVEPOINT")
        return execute(sql, params, many, context)


@pytest.mark.parametrize(
    ("purpose", "sent_to"),
    [("login", {0, 2, 3}), ("reset_password", {0}), ("verify_phone", {0, 1, 2, 3})],
)
@pytest.mark.usefixtures("_no_limits")
def test_a_worker_alone_decides_who_gets_a_code(purpose: str, sent_to: set[int]) -> None:
    known, blocked, claimed, unknown = ENUMERATED
    User.objects.create_user(phone_number=known, phone_verified_at=clock.now())
    User.objects.create_user(phone_number=blocked, phone_verified_at=clock.now(), is_active=False)
    User.objects.create_user("claims@example.com", phone_number=claimed)
    for phone in (known, blocked, claimed, unknown):
        ask(phone, purpose)

    deliver_codes()
    deliver_codes()

    assert Delivery.objects.count() == len(sent_to)
    assert not OtpChallenge.objects.filter(sealed__isnull=False).exists()


@pytest.mark.parametrize("number", ["+1234567890", "+910000000000"])
def test_numbers_that_no_phone_has_are_answered_alike_and_sent_nothing(number: str) -> None:
    assert ask(number).status_code == 202

    deliver_codes()

    assert not Delivery.objects.exists()


@pytest.mark.parametrize("number", ["+19002345678", "+448451234567", "+18002345678"])
def test_numbers_that_cost_or_earn_money_get_no_code(number: str) -> None:
    """A053."""
    refused(ask(number), 422, "BUSINESS_RULE_VIOLATION")

    assert not OtpChallenge.objects.exists()


def test_other_countries_get_no_codes_where_some_are_named(settings: Settings) -> None:
    settings.OTP_COUNTRIES = ["US"]

    refused(ask(PHONE), 422, "BUSINESS_RULE_VIOLATION")
    # Jamaica shares the prefix of the United States.
    refused(ask("+18762101234"), 422, "BUSINESS_RULE_VIOLATION")
    assert ask("+12025550123").status_code == 202


def test_a_phone_gets_three_codes_an_hour_however_it_is_written() -> None:
    """A054, A055: one spelling, one counter."""
    for variant in (PHONE, "0091 98765-43210", "\u200e+91 (0) 98765 43210\u202c"):
        assert ask(variant).status_code == 202

    response = ask("＋９１９８７６５４３２１０")

    refused(response, 429, "RATE_LIMIT_EXCEEDED")
    assert 3_500 < int(response["Retry-After"]) <= 3_600
    assert OtpChallenge.objects.count() == 3


def test_a_network_gets_ten_codes_an_hour() -> None:
    for number in range(10):
        assert ask(f"+91987650{number}000").status_code == 202

    refused(ask("+919876600000"), 429, "RATE_LIMIT_EXCEEDED")


def test_many_numbers_of_one_block_are_pumping(settings: Settings) -> None:
    """A053."""
    settings.OTP_PER_BLOCK_HOUR = 3
    for number in range(3):
        send_code(f"+91987654000{number}", Purpose.LOGIN, network=f"198.51.100.{number}")

    with pytest.raises(RateLimitExceeded):
        send_code("+919876540009", Purpose.LOGIN, network="198.51.100.9")
    send_code("+919876550000", Purpose.LOGIN, network="198.51.100.9")


def test_the_day_has_a_cap_for_all(settings: Settings) -> None:
    settings.OTP_PER_DAY = 1
    send_code("+919876540000", Purpose.LOGIN, network="198.51.100.1")

    with pytest.raises(RateLimitExceeded):
        send_code("+12025550123", Purpose.LOGIN, network="198.51.100.2")


def test_without_a_limiter_no_code_is_sent(settings: Settings) -> None:
    """A056: fails closed."""
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    reconnect_limiter()
    try:
        refused(ask(), 503, "SERVICE_UNAVAILABLE")
    finally:
        redis_client.cache_clear()
        reconnect_limiter()
    assert not OtpChallenge.objects.exists()


def test_codes_are_nowhere_in_clear(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    """A058."""
    caplog.set_level(logging.DEBUG)
    code = code_for()
    response = verify(wrong(code))
    deliver_codes()

    kept = str(list(OtpChallenge.objects.values())) + str(list(Delivery.objects.values()))
    redis = redis_client()
    kept += str([redis.dump(key) for key in redis.scan_iter("*")])
    assert code not in response.content.decode() + kept
    assert code not in caplog.text + "".join(capfd.readouterr())
    assert PHONE not in kept

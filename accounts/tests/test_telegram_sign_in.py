"""Signing in with Telegram."""

import time
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from accounts import telegram_signature
from accounts.models import Session, TelegramProof, User
from accounts.tests.calls import call, data_of, post
from accounts.tests.telegram_signing import BOT_ID, BOT_TOKEN, PUBLIC_KEY, app_fields, hashed, init_data, widget
from common.tests.probe.client import CAMEL, detail_codes, refused
from common.tests.threads import in_threads

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _bot(settings: Settings) -> None:
    settings.TELEGRAM_BOT_TOKEN = BOT_TOKEN


def now() -> int:
    return int(time.time())


def by_app(raw: str | None = None, **more: Any) -> Any:
    return post("telegram", {"init_data": init_data(app_fields(now())) if raw is None else raw, **more})


def nobody_came_in() -> None:
    assert not User.objects.exists()
    assert not Session.objects.exists()


def test_the_widget_signs_a_new_person_in(
    settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # Without the figures of other apps: each of them asks one query more.
    settings.PROFILE_FACTS = []
    # A savepoint of 2, the proof in one of its own (3), who it is, the new user in one of its own (3), and the
    # session's: 2 with last login, groups, session and refresh token.
    with django_assert_num_queries(15):
        response = post("telegram", widget(now()))

    data = data_of(response)
    person = User.objects.get()
    assert set(data) == {"user", "tokens", "is_new_user"}
    assert (data["is_new_user"], person.telegram_id, person.first_name) == (True, 279058397, "Álvaro")
    assert not person.has_usable_password()
    assert call("get", "me", token=data["tokens"]["access_token"]).status_code == 200


def test_a_mini_app_finds_the_same_account_again() -> None:
    bob = User.objects.create_user(telegram_id=279058397, first_name="Bob")

    data = data_of(by_app(platform="telegram_mini_app"))

    assert (data["is_new_user"], data["user"]["id"], data["user"]["first_name"]) == (False, str(bob.pk), "Bob")
    assert Session.objects.get().platform == "telegram_mini_app"


def test_the_seeds_mini_app_request_is_accepted_as_printed() -> None:
    body = {"initData": init_data(app_fields(now())), "platform": "telegram_mini_app"}

    data = data_of(post("telegram", body, accept=CAMEL))

    assert data["isNewUser"] is True


def test_the_seeds_widget_request_passes_if_it_is_signed() -> None:
    fields = widget(now(), last_name="Doe")
    seed = {
        "telegramId": str(fields["id"]),
        "firstName": fields["first_name"],
        "lastName": "Doe",
        "username": fields["username"],
        "authDate": fields["auth_date"],
        "hash": fields["hash"],
    }

    assert data_of(post("telegram", seed))["is_new_user"] is True


def test_the_seeds_id_without_a_signature_opens_nothing() -> None:
    """A072."""
    User.objects.create_user(telegram_id=123456789)
    seed = {"telegramId": "123456789", "firstName": "John", "authDate": 1234567890, "hash": "telegram_hash"}

    refused(post("telegram", seed), 401, "AUTHENTICATION_REQUIRED")
    refused(post("telegram", {"telegramId": "123456789"}), 401, "AUTHENTICATION_REQUIRED")
    assert not Session.objects.exists()


@pytest.mark.parametrize("body", [{}, {"init_data": "x", "id": 5}, {"id": 5, "telegram_id": 5}, {"platform": "web"}])
def test_a_request_is_of_one_shape(body: dict[str, Any]) -> None:
    error = refused(post("telegram", body), 400, "VALIDATION_ERROR")

    assert set(detail_codes(error).values()) == {"AMBIGUOUS"}


def test_data_is_accepted_once() -> None:
    """A063, E303: strict, also from another device."""
    raw, fields = init_data(app_fields(now())), widget(now())
    assert by_app(raw).status_code == post("telegram", fields).status_code == 200

    refused(by_app(raw), 401, "AUTHENTICATION_REQUIRED")
    # In another order it is the same.
    refused(by_app("&".join(reversed(raw.split("&")))), 401, "AUTHENTICATION_REQUIRED")
    refused(post("telegram", fields), 401, "AUTHENTICATION_REQUIRED")
    assert Session.objects.count() == 2
    assert TelegramProof.objects.count() == 2


@pytest.mark.parametrize("age", [24 * 3600 + 5, -65])
def test_a_stale_widget_is_refused(age: int) -> None:
    refused(post("telegram", widget(now() - age)), 401, "AUTHENTICATION_REQUIRED")
    nobody_came_in()


@pytest.mark.parametrize("age", [3600 + 5, 25 * 3600, -65, -600])
def test_a_stale_mini_app_is_refused(age: int) -> None:
    """E302."""
    refused(by_app(init_data(app_fields(now() - age))), 401, "AUTHENTICATION_REQUIRED")
    nobody_came_in()


def test_a_widget_of_yesterday_still_passes() -> None:
    assert post("telegram", widget(now() - 23 * 3600)).status_code == 200


def test_a_name_keeps_its_signature_and_loses_its_tricks() -> None:
    fields = widget(now(), first_name=" Zo\u0308e\u202e \u200b ", last_name="x" * 300)

    assert data_of(post("telegram", fields))["user"]["first_name"] == "Zöe"
    assert len(User.objects.get().last_name) == 100


def test_a_blocked_person_is_told_so_and_the_data_is_not_used_up() -> None:
    bob = User.objects.create_user(telegram_id=279058397, is_active=False)
    raw = init_data(app_fields(now()))

    refused(by_app(raw), 403, "INSUFFICIENT_PERMISSIONS")

    assert not TelegramProof.objects.exists()
    User.objects.filter(pk=bob.pk).update(is_active=True)
    assert by_app(raw).status_code == 200


def test_staff_do_not_come_in_past_their_second_factor(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = True
    User.objects.create_user("dana@example.com", telegram_id=279058397, is_staff=True)

    refused(by_app(), 401, "AUTHENTICATION_REQUIRED")
    assert not Session.objects.exists()


def test_without_a_bot_it_is_said_so(settings: Settings) -> None:
    settings.TELEGRAM_BOT_TOKEN = ""

    refused(post("telegram", widget(now(), bot_token="")), 503, "SERVICE_UNAVAILABLE")
    refused(by_app(hashed(app_fields(now()), bot_token="")), 503, "SERVICE_UNAVAILABLE")
    nobody_came_in()


def test_a_bots_id_alone_is_enough_for_mini_apps(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """E306: Telegram's own signature of the configured environment."""
    settings.TELEGRAM_BOT_TOKEN, settings.TELEGRAM_BOT_ID = "", BOT_ID
    raw = init_data(app_fields(now()), bot_token="999999:somebody_elses_token_that_we_do_not_know")
    refused(by_app(raw), 401, "AUTHENTICATION_REQUIRED")

    # Nobody but Telegram can sign with the published keys, so the test puts its own in production's place.
    monkeypatch.setitem(telegram_signature.PUBLIC_KEYS, "production", PUBLIC_KEY)
    settings.TELEGRAM_ENVIRONMENT = "test"
    refused(by_app(raw), 401, "AUTHENTICATION_REQUIRED")
    settings.TELEGRAM_ENVIRONMENT = "production"
    assert by_app(raw).status_code == 200
    # Another `hash`, which this signature does not cover, makes no other data of it.
    refused(by_app(raw.rpartition("=")[0] + "=" + "0" * 64), 401, "AUTHENTICATION_REQUIRED")
    refused(post("telegram", widget(now())), 503, "SERVICE_UNAVAILABLE")


@pytest.mark.django_db(transaction=True)
def test_the_same_data_sent_at_once_lets_one_in() -> None:
    """A063."""
    raw = init_data(app_fields(now()))

    statuses = in_threads(6, lambda: by_app(raw).status_code)

    assert sorted(statuses) == [200, 401, 401, 401, 401, 401]
    assert Session.objects.count() == User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_new_person_on_several_devices_at_once_is_one_person() -> None:
    several = iter([init_data(app_fields(now(), query_id=f"AA{number}")) for number in range(5)])

    statuses = in_threads(5, lambda: by_app(next(several)).status_code)

    assert statuses == [200] * 5
    assert (User.objects.count(), Session.objects.count()) == (1, 5)

"""A platform whose messages would go nowhere says so before it starts."""

from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from notifications.checks import OUTBOX, channels_can_send


def ids() -> list[str | None]:
    return [found.id for found in channels_can_send(None)]


def test_development_is_content() -> None:
    assert ids() == []


@pytest.mark.parametrize(
    ("provider", "facts"),
    [
        ({"SMS_PROVIDER": "twilio"}, {"TWILIO_ACCOUNT_SID": "a", "TWILIO_AUTH_TOKEN": "b", "TWILIO_FROM": "c"}),
        ({"SMS_PROVIDER": "msg91"}, {"MSG91_AUTH_KEY": "a", "MSG91_TEMPLATE_ID": "b"}),
        ({"PUSH_PROVIDER": "fcm"}, {"FCM_SERVICE_ACCOUNT_FILE": __file__}),
        ({"TELEGRAM_PROVIDER": "bot"}, {"TELEGRAM_BOT_TOKEN": "1:x"}),
        ({"EMAIL_PROVIDER": "postmark"}, {"ANYMAIL": {"SENDGRID_API_KEY": "x"}}),
    ],
)
def test_a_provider_lacks_each_of_its_facts_until_it_is_set(
    settings: Settings, provider: dict[str, str], facts: dict[str, Any]
) -> None:
    for name, value in {**provider, **dict.fromkeys(facts, "")}.items():
        setattr(settings, name, {"SENDGRID_API_KEY": ""} if name == "ANYMAIL" else value)
    assert ids() == ["almanac.E021"] * len(facts)

    for name, value in facts.items():
        setattr(settings, name, value)

    assert ids() == []


def test_a_key_file_that_is_not_there_is_found(settings: Settings, tmp_path: Path) -> None:
    settings.PUSH_PROVIDER = "fcm"
    settings.FCM_SERVICE_ACCOUNT_FILE = str(tmp_path / "nowhere.json")

    assert ids() == ["almanac.E022"]


def test_a_channel_of_another_name_is_found(settings: Settings) -> None:
    settings.NOTIFICATION_CHANNELS = {"fax": OUTBOX}

    assert ids() == ["almanac.E020"]


def test_production_does_not_write_codes_to_a_page(settings: Settings) -> None:
    settings.PRODUCTION = True

    [found] = channels_can_send(None)

    assert found.id == "almanac.E023"
    assert "email, push, sms, telegram" in found.msg

"""A bot that is not ours signs nobody in."""

import pytest
from pytest_django import Settings

from accounts.checks import telegram_bot_is_ours
from accounts.tests.telegram_signing import BOT_ID, BOT_TOKEN


def found(settings: Settings, **values: object) -> list[str]:
    settings.TELEGRAM_SIGN_IN = True
    settings.TELEGRAM_BOT_TOKEN, settings.TELEGRAM_BOT_ID = BOT_TOKEN, 0
    for name, value in values.items():
        setattr(settings, name, value)
    return [str(problem.id) for problem in telegram_bot_is_ours(None)]


@pytest.mark.parametrize(
    ("values", "problems"),
    [
        ({}, []),
        ({"TELEGRAM_BOT_ID": BOT_ID}, []),
        ({"TELEGRAM_BOT_TOKEN": "", "TELEGRAM_BOT_ID": BOT_ID}, []),
        ({"TELEGRAM_BOT_TOKEN": ""}, ["accounts.E001"]),
        ({"TELEGRAM_BOT_TOKEN": "", "TELEGRAM_SIGN_IN": False}, []),
        ({"TELEGRAM_BOT_TOKEN": "secret"}, ["accounts.E002"]),
        ({"TELEGRAM_BOT_TOKEN": ":" + "a" * 40}, ["accounts.E002"]),
        ({"TELEGRAM_BOT_ID": BOT_ID + 1}, ["accounts.E003"]),
        ({"TELEGRAM_ENVIRONMENT": "test"}, []),
        ({"TELEGRAM_ENVIRONMENT": "test", "PRODUCTION": True}, ["accounts.E004"]),
    ],
)
def test_what_is_wrong_with_the_bot_is_said_before_the_start(
    settings: Settings, values: dict[str, object], problems: list[str]
) -> None:
    """A068."""
    assert found(settings, **values) == problems

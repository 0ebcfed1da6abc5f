"""Signing in with what Telegram has signed: the login widget's fields, or a Mini App's `init_data`."""

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.devices import Device
from accounts.errors import TelegramNotConnected, TelegramRefused
from accounts.models import TelegramProof, User
from accounts.services.second_factor import require_second_factor
from accounts.services.sign_in import SignedIn, start_session
from accounts.telegram_signature import (
    MOST_FUTURE_SECONDS,
    PUBLIC_KEYS,
    SignedPerson,
    person_of_app,
    person_of_foreign_app,
    person_of_widget,
    require_fresh,
)
from common import clock
from common.platform import platform_settings

LONGEST_NAME = 100


def sign_in_with_widget(fields: Mapping[str, str], *, device: Device) -> SignedIn:
    _refuse_unless_connected(settings.TELEGRAM_BOT_TOKEN)
    person = person_of_widget(fields, bot_token=settings.TELEGRAM_BOT_TOKEN)
    return _sign_in(person, life=timedelta(hours=platform_settings().telegram_widget_hours), device=device)


def sign_in_with_app(init_data: str, *, device: Device) -> SignedIn:
    _refuse_unless_connected(settings.TELEGRAM_BOT_TOKEN or settings.TELEGRAM_BOT_ID)
    return _sign_in(
        _person_of(init_data), life=timedelta(minutes=platform_settings().telegram_app_minutes), device=device
    )


def _person_of(init_data: str) -> SignedPerson:
    if settings.TELEGRAM_BOT_TOKEN:
        return person_of_app(init_data, bot_token=settings.TELEGRAM_BOT_TOKEN)
    return person_of_foreign_app(
        init_data, bot_id=settings.TELEGRAM_BOT_ID, public_key=PUBLIC_KEYS[settings.TELEGRAM_ENVIRONMENT]
    )


def _sign_in(person: SignedPerson, *, life: timedelta, device: Device) -> SignedIn:
    """Accepts the data once. A refusal further on forgets that it was seen, so that nothing is used up in vain."""
    require_fresh(person, now=int(clock.now().timestamp()), longest=int(life.total_seconds()))
    with transaction.atomic():
        _refuse_replay(person, life)
        user, is_new = _account_of(person)
        require_second_factor(user, "")
        return start_session(user, device=device, is_new_user=is_new)


def _refuse_replay(person: SignedPerson, life: timedelta) -> None:
    signed_at = datetime.fromtimestamp(person.signed_at, UTC)
    try:
        with transaction.atomic():
            TelegramProof.objects.create(
                digest=person.digest, expires_at=signed_at + life + timedelta(seconds=MOST_FUTURE_SECONDS)
            )
    except IntegrityError as error:
        raise TelegramRefused from error


def _account_of(person: SignedPerson) -> tuple[User, bool]:
    user = User.objects.filter(telegram_id=person.id).first()
    if user is not None:
        return user, False
    try:
        with transaction.atomic():
            return User.objects.create_user(
                telegram_id=person.id,
                first_name=_name(person.first_name),
                last_name=_name(person.last_name),
                **_language(person.language),
            ), True
    except IntegrityError:
        # Another device of the same person was faster.
        return User.objects.get(telegram_id=person.id), False


def _name(text: str) -> str:
    """A name as we keep names: one line, without characters that hide or reorder others."""
    visible = "".join(
        " " if sign.isspace() else sign
        for sign in unicodedata.normalize("NFC", text)
        if sign.isspace() or unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )
    return " ".join(visible.split())[:LONGEST_NAME]


def _language(code: str) -> dict[str, str]:
    return {"language": code.lower()} if 2 <= len(code) <= 10 and code.replace("-", "").isalnum() else {}


def _refuse_unless_connected(configured: str | int) -> None:
    if not configured:
        raise TelegramNotConnected

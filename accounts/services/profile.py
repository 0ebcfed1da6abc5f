"""Changing what somebody says of themselves."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from accounts.errors import Taken
from accounts.models import PasswordReset, SessionId, User
from accounts.services.fresh_sign_in import require_fresh_sign_in
from accounts.services.warnings import WaysIn, warn_of_moved_ways_in, ways_in_of
from common.errors import BusinessRuleViolation
from notifications.enums import Channel
from notifications.services import switch_channels

_WAYS_IN = {"email": "email_verified_at", "phone_number": "phone_verified_at"}


@transaction.atomic
def change_profile(
    user: User, *, session_id: SessionId, channels: Mapping[Channel, bool] | None = None, **fields: Any
) -> User:
    """What is not named stays. Another address or number is a claim, and may only be made shortly after signing in."""
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    former = ways_in_of(user)
    moved = [name for name in _WAYS_IN if name in fields and _differs(user, name, fields[name])]
    for name in moved:
        require_fresh_sign_in(session_id, field=name)
        if fields[name] is None:
            raise BusinessRuleViolation.of(name, "Enter another one; an account keeps its ways in.", "REQUIRED")
        setattr(user, _WAYS_IN[name], None)
    kept = {name: value for name, value in fields.items() if name not in _WAYS_IN or name in moved}
    for name, value in kept.items():
        setattr(user, name, value)
    if kept:
        _save_unless_taken(user, [*kept, *(_WAYS_IN[name] for name in moved)])
    if moved:
        _leave(former, user)
    if channels:
        switch_channels(user, channels)
    return user


@transaction.atomic
def save_correction(user: User) -> None:
    """Saves what staff wrote into somebody's row. Another address or number is unproven, whoever wrote it."""
    stored = User.objects.get(pk=user.pk)
    moved = [name for name in _WAYS_IN if getattr(stored, name) != getattr(user, name)]
    for name in moved:
        setattr(user, _WAYS_IN[name], None)
    user.save()
    if moved:
        _leave(ways_in_of(stored), user)


def _leave(former: WaysIn, user: User) -> None:
    # A link that was mailed to the former address leads nowhere any more.
    PasswordReset.objects.live().filter(user=user).update(used_at=Now(), updated_at=Now())
    warn_of_moved_ways_in(user, former=former)


def _differs(user: User, name: str, value: str | None) -> bool:
    current = getattr(user, name)
    return (str(current) if current else None) != value


def _save_unless_taken(user: User, names: list[str]) -> None:
    """The unique indexes decide; the question is asked again only to name the field."""
    try:
        with transaction.atomic():
            user.save(update_fields=names)
    except IntegrityError as error:
        others = User.objects.exclude(pk=user.pk)
        if user.email and others.filter(email=user.email).exists():
            raise Taken.of("email", "There is an account with this e-mail address.", "TAKEN") from error
        if user.phone_number and others.filter(phone_number=user.phone_number).exists():
            raise Taken.of("phone_number", "There is an account with this phone number.", "TAKEN") from error
        raise

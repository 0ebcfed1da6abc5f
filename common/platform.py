"""The platform settings at hand: `platform_settings().tax_percent`.

Each process keeps a frozen copy and reads the row again when the copy is older than a few seconds, so a change reaches
every process within that time, a warm call costs no query, and nothing depends on Redis. A version kept in Redis would
save one primary-key look-up every few seconds and would have to be right when Redis loses it.
"""

import logging
import threading
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.core.exceptions import FieldDoesNotExist
from django.db import DatabaseError, transaction

from common.audit import Person, acting
from common.errors import ValidationFailed
from common.models.platform import PlatformSettings

logger = logging.getLogger("almanac.platform")

FRESH_SECONDS = 3


class _Copy(NamedTuple):
    settings: PlatformSettings
    stale_at: float


_copy: _Copy | None = None
_reading = threading.Lock()


def platform_settings() -> PlatformSettings:
    """The settings in force, at most a few seconds old; read-only. Without a row these are the defaults.

    While the database is down, the last copy stays in force.
    """
    copy = _copy
    if copy is None:
        return _read()
    # One thread reads anew while the others go on with what they have.
    if time.monotonic() >= copy.stale_at and _reading.acquire(blocking=False):
        try:
            return _read()
        except DatabaseError as error:
            logger.warning("the platform settings could not be read anew: %s", type(error).__name__)
            return remember_platform_settings(copy.settings)
        finally:
            _reading.release()
    return copy.settings


def update_platform_settings(changes: Mapping[str, Any], *, actor: Person, reason: str = "") -> PlatformSettings:
    """Changes some settings and returns them all; other processes follow within seconds. The audit log tells who.

    Refuses unknown names (ValidationFailed) and values out of range (Django's ValidationError, by field).
    """
    with transaction.atomic(), acting(actor, reason=reason):
        changed, _ = PlatformSettings.objects.select_for_update().get_or_create(pk=1)
        for name, value in changes.items():
            _set(changed, name, value)
        changed.full_clean()
        changed.save(update_fields=[*changes, "updated_at"])
        transaction.on_commit(forget_platform_settings)
    return changed


def remember_platform_settings(settings: PlatformSettings, *, seconds: float = FRESH_SECONDS) -> PlatformSettings:
    """Makes this process take `settings` for the ones in force, until it reads the row again."""
    global _copy  # noqa: PLW0603 - the process's copy
    _copy = _Copy(settings.freeze(), time.monotonic() + seconds)
    return settings


def forget_platform_settings() -> None:
    """The next call reads the row."""
    global _copy  # noqa: PLW0603 - the process's copy
    _copy = None


def _read() -> PlatformSettings:
    return remember_platform_settings(PlatformSettings.objects.filter(pk=1).first() or PlatformSettings())


def _set(settings: PlatformSettings, name: str, value: Any) -> None:
    try:
        field = PlatformSettings._meta.get_field(name)
    except FieldDoesNotExist:
        raise ValidationFailed.of(name, "There is no such setting.", "UNKNOWN_FIELD") from None
    if not field.editable:
        raise ValidationFailed.of(name, "This cannot be changed.", "READ_ONLY")
    setattr(settings, name, value)

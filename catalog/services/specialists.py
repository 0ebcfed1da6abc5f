"""Becoming a specialist, telling about oneself, being verified."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from accounts.enums import Role
from accounts.models import User
from catalog.models import Calendar, Specialist
from catalog.services.acting import acting
from catalog.services.hours import set_hours
from common import audit, clock
from common.audit import Person
from common.errors import Detail, PermissionDenied, ValidationFailed
from common.events import publish
from common.walltime import zone_named

AMOUNTS = ("base_rate_minor", "deposit_minor")


def own_specialist(user: User) -> Specialist:
    """The user's profile. Members of "Specialists" who have none yet get an unverified one that is open on no day.

    Whoever is no specialist is refused.
    """
    found = _specialist_of(user)
    if found is not None:
        return found
    if not user.groups.filter(name=Role.SPECIALISTS.value).exists():
        raise PermissionDenied("Only specialists have this. You are not registered as one.")
    try:
        with transaction.atomic():
            calendar = Calendar.objects.create(timezone=zone_named(user.timezone).key)
            Specialist.objects.create(user=user, calendar=calendar, currency=user.currency)
    except IntegrityError:
        # Two first calls at once: the other one made it, and the calendar made here is rolled back.
        pass
    return Specialist.objects.select_related("user", "calendar", "standing").get(user=user)


@transaction.atomic
def change_profile(
    specialist: Specialist,
    changes: Mapping[str, Any],
    *,
    hours: Mapping[str, Any] | None = None,
    actor: Person,
    reason: str = "",
) -> Specialist:
    """Changes what is given of the profile, and of its hours."""
    locked = Specialist.objects.select_for_update(of=("self",), no_key=True)
    specialist = locked.select_related("user", "calendar", "standing").get(pk=specialist.pk)
    _require_amounts_of_new_currency(specialist, changes)
    for name, value in changes.items():
        setattr(specialist, name, value)
    if (specialist.latitude is None) != (specialist.longitude is None):
        raise _refused("latitude", "Give both latitude and longitude, or neither.", "REQUIRED")
    with acting(actor, reason=reason):
        specialist.save(update_fields=[*changes])
    if hours:
        set_hours(specialist.calendar, actor=actor, reason=reason, **hours)
    return specialist


def verify_specialist(specialist: Specialist, *, actor: Person, reason: str = "") -> Specialist:
    """From now on they are listed and bookable. Verifying twice changes nothing."""
    return _set_verified(specialist, to=True, actor=actor, reason=reason)


def unverify_specialist(specialist: Specialist, *, actor: Person, reason: str) -> Specialist:
    """They are no longer listed, and nothing new is booked with them; what is booked stays."""
    return _set_verified(specialist, to=False, actor=actor, reason=reason)


@transaction.atomic
def _set_verified(specialist: Specialist, *, to: bool, actor: Person, reason: str) -> Specialist:
    specialist = Specialist.objects.select_for_update(of=("self",), no_key=True).get(pk=specialist.pk)
    if specialist.is_verified == to:
        return specialist
    specialist.is_verified = to
    specialist.verified_at = clock.now() if to else None
    specialist.verified_by_id = actor.pk if to and actor is not None else None
    # Always recorded: a command has no person behind it and is the system's doing.
    with audit.acting(actor, reason=reason):
        specialist.save(update_fields=["is_verified", "verified_at", "verified_by"])
    publish("specialist.verified" if to else "specialist.unverified", specialist.pk)
    return specialist


def _specialist_of(user: User) -> Specialist | None:
    whole = Specialist.objects.select_related("user", "calendar", "standing")
    found: Specialist | None = whole.filter(user=user.pk).first()
    return found


def _require_amounts_of_new_currency(specialist: Specialist, changes: Mapping[str, Any]) -> None:
    """Ten dollars do not become ten rupees because somebody corrected the currency."""
    if changes.get("currency", specialist.currency) == specialist.currency:
        return
    if any(getattr(specialist, name) is not None and name not in changes for name in AMOUNTS):
        raise _refused("currency", "Give the amounts in the new currency as well.", "AMOUNTS_REQUIRED")


def _refused(field: str, message: str, code: str) -> ValidationFailed:
    return ValidationFailed(message, details=[Detail(field, message, code)])

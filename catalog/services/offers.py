"""Offering services, changing them, and no longer offering them."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError

from catalog.models import Service, Specialist
from catalog.selectors.catalog_version import renew_after_commit
from catalog.services.acting import acting
from common import clock
from common.audit import Person
from common.errors import Detail, ValidationFailed

AMOUNTS = ("price_minor", "market_price_minor")


@transaction.atomic
def create_service(owner: Specialist | None, facts: Mapping[str, Any], *, actor: Person, reason: str = "") -> Service:
    """A new service of a specialist, or of the platform when nobody owns it."""
    service = Service(owner=owner, **facts)
    return _saved(service, actor=actor, reason=reason)


@transaction.atomic
def change_service(service: Service, changes: Mapping[str, Any], *, actor: Person, reason: str = "") -> Service:
    """Changes what is given. What was booked before keeps the price and the length it was booked with."""
    service = Service.objects.select_for_update(of=("self",)).select_related("category", "tier").get(pk=service.pk)
    _require_amounts_of_new_currency(service, changes)
    for name, value in changes.items():
        setattr(service, name, value)
    return _saved(service, actor=actor, reason=reason)


@transaction.atomic
def save_service(service: Service, *, actor: Person, reason: str = "") -> Service:
    """Saves what somebody has edited as a whole, with the row locked since."""
    return _saved(service, actor=actor, reason=reason)


@transaction.atomic
def remove_service(service: Service, *, actor: Person, reason: str = "") -> bool:
    """Deletes what nothing refers to and archives what was ever booked; True if it is gone for good."""
    try:
        with transaction.atomic(), acting(actor, reason=reason):
            Service.objects.filter(pk=service.pk).delete()
            # References are checked at commit unless somebody asks for it.
            with transaction.get_connection().cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    except (ProtectedError, IntegrityError):
        archive_service(service, actor=actor, reason=reason)
        return False
    renew_after_commit()
    return True


@transaction.atomic
def archive_service(service: Service, *, actor: Person, reason: str = "") -> Service:
    """Nobody can book it any more; what was booked stays. Archiving twice changes nothing."""
    service = Service.objects.select_for_update(of=("self",)).get(pk=service.pk)
    if service.archived_at is None:
        service.archived_at = clock.now()
        with acting(actor, reason=reason):
            service.save(update_fields=["archived_at"])
        renew_after_commit()
    return service


@transaction.atomic
def restore_service(service: Service, *, actor: Person, reason: str = "") -> Service:
    """Brings an archived service back as it was."""
    service = Service.objects.select_for_update(of=("self",)).get(pk=service.pk)
    service.archived_at = None
    with acting(actor, reason=reason):
        service.save(update_fields=["archived_at"])
    renew_after_commit()
    return service


@transaction.atomic
def save_listed(listed: models.Model, *, actor: Person, reason: str = "") -> None:
    """Saves a category or a tier, whose name and place everybody sees in the catalog."""
    with acting(actor, reason=reason):
        listed.save()
    renew_after_commit()


@transaction.atomic
def remove_listed(listed: models.Model, *, actor: Person, reason: str = "") -> None:
    """Deletes a category or a tier that no service is in."""
    with acting(actor, reason=reason):
        listed.delete()
    renew_after_commit()


def _saved(service: Service, *, actor: Person, reason: str) -> Service:
    if service.market_price_minor is not None and service.market_price_minor < service.price_minor:
        raise _refused("market_price", "The market price must not be less than the price.", "RANGE")
    service.full_clean(exclude={"owner", "category", "tier"})
    with acting(actor, reason=reason):
        service.save()
    renew_after_commit()
    return service


def _require_amounts_of_new_currency(service: Service, changes: Mapping[str, Any]) -> None:
    """Ten dollars do not become ten rupees because somebody corrected the currency."""
    if changes.get("currency", service.currency) == service.currency:
        return
    if any(getattr(service, name) is not None and name not in changes for name in AMOUNTS):
        raise _refused("currency", "Give the amounts in the new currency as well.", "AMOUNTS_REQUIRED")


def _refused(field: str, message: str, code: str) -> ValidationFailed:
    return ValidationFailed(message, details=[Detail(field, message, code)])

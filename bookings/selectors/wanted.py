"""What somebody wants to book, with everything that booking asks of it; each is one compiled read by its keys."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from catalog.models import Resource, Service
from common.compiled import CompiledRead, IdAmong


def wanted_service(pk: UUID) -> Service | None:
    """The service with its owner, its room and their calendars, whether it can be booked or not."""
    return _SERVICE.first(pk=pk)


def wanted_resource(pk: UUID) -> Resource | None:
    """The resource with its calendar, whether it can be booked or not."""
    return _RESOURCE.first(pk=pk)


def wanted_services(pks: Collection[UUID]) -> dict[UUID, Service]:
    """As `wanted_service`, by their ids; what does not exist is missing."""
    return {service.pk: service for service in _SERVICES.all(pks=list(pks))}


def _service(pk: UUID) -> QuerySet[Service]:
    return _with_owner(Service.objects.filter(pk=pk))


def _services(pks: UUID) -> QuerySet[Service]:
    return _with_owner(Service.objects.filter(IdAmong(pks)))


def _with_owner(services: QuerySet[Service]) -> QuerySet[Service]:
    return services.select_related("owner__user", "owner__calendar", "room__calendar")


def _resource(pk: UUID) -> QuerySet[Resource]:
    return Resource.objects.filter(pk=pk).select_related("calendar")


_SERVICE = CompiledRead[Service](_service, "pk")
_SERVICES = CompiledRead[Service](_services, "pks")
_RESOURCE = CompiledRead[Resource](_resource, "pk")

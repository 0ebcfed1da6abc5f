"""What somebody wants to book, with everything that booking asks of it; each is one compiled read by key."""

from uuid import UUID

from django.db.models import QuerySet

from catalog.models import Resource, Service
from common.compiled import CompiledRead


def wanted_service(pk: UUID) -> Service | None:
    """The service with its owner, its room and their calendars, whether it can be booked or not."""
    return _SERVICE.first(pk=pk)


def wanted_resource(pk: UUID) -> Resource | None:
    """The resource with its calendar, whether it can be booked or not."""
    return _RESOURCE.first(pk=pk)


def _service(pk: UUID) -> QuerySet[Service]:
    return Service.objects.filter(pk=pk).select_related("owner__user", "owner__calendar", "room__calendar")


def _resource(pk: UUID) -> QuerySet[Resource]:
    return Resource.objects.filter(pk=pk).select_related("calendar")


_SERVICE = CompiledRead[Service](_service, "pk")
_RESOURCE = CompiledRead[Resource](_resource, "pk")

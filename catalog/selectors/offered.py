"""Whom and what a question about free time names, as far as the caller may see it; each is one compiled read by key.

Of the owner they bring the name and the whole calendar, of a service how long it takes and in which room. Anything else
is read if it is asked for.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from accounts.models import User
from catalog.models import Resource, Service, Specialist
from common.compiled import CompiledRead

Owner = Specialist | Resource
M = TypeVar("M", Specialist, Resource, Service)

DURATIONS = ("duration_minutes", "buffer_before_minutes", "buffer_after_minutes", "room")
NOBODY = UUID(int=0)


def visible_specialist(pk: UUID, caller: Any) -> Specialist | None:
    return _SPECIALIST.first(caller, pk=pk)


def own_specialist(caller: Any) -> Specialist | None:
    return _OWN_SPECIALIST.first(caller=caller.pk)


def visible_resource(pk: UUID, caller: Any) -> Resource | None:
    return _RESOURCE.first(caller, pk=pk)


def service_of(owner: Owner, pk: UUID, caller: Any) -> Service | None:
    """One that the owner gives or, being the platform's, anybody."""
    return _SERVICE.first(caller, pk=pk, giver=owner.pk if isinstance(owner, Specialist) else NOBODY)


class _VisibleRead(Generic[M]):
    """What `build(caller, …)` finds: one statement for whoever has signed in, another for everybody else."""

    def __init__(self, build: Callable[..., QuerySet[M]], *names: str) -> None:
        self._by_anybody: CompiledRead[M] = CompiledRead(lambda **ids: build(AnonymousUser(), **ids), *names)
        self._by_user: CompiledRead[M] = CompiledRead(
            lambda caller, **ids: build(User(pk=caller), **ids), "caller", *names
        )

    def first(self, caller: Any, **ids: UUID) -> M | None:
        if caller.is_authenticated:
            return self._by_user.first(caller=caller.pk, **ids)
        return self._by_anybody.first(**ids)


def _named(specialists: QuerySet[Specialist]) -> QuerySet[Specialist]:
    return specialists.select_related("calendar").only("business_name", "calendar")


def _specialist(caller: Any, pk: UUID) -> QuerySet[Specialist]:
    return _named(Specialist.objects.visible_to(caller).filter(pk=pk))


def _resource(caller: Any, pk: UUID) -> QuerySet[Resource]:
    visible: QuerySet[Resource] = Resource.objects.visible_to(caller)
    return visible.filter(pk=pk).select_related("calendar").only("name", "calendar")


def _service(caller: Any, pk: UUID, giver: UUID) -> QuerySet[Service]:
    visible: QuerySet[Service] = Service.objects.visible_to(caller)
    return visible.filter(Q(owner=giver) | Q(owner=None), pk=pk).only(*DURATIONS)


_SPECIALIST = _VisibleRead[Specialist](_specialist, "pk")
_OWN_SPECIALIST = CompiledRead[Specialist](lambda caller: _named(Specialist.objects.filter(user=caller)), "caller")
_RESOURCE = _VisibleRead[Resource](_resource, "pk")
_SERVICE = _VisibleRead[Service](_service, "pk", "giver")

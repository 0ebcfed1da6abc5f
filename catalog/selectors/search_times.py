"""When services that a search has found can be had: those of a page, and all of them where it matters.

Services of the platform are in none of the answers: it is open who will do them.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from catalog.models import Service, ServiceDocument
from catalog.selectors.first_free import Need, first_free, free_on

_NEED = (
    "owner__calendar_id",
    "owner__calendar__version",
    "service__duration_minutes",
    "service__buffer_before_minutes",
    "service__buffer_after_minutes",
    "service__room__calendar_id",
    "service__room__calendar__version",
)


def next_starts(services: Iterable[Service]) -> dict[UUID, datetime]:
    """The next free start of each; at most three queries. Owners, rooms and their calendars must have been read."""
    needs = {
        each.pk: Need(
            each.owner.calendar_id,
            each.owner.calendar.version,
            each.duration_minutes,
            each.buffer_before_minutes,
            each.buffer_after_minutes,
            each.room.calendar_id if each.room else None,
            each.room.calendar.version if each.room else None,
        )
        for each in services
        if each.owner
    }
    return _each_of(needs, first_free(set(needs.values())))


def next_starts_among(documents: QuerySet[ServiceDocument]) -> dict[UUID, datetime]:
    """The same for everything that was found; at most four queries."""
    needs = _needs(documents)
    return _each_of(needs, first_free(set(needs.values())))


def free_among(documents: QuerySet[ServiceDocument], day: date) -> list[UUID]:
    """Which of them have a free start on the day, as the clocks of their calendars show it; at most three queries."""
    needs = _needs(documents)
    free = free_on(day, set(needs.values()))
    return [service for service, need in needs.items() if need in free]


def _needs(documents: QuerySet[ServiceDocument]) -> dict[UUID, Need]:
    rows = documents.filter(owner__isnull=False).order_by().values_list("service_id", *_NEED)
    return {service: Need(*what) for service, *what in rows}


def _each_of(needs: Mapping[UUID, Need], starts: Mapping[Need, datetime]) -> dict[UUID, datetime]:
    return {service: starts[need] for service, need in needs.items() if need in starts}

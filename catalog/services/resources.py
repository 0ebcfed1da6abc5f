"""Rooms and things that can be booked."""

from django.conf import settings
from django.db import transaction

from catalog.models import Calendar, Resource
from catalog.services.acting import acting
from common.audit import Person


@transaction.atomic
def save_resource(resource: Resource, *, actor: Person, reason: str = "") -> Resource:
    """Saves it; a new one gets a calendar of its own, which is open on no day until somebody gives it hours."""
    with acting(actor, reason=reason):
        if resource._state.adding:
            resource.calendar = Calendar.objects.create(timezone=settings.BUSINESS_TIME_ZONE)
        resource.save()
    return resource

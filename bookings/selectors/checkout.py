"""What a checkout asks besides: which starts are free, and one's own places."""

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.models import Address, User
from bookings.selectors.visit_times import visit_starts, visit_zone
from catalog.models import Service
from catalog.selectors.availability import slots_by_day
from common.errors import NotFound


def zone_of(service: Service) -> ZoneInfo:
    """By whose clock it is booked: that of its specialist, or the business's."""
    return visit_zone() if service.owner is None else service.owner.calendar.zone


def free_starts(service: Service, day: date) -> list[datetime]:
    """When it could begin on that day; of a visit every start that the platform's hours allow."""
    if service.owner is None:
        return visit_starts(day, service.duration)
    calendar = service.owner.calendar
    found = slots_by_day(calendar, service, first=day, last=day, zone=calendar.zone)[day]
    return [slot.start for slot in found if slot.reason is None]


def own_address(pk: UUID, customer: User) -> Address:
    """Another one's is as absent as one that never was."""
    address = Address.objects.visible_to(customer).filter(pk=pk).first()
    if address is None:
        raise NotFound.of("address_id", "You have no such address.", "NOT_FOUND")
    return address

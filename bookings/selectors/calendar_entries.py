"""A booking as the calendar app of one of its sides shows it: what they may know, and nothing of anybody else."""

from collections.abc import Mapping
from email.utils import parseaddr
from typing import Any

from django.conf import settings

from accounts.models import User
from bookings.calendar_files import Entry, State
from bookings.enums import BookingStatus, Role
from bookings.models import Booking
from bookings.rules import role_of

# Stays the same wherever the platform moves, since an event is known by its UID for life.
UID_DOMAIN = "almanac"

STATES: Mapping[BookingStatus, State] = {
    BookingStatus.PENDING_PAYMENT: State.TENTATIVE,
    BookingStatus.PENDING: State.TENTATIVE,
    BookingStatus.PARTNER_ASSIGNED: State.TENTATIVE,
    BookingStatus.CONFIRMED: State.CONFIRMED,
    BookingStatus.IN_PROGRESS: State.CONFIRMED,
    BookingStatus.COMPLETED: State.CONFIRMED,
    BookingStatus.NO_SHOW: State.CONFIRMED,
    BookingStatus.CANCELLED: State.CANCELLED,
    BookingStatus.EXPIRED: State.CANCELLED,
}


def organizer() -> tuple[str, str]:
    """The platform's own name and address."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return name, address


def entry_of(booking: Booking, reader: User, *, organizer: tuple[str, str]) -> Entry:
    """`organizer` is the platform's name and address: nobody's own address goes into other people's calendars."""
    role = role_of(reader, booking)
    return Entry(
        uid=f"{booking.pk}@{UID_DOMAIN}",
        sequence=booking.sequence,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        summary=_summary(booking, role),
        state=STATES[BookingStatus(booking.status)],
        created_at=booking.created_at,
        changed_at=booking.updated_at,
        description="\n".join(_told(booking, role)),
        location=_location(booking, role),
        organizer_name=organizer[0],
        organizer_address=organizer[1],
        series_uid=f"{booking.series_id}@{UID_DOMAIN}" if booking.series_id else "",
    )


def _summary(booking: Booking, role: Role | None) -> str:
    what = booking.title or _booked(booking)
    if role is Role.SPECIALIST:
        return f"{what}: {booking.customer.get_full_name()}".rstrip(": ")
    if booking.specialist is None:
        return what
    return f"{what} with {booking.specialist.business_name or booking.specialist.user.get_full_name()}"


def _booked(booking: Booking) -> str:
    if booking.service is not None:
        return booking.service.name
    return booking.resource.name if booking.resource is not None else "Booking"


def _told(booking: Booking, role: Role | None) -> list[str]:
    """What the two sides told each other is theirs; whoever is only invited gets the description."""
    lines = [f"{booking.number}, {BookingStatus(booking.status).label.lower()}", booking.description]
    if role is not None:
        lines += [
            f"Join: {booking.meeting_link}" if booking.meeting_link else "",
            booking.preparation_notes,
            booking.notes,
        ]
    return [line for line in lines if line]


def _location(booking: Booking, role: Role | None) -> str:
    if booking.address is not None and role is not None:
        return _address(booking.address)
    if booking.resource is not None:
        return ", ".join(part for part in (booking.resource.name, booking.resource.location) if part)
    return booking.specialist.location if booking.specialist is not None else ""


def _address(address: Mapping[str, Any]) -> str:
    parts = (address.get(name) for name in ("address_line1", "address_line2", "city", "state", "pincode"))
    return ", ".join(str(part) for part in parts if part)

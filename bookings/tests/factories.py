"""Alice books with Bob or reserves the Lotus Room; the cast itself is catalog.tests.factories'."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from bookings.enums import Action, Role
from bookings.models import Booking
from bookings.selectors.wanted import wanted_resource, wanted_service
from bookings.services.actors import customer
from bookings.services.booking import book_appointment, book_reservation
from bookings.services.drafting import Details
from bookings.transitions import SYSTEM, Actor, move
from catalog.models import Resource, Service
from catalog.occupancy import release
from catalog.tests.factories import at, between, person, room, service, specialist
from common.models import PlatformSettings
from common.platform import remember_platform_settings
from common.timeranges import TimeRange


def offered(name: str = "Bob", minutes: int = 60, **fields: Any) -> Service:
    """A consultation with a specialist who is open from nine to five; `deposit_minor` is the specialist's."""
    bob = specialist(name)
    bob.currency = fields.get("currency", bob.currency)
    for each in ("deposit_minor", "instant_booking"):
        if each in fields:
            setattr(bob, each, fields.pop(each))
            bob.save()
    return service(bob, minutes, **fields)


def appointment(
    of: Service | None = None, starts_at: datetime | None = None, *, alice: User | None = None, **details: Any
) -> Booking:
    """Alice's appointment, on Tuesday at ten unless told; it waits for Bob's word, or for its deposit."""
    wanted = wanted_service((of or offered()).pk)
    assert wanted is not None
    alice = alice or somebody("Alice")
    return book_appointment(
        service=wanted,
        starts_at=starts_at or at("10:00"),
        customer=alice,
        actor=customer(alice),
        details=Details(**details),
    )


def reservation(
    of: Resource | None = None, time: TimeRange | None = None, *, alice: User | None = None, **details: Any
) -> Booking:
    """Alice's reservation of the Lotus Room, on Tuesday from ten to eleven unless told."""
    wanted = wanted_resource((of or room()).pk)
    assert wanted is not None
    alice = alice or somebody("Alice")
    return book_reservation(
        resource=wanted,
        time=time or between("10:00", "11:00"),
        customer=alice,
        actor=customer(alice),
        details=Details(**details),
    )


def completed(of: Service | None = None, starts_at: datetime | None = None, *, alice: User | None = None) -> Booking:
    """Alice's appointment, which Bob has confirmed and done; its time is free again."""
    booking = appointment(of, starts_at, alice=alice)
    with transaction.atomic():
        for action in (Action.CONFIRM, Action.COMPLETE):
            move(booking, action, actor=by_specialist(booking))
        release([booking.pk])
    return booking


def somebody(name: str) -> User:
    """The one of that name, made at first use."""
    return User.objects.filter(email=f"{name.lower()}@example.com").first() or person(name)


def in_force(**figures: Any) -> None:
    """From here on these platform settings count."""
    remember_platform_settings(PlatformSettings(**figures), seconds=3600)


def by_specialist(booking: Booking) -> Actor:
    assert booking.specialist is not None
    return Actor(Role.SPECIALIST, booking.specialist.user)


def by_customer(booking: Booking) -> Actor:
    return Actor(Role.CUSTOMER, booking.customer)


def by_staff() -> Actor:
    return Actor(Role.STAFF, somebody("Dana"))


__all__ = [
    "SYSTEM",
    "appointment",
    "by_customer",
    "by_specialist",
    "by_staff",
    "completed",
    "in_force",
    "offered",
    "reservation",
    "somebody",
]

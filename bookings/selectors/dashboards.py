"""What somebody sees first: who they are, their places, their latest bookings and messages."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch

from accounts.models import Address, User
from bookings.models import Booking, BookingLine
from notifications.models import Notification

MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Dashboard:
    """`bookings` come with their `lines`, their specialist and their resource."""

    user: User
    addresses: Sequence[Address]
    bookings: Sequence[Booking]
    notifications: Sequence[Notification]


def dashboard_of(user: User) -> Dashboard:
    """Four queries, however much somebody has booked."""
    lines = BookingLine.objects.only("booking_id", "name", "quantity", "position")
    booked = Booking.objects.of_customer(user).select_related("specialist", "resource")
    return Dashboard(
        user=user,
        addresses=list(Address.objects.filter(user=user).order_by("-is_default", "-id")),
        bookings=list(booked.prefetch_related(Prefetch("lines", lines)).order_by("-id")[:MOST_SHOWN]),
        notifications=list(Notification.objects.filter(recipient=user).order_by("-id")[:MOST_SHOWN]),
    )

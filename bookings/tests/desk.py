"""Dana of the staff at the desk, in one of the roles of the back office."""

from typing import Any

from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import StaffRole
from accounts.services import join
from bookings.models import Booking
from catalog.tests.factories import person

LIST = "admin:bookings_booking_changelist"


def dana_as(role: StaffRole, name: str = "Dana") -> tuple[User, Client]:
    dana = person(name, is_staff=True)
    join(dana, role)
    client = Client()
    client.force_login(dana, backend="django.contrib.auth.backends.ModelBackend")
    return dana, client


def step_url(booking: Booking, name: str) -> str:
    return reverse("admin:bookings_booking_step", args=[booking.pk, name])


def take(desk: Client, booking: Booking, name: str, **sent: Any) -> Any:
    """Posts the step's page, filled with the version that the booking has now."""
    booking.refresh_from_db()
    return desk.post(step_url(booking, name), {"edited_version": booking.updated_at.isoformat(), **sent})


def listed(desk: Client, **asked: Any) -> set[str]:
    response = desk.get(reverse(LIST), asked)
    assert response.status_code == 200, response.headers
    return {each.number for each in response.context["cl"].result_list}


def in_bulk(desk: Client, action: str, *bookings: Booking, reason: str = "The studio is flooded") -> Any:
    sent = {"action": action, "_selected_action": [each.pk for each in bookings], "confirmed": "1", "reason": reason}
    return desk.post(reverse(LIST), sent, follow=True)


def said(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]

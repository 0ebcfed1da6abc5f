"""How tests of bookings talk to the API: as whom, with what, and what must come back."""

from typing import Any

from accounts.models import User
from bookings.models import Booking, TimelineEntry
from catalog.models import Occupancy, Resource, Service
from common.tests.probe.client import client_of

BOOKINGS = "/api/v1/bookings"
TEN = "2026-03-03T10:00:00+05:30"
ELEVEN = "2026-03-03T11:00:00+05:30"


def post(user: User | None, body: Any, path: str = "", **headers: str) -> Any:
    return client_of(user).post(f"{BOOKINGS}{path}", body, "application/json", headers=headers)


def step(user: User | None, booking: Booking, name: str, body: Any = None, **headers: str) -> Any:
    return post(user, body or {}, f"/{booking.pk}/{name}", **headers)


def get(user: User | None, path: str = "", **query: Any) -> Any:
    return client_of(user).get(f"{BOOKINGS}{path}", query)


def patch(user: User | None, booking: Booking, body: Any, **headers: str) -> Any:
    return client_of(user).patch(f"{BOOKINGS}/{booking.pk}", body, "application/json", headers=headers)


def put(user: User | None, booking: Booking, body: Any, **headers: str) -> Any:
    return client_of(user).put(f"{BOOKINGS}/{booking.pk}", body, "application/json", headers=headers)


def appointment_of(service: Service, **more: Any) -> dict[str, Any]:
    return {"service_id": str(service.pk), "start_time": TEN, **more}


def reservation_of(resource: Resource, **more: Any) -> dict[str, Any]:
    return {"resource_id": str(resource.pk), "start_time": TEN, "end_time": ELEVEN, "title": "Review", **more}


def booked(response: Any, status: int = 200) -> dict[str, Any]:
    """The booking that was answered."""
    assert response.status_code == status, response.content
    answer: dict[str, Any] = response.json()["data"]["booking"]
    return answer


def nothing_is_booked() -> bool:
    return not (Booking.objects.exists() or Occupancy.objects.exists() or TimelineEntry.objects.exists())

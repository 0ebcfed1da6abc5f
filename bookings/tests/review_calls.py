"""How the tests of reviews speak to the API, and what they look at."""

from json import dumps
from typing import Any

from accounts.models import User
from bookings.models import Booking
from catalog.models import Service, Specialist
from common.models import OutboxEvent
from common.tests.probe.client import client_of

API = "/api/v1"
REVIEWS = f"{API}/reviews"
GREAT = {"rating": 5, "comment": "Excellent, very helpful!", "tags": ["professional", "punctual"]}


def post(booking: Booking, user: User | None, **said: Any) -> Any:
    body = {"booking_id": str(booking.pk), "rating": 5, **said}
    return client_of(user).post(REVIEWS, body, content_type="application/json")


def reviewed(booking: Booking, **said: Any) -> dict[str, Any]:
    response = post(booking, booking.customer, **said)
    assert response.status_code == 201, response.content
    shown: dict[str, Any] = response.json()["data"]["review"]
    return shown


def send(method: str, review: dict[str, Any], user: User | None, **said: Any) -> Any:
    return client_of(user).generic(method, f"{REVIEWS}/{review['id']}", dumps(said).encode(), "application/json")


def listed(user: User | None = None, **query: Any) -> dict[str, Any]:
    response = client_of(user).get(REVIEWS, query)
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()["data"]
    return found


def rated(specialist: Specialist) -> tuple[int, int, list[int]]:
    specialist = Specialist.objects.select_related("standing").get(pk=specialist.pk)
    return specialist.rating_sum, specialist.rating_count, list(specialist.standing.stars.values())


def owner_of(service: Service) -> Specialist:
    assert service.owner is not None
    return service.owner


def events() -> list[str]:
    return list(OutboxEvent.objects.filter(name__startswith="review.").order_by("id").values_list("name", flat=True))

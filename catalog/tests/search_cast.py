"""Who is searched for: specialists with a place, stars and things they know."""

from decimal import Decimal
from typing import Any

from django.test import Client

from catalog.models import Service, Specialist
from catalog.tests.factories import service, specialist

SEARCH = "/api/v1/services/search"
PARK_STREET = ("22.552000", "88.352000")
SALT_LAKE = ("22.580000", "88.415000")
BENGALURU = ("12.971900", "77.641200")


def expert(
    name: str,
    *hours: str,
    stars: tuple[int, ...] = (),
    knows: tuple[str, ...] = (),
    location: str = "",
    place: tuple[str, str] | None = None,
    **fields: Any,
) -> Specialist:
    """A specialist as searches see them."""
    made = specialist(name, *hours, **fields)
    made.rating_sum, made.rating_count, made.specialties, made.location = sum(stars), len(stars), list(knows), location
    if place is not None:
        made.latitude, made.longitude = Decimal(place[0]), Decimal(place[1])
    made.save()
    return made


def offer(owner: Specialist | None, name: str, rupees: int = 1_500, **fields: Any) -> Service:
    return service(owner, name=name, price_minor=rupees * 100, **fields)


def search(**query: Any) -> Any:
    return Client().get(SEARCH, query)


def found(**query: Any) -> dict[str, Any]:
    response = search(**query)
    assert response.status_code == 200, response.content
    data: dict[str, Any] = response.json()["data"]
    return data


def names(**query: Any) -> list[str]:
    return [each["name"] for each in found(**query)["services"]]

"""Homes and offices of the demo world's customers, near the middle of their cities."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from accounts.management.demo_people import BENGALURU, CHENNAI, DELHI, Home
from accounts.models import Address, User


class City(NamedTuple):
    name: str
    state: str
    pincode: str
    lat: float
    lng: float


# Only these are served in the demo, so customers of other cities have no address yet.
CITIES: dict[Home, City] = {
    DELHI: City("New Delhi", "Delhi", "110001", 28.6315, 77.2167),
    BENGALURU: City("Bengaluru", "Karnataka", "560001", 12.9758, 77.6045),
    CHENNAI: City("Chennai", "Tamil Nadu", "600002", 13.0604, 80.2496),
}
# About a hundred metres.
STEP = 0.001


def addresses_of(people: Sequence[tuple[User, int, Home]]) -> list[Address]:
    """Unsaved; each person's first one is their default. Every third person has an office besides."""
    return [address for person, number, home in people for address in _places(person, number, CITIES.get(home))]


def _places(person: User, number: int, city: City | None) -> Iterator[Address]:
    if city is None:
        return
    yield _place(person, "Home", f"{number} Lotus Lane", city, number, is_default=True)
    if number % 3 == 0:
        yield _place(person, "Office", f"{number} Market Road", city, -number, is_default=False)


def _place(person: User, name: str, street: str, city: City, steps: int, *, is_default: bool) -> Address:
    return Address(
        user=person,
        name=name,
        address_line1=street,
        city=city.name,
        state=city.state,
        pincode=city.pincode,
        lat=round(city.lat + steps * STEP, 6),
        lng=round(city.lng + steps * STEP, 6),
        is_default=is_default,
        created_at=person.created_at,
        updated_at=person.created_at,
    )

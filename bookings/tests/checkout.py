"""Alice at the checkout: what she puts into her basket, and how she asks."""

from typing import Any

from accounts.models import User
from accounts.tests.authorisation import an_address
from bookings.models import Booking
from catalog.models import Category, Service
from catalog.tests.factories import category, service
from common.ids import new_id
from common.tests.probe.client import client_of

CHECKOUT = "/api/v1/checkout"
TUESDAY_AT_TEN: dict[str, Any] = {"booking_date": "2026-03-03", "booking_time": "10:00 AM"}


def facial(name: str = "Facial", **fields: Any) -> Service:
    """The platform's: an hour at the customer's home for 1000.00, which the market does for 1200.00."""
    of = Category.objects.filter(slug="facial").first() or category()
    offered = {"name": name, "price_minor": 100_000, "market_price_minor": 120_000, "category": of, **fields}
    return service(None, 60, **offered)


def basket_of(*services: Service, quantity: int = 1, **more: Any) -> dict[str, Any]:
    return {"items": [{"service_id": str(each.pk), "quantity": quantity} for each in services], **more}


def prepare(user: User | None, body: Any) -> Any:
    return client_of(user).post(f"{CHECKOUT}/prepare", body, "application/json")


def confirm(user: User | None, body: Any, key: str = "") -> Any:
    headers = {"Idempotency-Key": key or str(new_id())}
    return client_of(user).post(f"{CHECKOUT}/confirm", body, "application/json", headers=headers)


def preview(user: User, body: Any) -> dict[str, Any]:
    response = prepare(user, body)
    assert response.status_code == 200, response.content
    shown: dict[str, Any] = response.json()["data"]
    return shown


def yes_to(preview_id: str, **more: Any) -> dict[str, Any]:
    """Paid in cash on Tuesday at ten, unless told."""
    said = {"preview_id": preview_id, "payment_method": "cash", "cancellation_policy_accepted": True}
    return said | TUESDAY_AT_TEN | more


def at_home(user: User, said: dict[str, Any]) -> dict[str, Any]:
    home = user.addresses.first() or an_address(user)
    return {"address_id": str(home.pk), **said}


def confirmed(user: User, body: Any) -> dict[str, Any]:
    response = confirm(user, body)
    assert response.status_code == 201, response.content
    answer: dict[str, Any] = response.json()["data"]
    return answer


def visited(user: User, *services: Service, promo_code: str = "", **more: Any) -> Booking:
    """A visit that was booked by the checkout."""
    wanted = basket_of(*(services or (facial(),)), promo_code=promo_code)
    shown = preview(user, wanted)
    told = confirmed(user, at_home(user, yes_to(shown["preview_id"], **more)))
    booking: Booking = Booking.objects.get(pk=told["booking"]["id"])
    return booking

"""The people of the tests, and what is known of what was sent to them."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db.models.functions import Now

from accounts.models import User
from notifications.models import Delivery, OutgoingMessage
from notifications.services import deliver_due, notify

NOON = datetime(2030, 1, 20, 6, 30, tzinfo=UTC)
SAMPLES: dict[str, Any] = {
    "code": "428913",
    "minutes": 5,
    "link": "https://almanac.example/x?token=abc&next=1",
    "at": datetime(2026, 1, 20, 4, 30, tzinfo=UTC),
    "device": "Firefox on Windows",
    "new": "a…@example.org",
    "headline": "10 % off",
    "offer": "Book a massage & save.",
    "what": "Tax consultation",
    "who": "Bob's Tax Studio",
    "more": 51,
    "place": "Lotus Room, second floor",
    "reason": "Bob is ill",
    "points": 150,
    "amount": "1770.00 INR",
    "number": "BK-20260302-000001",
    "gateway": "Stripe",
    "day": "10 Nov 2026",
    "found": "6 lines need a look",
    "was": datetime(2026, 1, 20, 4, 30, tzinfo=UTC),
}
OFFER = {name: SAMPLES[name] for name in ("headline", "offer", "link")}


@pytest.fixture
def alice() -> User:
    return User.objects.create_user(
        "alice@example.com",
        first_name="Alice",
        last_name="Sharma",
        phone_number="+919876543210",
        timezone="Asia/Kolkata",
    )


@pytest.fixture
def charlie() -> User:
    return User.objects.create_user("charlie@example.com", first_name="Charlie")


def states(user: User | None) -> dict[str, str]:
    """Channel and state of everything that is or was on its way to somebody."""
    return dict(Delivery.objects.filter(recipient=user).order_by("channel").values_list("channel", "state"))


def texts_to(address: str) -> list[str]:
    return list(OutgoingMessage.objects.filter(to=address).order_by("pk").values_list("body", flat=True))


def make_due() -> None:
    """Time passes until everything that waits is due."""
    Delivery.objects.waiting().update(due_at=Now())


def offer(user: User, number: int = 1) -> Delivery:
    """An offer by day, on whichever channels the person wants."""
    with time_machine.travel(NOON):
        notify(user, "promotion", OFFER, event_key=f"offer:{number}")
    make_due()
    return Delivery.objects.filter(recipient=user).latest("pk")


def send(channel: str = "telegram") -> int:
    with time_machine.travel(NOON):
        return deliver_due(channel)

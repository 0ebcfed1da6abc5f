"""A small town for money to travel in: a few specialists, few customers, a gateway that misbehaves, and a worker."""

import contextlib
import random
from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any, TypeVar
from uuid import UUID

import httpx
import pytest
from django.conf import settings
from django.db import transaction

from accounts.models import User
from accounts.tests.authorisation import an_address
from bookings.models import Booking
from bookings.services import telling
from bookings.tests.factories import in_force, offered, somebody
from bookings.tests.money.mortal_sandbox import PATH, Died, MortalSandbox
from bookings.tests.money.virtual_time import VirtualTime
from bookings.tests.money.worker import Worker
from catalog.models import Resource, Service
from catalog.tests.factories import NOW, category, room, service
from common.errors import DomainError
from common.money import Money
from loyalty.services import earn_points
from loyalty.tests.factories import save10
from payments.errors import Disagreement
from payments.gateways.base import ForgedWebhook, GatewayError
from payments.ledger import Credit, Debit, post
from payments.sandbox.enums import FaultKind, Verb
from payments.sandbox.services import misbehave
from payments.selectors import credit_account
from payments.services.webhooks import receive_webhook

T = TypeVar("T")
# What a customer, a member of staff or a task may be answered. Anything else is a fault of ours.
REFUSALS = (DomainError, GatewayError, Disagreement, Died)
# Per cent of all calls and messages.
FAULTS: dict[FaultKind, int] = {
    FaultKind.TIME_OUT: 12,
    FaultKind.ERROR: 6,
    FaultKind.NONSENSE: 6,
    FaultKind.DOUBLE: 10,
    FaultKind.REORDER: 10,
    FaultKind.DELAY: 10,
    FaultKind.FORGE: 5,
    FaultKind.LOSE: 5,
}
DEATHS = 3
CODE = "SAVE10"
# More than enough for some, and too little for all.
POINTS, CREDIT_SHARE = 500, 3
PRICES = {"INR": (99_900, 150_000, 33_333), "JPY": (500, 9_999, 12_345), "KWD": (18_600, 7_777, 45_005)}


class World:
    """`tried` runs a step of somebody's; whatever it was refused for is no news, and what it broke raises."""

    def __init__(self, seed: int, time: VirtualTime, patch: pytest.MonkeyPatch) -> None:
        # The sandbox's own dice are the module's.
        random.seed(seed)
        self.seed, self.chance = seed, Random(seed)  # noqa: S311 - of tests
        self.time = time
        self.time.begins(NOW)
        self.worker = Worker(self.chance, patch)
        self.bookings: list[UUID] = []
        # What customers and staff were told for certain.
        self.told_paid: set[UUID] = set()
        # Payments with which something was done at the gateway without us.
        self.by_hand: set[UUID] = set()
        # What was wrong on the way; the records are compared in the end.
        self.complaints: list[str] = []
        patch.setattr(httpx, "post", _heard)
        # What people are told is proven elsewhere, and would be a fifth of all the work.
        patch.setattr(telling, "tell", lambda event: None)
        patch.setattr(telling, "tell_of_money", lambda event: None)
        patch.setitem(settings.PAYMENT_GATEWAYS, "sandbox", PATH)
        self._furnish()
        self._misbehave()

    def tried(self, step: Callable[[], T]) -> T | None:
        done = None
        with contextlib.suppress(*REFUSALS):
            done = step()
        self.worker.commit()
        return done

    def booking(self, pk: UUID) -> Booking:
        return Booking.objects.get(pk=pk)

    def pick(self, *weighted: tuple[T, int]) -> T:
        things, weights = zip(*weighted, strict=True)
        picked: T = self.chance.choices(things, weights)[0]
        return picked

    def _furnish(self) -> None:
        self.currency = self.pick(("INR", 6), ("JPY", 1), ("KWD", 1))
        in_force(
            default_currency=self.currency,
            prices_include_tax=self.chance.random() < 0.3,
            tax_percent=self.pick((Decimal(18), 3), (Decimal(0), 1), (Decimal("12.50"), 1)),
            duplicate_booking_seconds=0,
            unpaid_holds=1000,
            reschedule_limit=100,
            refund_approval_minor=100_000,
        )
        prices = PRICES[self.currency]
        self.services: list[Service] = [
            offered("Bob", price_minor=prices[0], currency=self.currency, deposit_minor=prices[0] // 7),
            offered("Eve", price_minor=prices[1], currency=self.currency, deposit_minor=1, instant_booking=True),
            offered("Paul", price_minor=prices[2], currency=self.currency),
        ]
        self.room: Resource = room()
        self.customers: list[User] = [somebody(name) for name in ("Alice", "Charlie", "Dora")]
        self._hand_out(prices)
        self.staff: list[User] = [somebody(name) for name in ("Dana", "Fred")]

    def _hand_out(self, prices: tuple[int, ...]) -> None:
        """Everybody has points and a home, Alice has credit, and there is a code for the first three."""
        for each in self.customers:
            earn_points(each, POINTS, source_key=f"gift:{each.pk}", reason="A gift")
            an_address(each)
            each.addresses.update(is_default=True)
        gift = Money(prices[1] // CREDIT_SHARE, self.currency)
        moves = [Debit("loyalty", gift), Credit(credit_account(self.customers[0].pk), gift)]
        with transaction.atomic():
            post("gift", key=f"gift:{self.seed}", moves=moves)
        save10(code=CODE, currency=self.currency, minimum_minor=None, cap_minor=None, total_limit=3)
        self.visit = service(None, price_minor=prices[0], currency=self.currency, category=category())

    def _misbehave(self) -> None:
        for kind, percent in FAULTS.items():
            misbehave(kind, percent=percent)
        misbehave(FaultKind.TIME_OUT, percent=3, verb=Verb.FETCH)
        MortalSandbox.chance, MortalSandbox.percent = self.chance, DEATHS


def _heard(_url: str, *, content: bytes, headers: dict[str, str], **_options: Any) -> httpx.Response:
    """The way from the sandbox to the platform's door for webhooks, without a network in between."""
    try:
        receive_webhook("sandbox", content, {name.lower(): value for name, value in headers.items()})
    except ForgedWebhook:
        return httpx.Response(400)
    return httpx.Response(200)

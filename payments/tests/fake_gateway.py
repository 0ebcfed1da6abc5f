"""A gateway of the tests: the truth about orders is a dictionary, and a test says what becomes of them.

It stands for the world outside, where anything may happen: what it was told is counted, so that a test sees whether
money would have moved twice.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from common.money import Money
from payments.enums import PaymentStatus, RefundStatus
from payments.gateways.base import (
    Card,
    ForgedWebhook,
    GatewayError,
    Listed,
    News,
    Order,
    PayPage,
    Refused,
    Seen,
    SeenRefund,
)

T = TypeVar("T")

PATH = "payments.tests.fake_gateway.FakeGateway"


class FakeGateway:
    """All instances see one world; `world()` begins a new one."""

    name: ClassVar[str] = "fake"
    remembers: ClassVar[bool] = True
    captures_parts: ClassVar[bool] = True
    saves_cards: ClassVar[bool] = True
    has_pages: ClassVar[bool] = True
    fields: ClassVar[dict[str, str]] = {}

    orders: ClassVar[dict[str, Seen]] = {}
    by_key: ClassVar[dict[str, Any]] = {}
    forgotten: ClassVar[list[str]] = []
    # What the next call of a verb runs into: before anything happened, or after.
    before: ClassVar[dict[str, Exception]] = {}
    after: ClassVar[dict[str, Exception]] = {}
    # What it lists of a day, until it runs into an error.
    books: ClassVar[dict[date, list[Listed | GatewayError]]] = {}
    lock: ClassVar[threading.RLock] = threading.RLock()

    @classmethod
    def world(cls) -> None:
        for kept in (cls.orders, cls.by_key, cls.forgotten, cls.before, cls.after, cls.books):
            kept.clear()

    # What a test does out there

    @classmethod
    def becomes(cls, reference: str, **facts: Any) -> Seen:
        with cls.lock:
            cls.orders[reference] = replace(cls.orders[reference], **facts)
            return cls.orders[reference]

    @classmethod
    def pays(cls, reference: str) -> Seen:
        """The customer does."""
        amount = cls.orders[reference].amount
        return cls.becomes(reference, status=PaymentStatus.CAPTURED, authorized=amount, captured=amount)

    @classmethod
    def holds(cls, reference: str) -> Seen:
        return cls.becomes(reference, status=PaymentStatus.AUTHORIZED, authorized=cls.orders[reference].amount)

    @classmethod
    def gives_back(cls, reference: str, amount: Money, name: str = "by-hand") -> Seen:
        """Somebody does, in the gateway's own back office."""
        given = SeenRefund(name, amount, RefundStatus.SUCCEEDED)
        return cls.becomes(reference, refunds=(*cls.orders[reference].refunds, given))

    # What we ask of it

    def open(self, order: Order, *, key: str) -> Seen:
        zero = Money.zero(order.amount.currency)
        reference = f"order-{order.payment_id}"

        def opened() -> Seen:
            new = Seen(reference, PaymentStatus.PENDING, order.amount, zero, zero, payment_id=str(order.payment_id))
            self.orders[reference] = replace(new, client={"order_id": reference})
            self._charged(reference, order)
            return self.orders[reference]

        return self._once("open", key, opened)

    def _charged(self, reference: str, order: Order) -> None:
        """`card-good` pays, the bank of `card-asks` wants to be told by the customer, `card-bad` is declined."""
        method = order.saved_card.method_ref if order.saved_card else order.method_ref
        if order.saves_card and method:
            owner = order.customer_ref or f"customer-{order.payment_id}"
            self.becomes(reference, card=Card(owner, method, "visa", "4242"))
        if method == "card-good":
            (self.holds if order.captures_later else self.pays)(reference)
        elif method == "card-asks":
            self.becomes(reference, status=PaymentStatus.REQUIRES_ACTION)
        elif method == "card-bad":
            raise Refused("card_declined", "The card was declined.")

    def fetch(self, reference: str) -> Seen:
        self._fails("fetch")
        with self.lock:
            if reference not in self.orders:
                raise Refused("not_found", "There is no such order.")
            return self.orders[reference]

    def find(self, payment_id: UUID) -> Seen | None:
        self._fails("find")
        return self.orders.get(f"order-{payment_id}")

    def capture(self, reference: str, amount: Money, *, key: str) -> Seen:
        return self._once(
            "capture", key, lambda: self.becomes(reference, status=PaymentStatus.CAPTURED, captured=amount)
        )

    def cancel(self, reference: str, *, key: str) -> Seen:
        if self.orders[reference].captured:
            raise Refused("paid", "It is paid.")
        return self._once("cancel", key, lambda: self.becomes(reference, status=PaymentStatus.CANCELLED))

    def refund(self, reference: str, amount: Money, *, key: str) -> SeenRefund:
        def refunded() -> SeenRefund:
            seen = self.orders[reference]
            gone = sum(each.amount.minor for each in seen.refunds)
            if gone + amount.minor > seen.captured.minor:
                raise Refused("too_much", "There is not so much left.")
            given = SeenRefund(f"refund-{key}", amount, RefundStatus.SUCCEEDED, key)
            self.becomes(reference, refunds=(*seen.refunds, given))
            return given

        return self._once("refund", key, refunded)

    def pay_page(self, client: Mapping[str, Any], *, title: str, back: str) -> PayPage | None:
        return PayPage(f"https://fake.example/{client['order_id']}", self.fields) if self.has_pages else None

    def forget_card(self, card: Card) -> None:
        self._fails("forget")
        self.forgotten.append(card.method_ref)

    def confirms(self, reference: str, charge_ref: str, signature: str) -> bool:
        return signature == f"signed {reference}|{charge_ref}"

    def read_webhook(self, body: bytes, headers: Mapping[str, str]) -> News:
        if headers.get("fake-signature") != "good":
            raise ForgedWebhook
        told = json.loads(body)
        return News(told["id"], told["type"], told["order"], told.get("is_relevant", True))

    def list_day(self, day: date, zone: ZoneInfo) -> Iterator[Listed]:
        for line in self.books.get(day, ()):
            if isinstance(line, GatewayError):
                raise line
            yield line

    def _once(self, verb: str, key: str, happens: Callable[[], T]) -> T:
        """The same key again is answered as the first time."""
        self._fails(verb)
        with self.lock:
            if key not in self.by_key:
                self.by_key[key] = happens()
            answer: T = self.by_key[key]
        if verb in self.after:
            raise self.after.pop(verb)
        return answer

    def _fails(self, verb: str) -> None:
        if verb in self.before:
            raise self.before.pop(verb)

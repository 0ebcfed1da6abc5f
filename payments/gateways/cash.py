"""Cash: a gateway without an outside world. Staff say what was collected, and that is the truth.

It keeps no books, so what is to be known of an order stands in its reference: `cash_<payment>_<minor>_<currency>`.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from common.money import Money
from payments.enums import PaymentStatus, RefundStatus
from payments.gateways.base import Card, ForgedWebhook, Listed, News, Order, PayPage, Refused, Seen, SeenRefund

_REFERENCE = re.compile(r"cash_([0-9a-f]{32})_([1-9][0-9]{0,14})_([A-Z]{3})", re.ASCII)


class CashGateway:
    name: ClassVar[str] = "cash"
    remembers: ClassVar[bool] = False
    captures_parts: ClassVar[bool] = True
    saves_cards: ClassVar[bool] = False

    def open(self, order: Order, *, key: str) -> Seen:
        if order.saved_card or order.saves_card or order.method_ref:
            raise Refused("no_cards", "Cash is paid in person.")
        amount = order.amount
        return self.fetch(f"cash_{order.payment_id.hex}_{amount.minor}_{amount.currency}")

    def fetch(self, reference: str) -> Seen:
        payment_id, amount = _read(reference)
        return _seen(reference, payment_id, amount, PaymentStatus.PENDING)

    def find(self, payment_id: UUID) -> Seen | None:
        return None

    def capture(self, reference: str, amount: Money, *, key: str) -> Seen:
        payment_id, asked = _read(reference)
        _require_within(amount, asked)
        return _seen(reference, payment_id, asked, PaymentStatus.CAPTURED, captured=amount)

    def cancel(self, reference: str, *, key: str) -> Seen:
        payment_id, asked = _read(reference)
        return _seen(reference, payment_id, asked, PaymentStatus.CANCELLED)

    def refund(self, reference: str, amount: Money, *, key: str) -> SeenRefund:
        _require_within(amount, _read(reference)[1])
        # The same key is the same refund, here as everywhere.
        number = hashlib.sha256(f"{reference} {key}".encode()).hexdigest()[:24]
        return SeenRefund(f"cash_refund_{number}", amount, RefundStatus.SUCCEEDED, key)

    def pay_page(self, client: Mapping[str, Any], *, title: str, back: str) -> PayPage | None:
        return None

    def forget_card(self, card: Card) -> None:
        """There are none."""

    def confirms(self, reference: str, charge_ref: str, signature: str) -> bool:
        return False

    def read_webhook(self, body: bytes, headers: Mapping[str, str]) -> News:
        raise ForgedWebhook

    def list_day(self, day: date, zone: ZoneInfo) -> Iterator[Listed]:
        return iter(())


def _read(reference: str) -> tuple[UUID, Money]:
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise Refused("not_found", "There is no such order.")
    return UUID(match[1]), Money(int(match[2]), match[3])


def _require_within(amount: Money, most: Money) -> None:
    if amount.currency != most.currency or not 1 <= amount.minor <= most.minor:
        raise Refused("amount", "That is not a part of what was to be paid.")


def _seen(
    reference: str, payment_id: UUID, asked: Money, status: PaymentStatus, *, captured: Money | None = None
) -> Seen:
    nothing = Money.zero(asked.currency)
    return Seen(
        reference=reference,
        status=status,
        amount=asked,
        authorized=nothing,
        captured=captured or nothing,
        charge_ref=reference if captured else "",
        payment_id=str(payment_id),
        fee=nothing,
    )

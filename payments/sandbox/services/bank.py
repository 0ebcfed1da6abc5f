"""What the banks of the sandbox's cards do. Whoever calls holds the order's row."""

from datetime import date

from common import clock
from common.ids import new_id
from common.money import Money
from payments.sandbox.enums import Card, OrderStatus
from payments.sandbox.errors import SandboxRefused
from payments.sandbox.models import SandboxOrder
from payments.sandbox.services.events import emit

FEE_PERCENT = 2
LAST4 = {Card.GOOD: "4242", Card.DECLINED: "0002", Card.ASKS: "3155"}
# What a card is called that was saved and is to be forgotten.
GONE = "gone:"
EXPIRES_ON = date(2039, 12, 31)


def card_of(method: str) -> Card | None:
    """Which card a word or a saved card's reference means; what Stripe calls a method (`pm_…`) is a good one here."""
    if method.startswith("pm_"):
        return Card.GOOD
    return next((card for card in Card if method == card or method.startswith(f"{card}_")), None)


def charge(order: SandboxOrder, method: str) -> None:
    """Asks the card's bank, and writes down what it says."""
    card = card_of(method)
    if card is None or SandboxOrder.objects.filter(method_ref=f"{GONE}{method}").exists():
        raise SandboxRefused("no_such_card", "There is no such card.")
    if order.saves_card:
        order.customer_ref = order.customer_ref or f"sbc_{new_id().hex}"
        order.method_ref = method if method.startswith(f"{card}_") else f"{card}_{new_id().hex}"
    if card is Card.GOOD:
        succeed(order)
    elif card is Card.ASKS:
        ask_back(order)
    else:
        fail(order, "card_declined", "The card was declined.")


def succeed(order: SandboxOrder) -> None:
    order.charge_ref = f"sbp_{new_id().hex}"
    order.failure_code = order.failure_message = ""
    if not order.captures_later:
        take(order, order.amount_minor)
        return
    order.status, order.held_minor = OrderStatus.HELD, order.amount_minor
    order.save()
    emit(order, "order.held")


def ask_back(order: SandboxOrder) -> None:
    order.status = OrderStatus.NEEDS_AUTHENTICATION
    order.failure_code = order.failure_message = ""
    order.save()
    emit(order, "order.needs_authentication")


def fail(order: SandboxOrder, code: str, message: str) -> None:
    """A customer who is there can take another card; an order that was charged without them is over."""
    order.status = OrderStatus.DECLINED if order.is_unattended else OrderStatus.WAITING
    order.failure_code, order.failure_message = code, message
    order.method_ref = ""
    order.save()
    emit(order, "order.declined")


def take(order: SandboxOrder, minor: int) -> None:
    """The money is the merchant's, and what is held beyond it is let go."""
    order.status, order.paid_minor, order.held_minor = OrderStatus.PAID, minor, 0
    order.fee_minor = Money(minor, order.currency).percent(FEE_PERCENT).minor
    order.paid_at = clock.now()
    order.save()
    emit(order, "order.paid")

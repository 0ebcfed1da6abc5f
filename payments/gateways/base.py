"""The contract of a gateway: a small module that speaks to one provider, and never touches our tables.

`fetch` is the heart: whatever a browser, a webhook or a sweep claims, the gateway is asked for the truth, and `Seen` is
its answer. All calls that move money carry a key; the same key again moves nothing again. Nothing here is called inside
of a transaction.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from common.money import Money
from payments.enums import PaymentStatus, RefundStatus


class GatewayError(Exception):
    """Something went wrong between the gateway and us. Its text is for staff, never for customers."""


class Unavailable(GatewayError):
    """The gateway did not take the call, for certain: nothing happened, and it can be made again."""


class Silent(GatewayError):
    """No answer, or none that can be understood: it may have happened. The gateway must be asked."""


class Refused(GatewayError):
    """The gateway says no and means it. `code` is its own word, `message` can be shown to the customer."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


class ForgedWebhook(GatewayError):
    """The signature is missing, wrong, or too old or too new. Whoever sent it is not told which."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be paid. `saved_card` charges a card that the gateway keeps, without the customer being there."""

    payment_id: UUID
    amount: Money
    description: str
    captures_later: bool = False
    saves_card: bool = False
    saved_card: "Card | None" = None
    method_ref: str = ""
    customer_ref: str = ""
    return_url: str = ""
    # The customer is to pay on a page of the gateway's own; see `Gateway.pay_page`.
    is_hosted: bool = False


@dataclass(frozen=True, slots=True)
class PayPage:
    """Where a customer pays without any code of ours: a link or, with `fields`, a form that is sent there."""

    url: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Card:
    customer_ref: str
    method_ref: str
    brand: str = ""
    last4: str = ""
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class SeenRefund:
    """A refund as the gateway has it. `key` is ours, if it is a refund that we asked for."""

    reference: str
    amount: Money
    status: RefundStatus
    key: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """The truth about a payment, as the gateway tells it now.

    A try that failed while the customer is there to try again stays PENDING, with its `failure_code`; FAILED is final.
    """

    reference: str
    status: PaymentStatus
    amount: Money
    authorized: Money
    captured: Money
    charge_ref: str = ""
    payment_id: str = ""
    refunds: Sequence[SeenRefund] = ()
    disputed: Money | None = None
    fee: Money | None = None
    card: Card | None = None
    failure_code: str = ""
    failure_message: str = ""
    # What the gateway's code in the browser needs; `next_url` is where the customer confirms.
    client: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class News:
    """What a verified webhook is about. It says where to look, and is never believed about amounts."""

    event_id: str
    type: str
    reference: str
    is_relevant: bool = True


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the gateway's own books: a capture, or a refund (negative), on a day."""

    reference: str
    charge_ref: str
    amount: Money
    fee: Money
    day: date
    refund_ref: str = ""


class Gateway(Protocol):
    """What every gateway can do. `key` makes a repeated call harmless.

    One that does not `remember` has no books of its own: what we wrote down is the truth, `fetch` tells only what the
    reference says, and nothing is listed. One that does not capture parts refuses to take less than it holds. One that
    does not save cards refuses orders that ask for it.
    """

    name: ClassVar[str]
    remembers: ClassVar[bool]
    captures_parts: ClassVar[bool]
    saves_cards: ClassVar[bool]

    def open(self, order: Order, *, key: str) -> Seen:
        """Makes the order known to the gateway, and charges it at once where a saved card is given."""

    def fetch(self, reference: str) -> Seen:
        """The truth about one payment."""

    def find(self, payment_id: UUID) -> Seen | None:
        """The truth about what we may have opened without hearing back; None if the gateway never heard of it."""

    def capture(self, reference: str, amount: Money, *, key: str) -> Seen:
        """Takes what is held, or a part of it; the rest is let go."""

    def cancel(self, reference: str, *, key: str) -> Seen:
        """Lets go of what is held, or of an order that nobody has paid."""

    def refund(self, reference: str, amount: Money, *, key: str) -> SeenRefund:
        """Gives back a part or all of what was captured."""

    def pay_page(self, client: Mapping[str, Any], *, title: str, back: str) -> PayPage | None:
        """The page for an order whose `client` this is, from which the customer comes `back`; None if it has none."""

    def forget_card(self, card: Card) -> None:
        """Keeps the card no longer; one that is not kept is forgotten already."""

    def confirms(self, reference: str, charge_ref: str, signature: str) -> bool:
        """Whether the gateway signed that this charge paid this order; False where it signs no such thing."""

    def read_webhook(self, body: bytes, headers: Mapping[str, str]) -> News:
        """Verifies the raw bytes and says what they are about, or raises `ForgedWebhook`."""

    def list_day(self, day: date, zone: ZoneInfo) -> Iterator[Listed]:
        """The gateway's own books of a day on the zone's clocks, for reconciliation."""

"""What a receipt tells: values alone, gathered by services and laid out by `receipt_files`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from common.money import Money


@dataclass(frozen=True, slots=True)
class BillLine:
    name: str
    quantity: int
    each: Money
    together: Money


@dataclass(frozen=True, slots=True)
class Bill:
    """What was bought, as it was when it was bought. `facts` are short lines such as when and with whom."""

    number: str
    title: str
    customer: str
    reached_by: Sequence[str]
    lines: Sequence[BillLine]
    subtotal: Money
    discount: Money
    tax: Money
    # In hundredths of a per cent.
    tax_basis_points: int
    prices_include_tax: bool
    total: Money
    points: Money
    credit: Money
    # What is asked for still.
    due: Money
    facts: Sequence[tuple[str, str]] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Movement:
    """Money that came or went back: when, what for, by which gateway, and what that calls it."""

    day: date
    what: str
    gateway: str
    reference: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Sender:
    name: str
    reached_by: Sequence[str]


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    number: str
    issued_on: date
    sender: Sender
    bill: Bill
    paid: Sequence[Movement]
    given_back: Sequence[Movement] = field(default=())

    @property
    def kept(self) -> Money:
        """All that came, less all that went back."""
        nothing = Money.zero(self.bill.total.currency)
        came = sum((each.amount for each in self.paid), start=nothing)
        return came - sum((each.amount for each in self.given_back), start=nothing)

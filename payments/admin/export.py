"""Payments, refunds and the ledger as files, for finance: a line for each, and totals in each currency."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.timezone import localtime

from common.exports import Column
from common.money import Money
from payments.models import Payment


def _amount(name: str) -> Callable[[Payment], Any]:
    def amount_of(payment: Payment) -> Any:
        return Money(getattr(payment, f"{name}_minor"), payment.currency).decimal

    return amount_of


def _moment(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""


def _month(moment: datetime | None) -> str:
    """Of the business' calendar: a refund belongs to its own month, whenever the sale was (E367)."""
    return f"{localtime(moment):%Y-%m}" if moment else ""


PAYMENT_COLUMNS = (
    Column("id", lambda payment: payment.pk),
    Column("for", lambda payment: payment.payable_type),
    Column("for id", lambda payment: payment.payable_id),
    Column("purpose", lambda payment: payment.purpose),
    Column("status", lambda payment: payment.status),
    Column("gateway", lambda payment: payment.gateway),
    Column("reference", lambda payment: payment.gateway_ref),
    Column("charge", lambda payment: payment.gateway_charge_ref),
    Column("payer", lambda payment: payment.payer.get_full_name()),
    Column("e-mail", lambda payment: payment.payer.email),
    Column("currency", lambda payment: payment.currency),
    *(
        Column(heading, _amount(name), is_summed=True)
        for heading, name in (
            ("amount", "amount"),
            ("gross", "captured"),
            ("refunded", "refunded"),
            ("disputed", "disputed"),
            ("fee", "fee"),
        )
    ),
    Column("net", lambda payment: net_of(payment).decimal, is_summed=True),
    Column("reserved", _amount("reserved"), is_summed=True),
    Column("created", lambda payment: _moment(payment.created_at)),
    Column("captured", lambda payment: _moment(payment.captured_at)),
)
REFUND_COLUMNS = (
    Column("id", lambda refund: refund.pk),
    Column("payment", lambda refund: refund.payment_id),
    Column("for", lambda refund: refund.payment.payable_type),
    Column("for id", lambda refund: refund.payment.payable_id),
    Column("status", lambda refund: refund.status),
    Column("goes to", lambda refund: refund.destination),
    Column("gateway", lambda refund: refund.payment.gateway),
    Column("reference", lambda refund: refund.gateway_ref),
    Column("charge", lambda refund: refund.payment.gateway_charge_ref),
    Column("month", lambda refund: _month(refund.succeeded_at)),
    Column("sold", lambda refund: _moment(refund.payment.captured_at)),
    Column("month of the sale", lambda refund: _month(refund.payment.captured_at)),
    Column("currency", lambda refund: refund.payment.currency),
    Column("amount", lambda refund: refund.amount.decimal, is_summed=True),
    Column("reason", lambda refund: refund.reason),
    Column("asked for by", lambda refund: refund.requested_by),
    Column("decided by", lambda refund: refund.approved_by),
    Column("created", lambda refund: _moment(refund.created_at)),
    Column("succeeded", lambda refund: _moment(refund.succeeded_at)),
)
POSTING_COLUMNS = (
    Column("journal", lambda posting: posting.journal.key),
    Column("kind", lambda posting: posting.journal.kind),
    Column("for", lambda posting: posting.journal.payable_type),
    Column("for id", lambda posting: posting.journal.payable_id),
    Column("account", lambda posting: posting.account.code),
    Column("currency", lambda posting: posting.currency),
    Column("debit", lambda posting: side_of(posting.amount, is_debit=True).decimal, is_summed=True),
    Column("credit", lambda posting: side_of(posting.amount, is_debit=False).decimal, is_summed=True),
    Column("posted", lambda posting: _moment(posting.created_at)),
    Column("note", lambda posting: posting.journal.note),
)


def side_of(amount: Money, *, is_debit: bool) -> Money:
    """The amount if it is on this side of the books, otherwise nothing. Debits are positive."""
    return abs(amount) if (amount.minor > 0) is is_debit else Money.zero(amount.currency)


def net_of(payment: Payment) -> Money:
    """Gross less what went back, what a bank disputes and what the gateway keeps for itself."""
    left = payment.captured_minor - payment.refunded_minor - payment.disputed_minor - payment.fee_minor
    return Money(left, payment.currency)

"""What the sandbox does: its API, its page, its messages, and its faults."""

from payments.sandbox.services.api import (
    cancel_order,
    capture_order,
    dispute_order,
    fetch_order,
    find_order,
    forget_card,
    list_lines,
    open_order,
    refund_order,
)
from payments.sandbox.services.events import AT_ONCE, deliver_due_events
from payments.sandbox.services.faults import clear_faults, misbehave
from payments.sandbox.services.till import answer_bank, pay_with

__all__ = [
    "AT_ONCE",
    "answer_bank",
    "cancel_order",
    "capture_order",
    "clear_faults",
    "deliver_due_events",
    "dispute_order",
    "fetch_order",
    "find_order",
    "forget_card",
    "list_lines",
    "misbehave",
    "open_order",
    "pay_with",
    "refund_order",
]

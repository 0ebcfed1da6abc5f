"""The words of a payment's life. Progress goes forward only: late, doubled and reordered news change nothing."""

from collections.abc import Mapping
from enum import IntEnum

from django.db.models import TextChoices


class Purpose(TextChoices):
    """What a payment is for. There is at most one live payment for each purpose of a payable."""

    DEPOSIT = "deposit", "Deposit"
    REST = "rest", "The rest"
    FULL = "full", "All of it"
    TIP = "tip", "Tip"


# Given besides the price: it pays for nothing, and nothing that becomes of the price touches it.
BESIDES = frozenset({Purpose.TIP})
FOR_THE_PRICE = frozenset(Purpose) - BESIDES


def kin_of(purpose: Purpose) -> frozenset[Purpose]:
    """The purposes that are paid instead of one another or one after another, this one among them."""
    return BESIDES if purpose in BESIDES else FOR_THE_PRICE


class PaymentStatus(TextChoices):
    CREATED = "created", "Not yet at the gateway"
    PENDING = "pending", "Waiting for the customer"
    REQUIRES_ACTION = "requires_action", "Needs the customer's confirmation"
    AUTHORIZED = "authorized", "Held"
    CAPTURED = "captured", "Paid"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


OPEN = frozenset({PaymentStatus.CREATED, PaymentStatus.PENDING, PaymentStatus.REQUIRES_ACTION})
# Holds, or may come to hold, the customer's money: there is one of these per payable and purpose.
LIVE = OPEN | {PaymentStatus.AUTHORIZED, PaymentStatus.CAPTURED}


class Progress(IntEnum):
    """How far a payment has come. A lower one never replaces a higher one, whatever arrives when."""

    OPEN = 0
    FAILED = 1
    AUTHORIZED = 2
    CAPTURED = 3


PROGRESS: Mapping[PaymentStatus, Progress] = {
    PaymentStatus.CREATED: Progress.OPEN,
    PaymentStatus.PENDING: Progress.OPEN,
    PaymentStatus.REQUIRES_ACTION: Progress.OPEN,
    # Money that arrives after a failure or a cancellation has arrived all the same.
    PaymentStatus.FAILED: Progress.FAILED,
    PaymentStatus.CANCELLED: Progress.FAILED,
    PaymentStatus.AUTHORIZED: Progress.AUTHORIZED,
    PaymentStatus.CAPTURED: Progress.CAPTURED,
}


class CallVerb(TextChoices):
    OPEN = "open", "Open"
    CAPTURE = "capture", "Capture"
    CANCEL = "cancel", "Cancel"
    REFUND = "refund", "Refund"


class CallState(TextChoices):
    """A call is written down before it is made, so that its outcome has an owner whatever happens."""

    SENT = "sent", "Sent"
    DONE = "done", "Done"
    REFUSED = "refused", "Refused"
    UNKNOWN = "unknown", "Outcome unknown"


class Destination(TextChoices):
    """Where money goes back to."""

    GATEWAY = "gateway", "Where it came from"
    CREDIT = "credit", "Credit with us"


class RefundStatus(TextChoices):
    AWAITING_APPROVAL = "awaiting_approval", "Awaiting approval"
    PENDING = "pending", "Pending"
    PROCESSING = "processing", "At the gateway"
    SUCCEEDED = "succeeded", "Succeeded"
    FAILED = "failed", "Failed"
    REJECTED = "rejected", "Rejected"


# Money that is promised back: no other refund may promise it again.
RESERVING = frozenset({RefundStatus.AWAITING_APPROVAL, RefundStatus.PENDING, RefundStatus.PROCESSING})


class WebhookState(TextChoices):
    RECEIVED = "received", "Received"
    DONE = "done", "Done"
    IGNORED = "ignored", "Not for us"
    ORPHAN = "orphan", "Of nothing we know"
    NEEDS_REVIEW = "needs_review", "Needs review"


class RunState(TextChoices):
    """Whether a day of a gateway is closed: it is once its books and ours agree, or people dealt with what does not."""

    INCOMPLETE = "incomplete", "Not read to its end"
    FLAGGED = "flagged", "Needs a look"
    CLEAN = "clean", "In agreement"


class LineState(TextChoices):
    MATCHED = "matched", "In agreement"
    HEALED = "healed", "Was missing here"
    ORPHAN = "orphan", "Of nothing we know"
    OURS_ONLY = "ours_only", "Not in the gateway's books"
    DIFFERS = "differs", "Differs"
    DUPLICATE = "duplicate", "Listed twice"


AGREED = frozenset({LineState.MATCHED, LineState.HEALED})
# The gateway's line for a movement of ours: there is one of these for each.
FOUND = AGREED | {LineState.DIFFERS}

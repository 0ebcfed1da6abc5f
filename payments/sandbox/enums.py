"""The words of the sandbox. It speaks its own language, as every gateway does."""

from django.db.models import TextChoices


class OrderStatus(TextChoices):
    WAITING = "waiting", "Waiting for the customer"
    NEEDS_AUTHENTICATION = "needs_authentication", "Waiting for the bank's question to be answered"
    HELD = "held", "Held"
    PAID = "paid", "Paid"
    DECLINED = "declined", "Declined"
    CANCELLED = "cancelled", "Cancelled"


# The customer can still pay.
PAYABLE = frozenset({OrderStatus.WAITING, OrderStatus.NEEDS_AUTHENTICATION})


class Card(TextChoices):
    """Cards that do not exist, and what their bank does. A saved one is this word with a number of its own behind."""

    GOOD = "sandbox_visa", "Visa ending in 4242: succeeds"
    DECLINED = "sandbox_declined", "Visa ending in 0002: is declined"
    ASKS = "sandbox_asks", "Visa ending in 3155: its bank asks back"


class FaultKind(TextChoices):
    # Of calls.
    TIME_OUT = "time_out", "do what was asked and never answer"
    ERROR = "error", "answer 500 and do nothing"
    NONSENSE = "nonsense", "do what was asked and answer something else"
    # Of messages.
    DOUBLE = "double", "send messages twice"
    REORDER = "reorder", "send a message after the one that follows it"
    DELAY = "delay", "send messages a minute late"
    FORGE = "forge", "have a stranger send a message first"
    LOSE = "lose", "never send messages"


OF_CALLS = frozenset({FaultKind.TIME_OUT, FaultKind.ERROR, FaultKind.NONSENSE})
OF_MESSAGES = frozenset(FaultKind) - OF_CALLS


class Verb(TextChoices):
    """What can be asked of the sandbox."""

    OPEN = "open"
    FETCH = "fetch"
    CAPTURE = "capture"
    CANCEL = "cancel"
    REFUND = "refund"
    FORGET = "forget"
    LIST = "list"


WRITES = (Verb.OPEN, Verb.CAPTURE, Verb.CANCEL, Verb.REFUND)

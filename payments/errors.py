"""What payments refuse."""

from common.errors import BusinessRuleViolation, Conflict, InvalidTransition, PaymentFailed, ServiceUnavailable


class LedgerMisuse(ValueError):
    """Code of ours asked the ledger for something impossible; nobody outside can cause it."""


class Overdrawn(Exception):
    """An account that must not fall below zero would."""


class Disagreement(Exception):
    """The gateway tells of another currency or amount than was asked for. Nothing is changed; staff have a look."""


class NothingDue(BusinessRuleViolation):
    default_message = "Nothing is due for this."


class UnderWay(Conflict):
    code = "PAYMENT_UNDER_WAY"
    default_message = "A payment for this is under way. Ask for its state in a moment."


class CannotRefund(BusinessRuleViolation):
    """More than is left, while it is disputed, or of a kind that is not given back now."""


class RefundIsSettled(InvalidTransition):
    default_message = "This refund has been decided about."


class Declined(PaymentFailed):
    """The gateway said no; its words may be shown to the customer."""


class GatewayDown(ServiceUnavailable):
    default_message = "The payment provider does not answer just now. Nothing is lost: try again shortly."

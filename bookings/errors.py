"""What bookings refuse."""

from common.errors import BusinessRuleViolation, Conflict, InvalidTransition


class IllegalMove(InvalidTransition):
    """The table of moves has no such action from the booking's present state."""


class CancellationNotAllowed(BusinessRuleViolation):
    code = "CANCELLATION_NOT_ALLOWED"
    default_message = "This booking cannot be cancelled any more."


class AlreadyDone(Conflict):
    """What is asked for exists already, and only once."""


class CannotBook(BusinessRuleViolation):
    """What is wanted is not to be had like this: not offered, one's own, at another price."""


class NotNow(BusinessRuleViolation):
    """The step is known, and the time for it has not come yet or is over."""

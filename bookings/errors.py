"""What bookings refuse."""

from collections.abc import Mapping
from typing import Self

from common.errors import BusinessRuleViolation, Conflict, Detail, DomainError, InvalidTransition


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


class PreviewIsOver(Conflict):
    """What was promised for some minutes is not promised any more."""


class PriceChanged(Conflict):
    """It does not cost what was promised; `error.quote` is what it costs now, as a new preview would promise it."""

    @classmethod
    def to(cls, pricing: Mapping[str, str]) -> Self:
        message = "The price has changed meanwhile. Look at it and prepare the checkout again."
        return cls(message, [Detail("preview_id", message, "PRICE_CHANGED")], {"quote": {"pricing": dict(pricing)}})


class TimeWasLost(Conflict):
    """The time that was held for somebody has gone to somebody else since; the conflicts are those of the claim."""

    code = "BOOKING_CONFLICT"

    @classmethod
    def after(cls, refusal: DomainError) -> Self:
        message = "This time was held for you until a moment ago, and is taken now. Choose another one."
        return cls(message, [Detail("booking_time", message, "HOLD_EXPIRED")], refusal.extra)

"""What the catalog refuses."""

from collections.abc import Iterable
from datetime import datetime
from typing import Self

from common.errors import BusinessRuleViolation, Conflict, Detail
from common.timeranges import TimeRange

# A long series may clash with hundreds; whoever reads the answer looks at the first few.
MOST_SHOWN = 200


class SlotTaken(Conflict):
    """Somebody else has the time. `taken` are the clashing times, which is all that a stranger may know of them."""

    code = "BOOKING_CONFLICT"
    default_message = "This time is already taken."

    taken: tuple[TimeRange, ...] = ()
    refused: tuple[TimeRange, ...] = ()

    @classmethod
    def by(cls, taken: Iterable[TimeRange], *, refused: Iterable[TimeRange] = (), message: str = "") -> Self:
        """`refused` are the wanted times that cannot be had; a series names them one by one."""
        times = sorted(set(taken))
        shown = [{"start_time": each.start, "end_time": each.end} for each in times[:MOST_SHOWN]]
        error = cls(message, extra={"conflicts": shown})
        error.taken, error.refused = tuple(times), tuple(refused)
        return error


class TimeOffClashes(SlotTaken):
    default_message = "Something is booked in this time. Move or cancel it first."


class NotBookable(BusinessRuleViolation):
    """The time breaks a rule of its calendar: too early, too late, outside of its hours."""


class DayIsFull(BusinessRuleViolation):
    """`refused` are the wanted times for which there is no more room on their days."""

    default_message = "No more bookings are taken on this day."

    refused: tuple[TimeRange, ...] = ()

    @classmethod
    def on(cls, refused: Iterable[TimeRange]) -> Self:
        error = cls(details=[Detail("start_time", cls.default_message, "DAILY_LIMIT")])
        error.refused = tuple(refused)
        return error


class StartDoesNotMatch(BusinessRuleViolation):
    """A series starts at a time that its own rule leaves out; `error.suggestion` is the first that it names."""

    @classmethod
    def suggesting(cls, first: datetime) -> Self:
        message = f"The rule does not name this start. The first time it names is {first:%Y-%m-%d %H:%M}."
        return cls(message, [Detail("start_time", message, "DTSTART_MISMATCH")], {"suggestion": first.isoformat()})


class AlreadyReviewed(Conflict):
    """One review for each booking; what is there can be edited."""

    default_message = "You have reviewed this booking already. You can edit your review."

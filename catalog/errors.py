"""What the catalog refuses."""

from collections.abc import Iterable
from typing import Self

from common.errors import BusinessRuleViolation, Conflict
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
    default_message = "No more bookings are taken on this day."

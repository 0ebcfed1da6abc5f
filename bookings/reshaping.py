"""What becomes of the dates of a series when its rule or its time changes: which stay, move, come or go.

1. A date that the rule still names stays what it is: a rule of days at the least has one occurrence on a local day, so
   the day is what an occurrence is known by, whatever the clock shows.
2. Of what is left, bookings and dates are paired in order: the first booking that lost its date gets the first date
   that has no booking. So bookings move, with all that was paid and said, before any is called off.
3. Dates without a booking are added, bookings without a date dropped.
4. What somebody made of a date (moved it, called it off, skipped it) is never paired with another date: if the rule
   has left that date, it is told as no longer fitting, and stays as it is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from catalog.recurrence import Occurrence

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Held(Generic[Key]):
    """A date that is taken care of. One that is `fixed` is no more to be moved than the past."""

    key: Key
    day: date
    is_fixed: bool = False


@dataclass(frozen=True, slots=True)
class Reshaped(Generic[Key]):
    """`stays` and `moves` pair what is there with the occurrence that it is from now on."""

    stays: Sequence[tuple[Key, Occurrence]]
    moves: Sequence[tuple[Key, Occurrence]]
    added: Sequence[Occurrence]
    dropped: Sequence[Key]
    unfit: Sequence[Key]


def reshape(held: Iterable[Held[Key]], occurrences: Iterable[Occurrence]) -> Reshaped[Key]:
    """How the dates that are held become these occurrences; neither has two on a day."""
    by_day = {each.local.date(): each for each in occurrences}
    in_order = sorted(held, key=lambda each: each.day)
    stays = [(each.key, by_day[each.day]) for each in in_order if each.day in by_day]
    lost = [each for each in in_order if each.day not in by_day]
    kept_days = {each.day for each in in_order}
    free = [each for day, each in sorted(by_day.items()) if day not in kept_days]
    movable = [each.key for each in lost if not each.is_fixed]
    paired = min(len(movable), len(free))
    return Reshaped(
        stays=stays,
        moves=list(zip(movable[:paired], free[:paired], strict=True)),
        added=free[paired:],
        dropped=movable[paired:],
        unfit=[each.key for each in lost if each.is_fixed],
    )

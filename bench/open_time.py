"""Time that is free: calendars open around the clock for two years, shared out so that no run gets another's."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Generic, TypeVar

from common import clock

# What is nearer may not be cancelled for nothing any more.
FIRST_DAY = 3
HOURS = 700 * 24
HOURS_OF_A_WEEK = 7 * 24
HOUR = timedelta(hours=1)

Whose = TypeVar("Whose")


@dataclass(slots=True)
class FreeHours(Generic[Whose]):
    """An hour of each of `owners`, then the next hour of each, and so on: `of_a_run` at most for one run.

    A run that uses more takes what is the next one's, and the next one finds it taken: that is an error one sees.
    """

    owners: Sequence[Whose]
    of_a_run: int
    hours: int = HOURS
    # Drivers are forked, so it is the runs that are counted here and not the requests.
    _runs: Iterator[int] = field(default_factory=count)

    def for_a_run(self) -> Iterator[tuple[Whose, datetime]]:
        # Told at once which run it is: what follows is asked for in another process.
        begin = next(self._runs) * self.of_a_run
        return map(self._hour, count(begin))

    def _hour(self, place: int) -> tuple[Whose, datetime]:
        hour, owner = divmod(place, len(self.owners))
        return self.owners[owner], _first_hour() + hour % self.hours * HOUR


def _first_hour() -> datetime:
    return datetime.combine(clock.now().date() + timedelta(days=FIRST_DAY), time.min, UTC)

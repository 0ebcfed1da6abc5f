"""Free starts that have been worked out, kept in each process for as long as they are certain to be true.

The version of a calendar moves with everything that can change what is free on it, so an answer is kept under the
version it was worked out at and never has to be taken back. Besides, it is over

1. at the next midnight of the calendar, when another day comes within reach;
2. when its start can no longer be booked: too little notice is left;
3. after five minutes, should a process have been killed between a commit and the calendar's new version.
"""

from collections.abc import Hashable
from datetime import datetime, timedelta
from threading import Lock
from typing import NamedTuple

LONGEST = timedelta(minutes=5)
# Some hundred bytes each.
MOST_KEPT = 50_000


class KeptStart(NamedTuple):
    """None where nothing is free. Starts before `now + notice` cannot be booked any more."""

    start: datetime | None
    notice: timedelta
    until: datetime

    def is_true(self, now: datetime) -> bool:
        return now < self.until and (self.start is None or self.start >= now + self.notice)


_kept: dict[Hashable, KeptStart] = {}
_keeping = Lock()


def recall(key: Hashable, now: datetime) -> KeptStart | None:
    found = _kept.get(key)
    return found if found is not None and found.is_true(now) else None


def keep(starts: dict[Hashable, KeptStart]) -> None:
    with _keeping:
        if len(_kept) + len(starts) > MOST_KEPT:
            _kept.clear()
        _kept.update(starts)

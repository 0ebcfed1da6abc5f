"""When a booking's customer and specialist are reminded of it."""

from collections.abc import Iterable
from datetime import datetime, timedelta


def next_reminder(starts_at: datetime, *, minutes_before: Iterable[int], after: datetime) -> datetime | None:
    """The first reminder that is still ahead at `after`, or None; 0 minutes stand for no reminder.

    Whoever books three hours ahead is past the reminder of the day before, and gets the later one only.
    """
    wanted = (starts_at - timedelta(minutes=minutes) for minutes in minutes_before if minutes)
    return min((each for each in wanted if each > after), default=None)

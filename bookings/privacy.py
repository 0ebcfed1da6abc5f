"""What is kept of a person here, and how it is erased."""

from typing import Any

from bookings.models import CalendarFeed
from common.personal_data import PersonalData


def export(user: Any) -> dict[str, Any]:
    feed = CalendarFeed.objects.filter(user=user.pk).first()
    return {"calendar_feed_since": feed.updated_at.isoformat() if feed is not None else None}


def erase(user: Any) -> None:
    """Nobody reads the calendar of somebody who is gone."""
    CalendarFeed.objects.filter(user=user.pk).delete()


PERSONAL_DATA = PersonalData("bookings", export=export, erase=erase)

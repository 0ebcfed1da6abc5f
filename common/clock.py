"""The only caller of now. Business deadlines compare with the database's clock: `django.db.models.functions.Now()`."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The current instant, in UTC."""
    return datetime.now(UTC)


def today(zone: ZoneInfo) -> date:
    """The calendar date that a wall clock in `zone` shows now."""
    return now().astimezone(zone).date()

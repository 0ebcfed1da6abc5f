"""What there is, and when it is free."""

from catalog.models.calendar import Calendar, CalendarId, TimeOff
from catalog.models.category import Category, Tier
from catalog.models.occupancy import Occupancy
from catalog.models.resource import Resource
from catalog.models.service import Service
from catalog.models.specialist import Specialist

__all__ = [
    "Calendar",
    "CalendarId",
    "Category",
    "Occupancy",
    "Resource",
    "Service",
    "Specialist",
    "Tier",
    "TimeOff",
]

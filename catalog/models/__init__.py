"""What there is, and when it is free."""

from catalog.models.calendar import Calendar, CalendarId, TimeOff
from catalog.models.category import Category, Tier
from catalog.models.occupancy import Occupancy
from catalog.models.resource import Resource
from catalog.models.review import Review, ReviewId
from catalog.models.search import ServiceDocument
from catalog.models.service import Service
from catalog.models.specialist import Specialist
from catalog.models.standing import Standing

__all__ = [
    "Calendar",
    "CalendarId",
    "Category",
    "Occupancy",
    "Resource",
    "Review",
    "ReviewId",
    "Service",
    "ServiceDocument",
    "Specialist",
    "Standing",
    "Tier",
    "TimeOff",
]

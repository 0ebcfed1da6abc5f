"""The address under which a person's calendar app finds their bookings."""

from django.conf import settings
from django.db import models

from common.ids import new_id
from common.models.base import BaseModel


class CalendarFeed(BaseModel):
    """One for each person who wants it. With another key the former address leads nowhere.

    The key alone opens nothing: the address holds a keyed hash of it as well, so a copy of the database reads no feed.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="calendar_feed")
    key = models.UUIDField(unique=True, default=new_id, editable=False)

    class Meta(BaseModel.Meta):
        default_permissions = ()

    def __str__(self) -> str:
        return f"Calendar of {self.user_id}"

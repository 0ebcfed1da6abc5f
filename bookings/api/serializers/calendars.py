"""The address of a person's calendar."""

from common.api.fields import TextField
from common.api.serializers import StrictSerializer


class CalendarFeedSerializer(StrictSerializer):
    """Whoever knows it reads the calendar. Null before there is one."""

    url = TextField(allow_null=True, read_only=True)
    webcal_url = TextField(allow_null=True, read_only=True, help_text="The same, for apps that subscribe by a click.")

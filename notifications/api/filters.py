"""Which entries of the inbox."""

from common.api.filters import FlagFilter, StrictFilterSet


class NotificationFilterSet(StrictFilterSet):
    # Turned round: what is read is what has a time of reading.
    is_read = FlagFilter("read_at", "isnull", exclude=True)

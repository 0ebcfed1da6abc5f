"""The words of the catalog: what takes time, and why a time cannot be booked."""

from enum import StrEnum


class OccupancyKind(StrEnum):
    """A booking and a hold take one lane of a calendar, a closure every lane that is free."""

    BOOKING = "booking"
    HOLD = "hold"
    CLOSURE = "closure"


class Reason(StrEnum):
    """Why a time cannot be had. The words are part of the API."""

    PAST = "past"
    TOO_SOON = "minimum_notice"
    TOO_FAR = "beyond_horizon"
    CLOSED = "outside_business_hours"
    BLOCKED = "blocked"
    BOOKED = "booked"
    DAY_FULL = "daily_limit"


class ResourceType(StrEnum):
    MEETING_ROOM = "meeting_room"
    DESK = "desk"
    EQUIPMENT = "equipment"
    VEHICLE = "vehicle"
    VENUE = "venue"
    OTHER = "other"


def choices(words: type[StrEnum]) -> list[tuple[str, str]]:
    """The words with their labels, as columns and forms want them."""
    return [(word.value, word.value.replace("_", " ").capitalize()) for word in words]


# Named in the OpenAPI document as a whole.
REASONS = choices(Reason)

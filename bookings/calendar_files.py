"""Bookings as iCalendar files (RFC 5545), for the calendars of phones and desktops.

- The UID is the booking's for its whole life and the SEQUENCE grows with each of its changes, so that an app moves or
  strikes out what it has instead of adding a second one.
- Each date of a series is an event of its own, with its own UID, since its times, its state and its SEQUENCE are its
  own as well. A common UID with a RECURRENCE-ID would need a master event with the rule beside it, without which apps
  drop such events or show them twice. RELATED-TO leads to the series.
- Texts are escaped and folded by the library. What no line of a calendar may hold, such as control characters, is left
  out before, so nothing in a title can end its line and begin another property.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from icalendar import Calendar, Event, vCalAddress, vDuration, vText

PRODUCT = "-//Almanac//Bookings//EN"
# How often apps are asked to look for news of a feed.
REFRESH = timedelta(hours=1)

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff\ud800-\udfff]")


class Method(StrEnum):
    """What the file asks of whoever opens it (RFC 5546)."""

    PUBLISH = "PUBLISH"
    CANCEL = "CANCEL"


class State(StrEnum):
    TENTATIVE = "TENTATIVE"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Entry:
    """What an app is told of one booking. Of its texts, only the summary is needed."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    summary: str
    state: State
    created_at: datetime
    changed_at: datetime
    description: str = ""
    location: str = ""
    organizer_name: str = ""
    organizer_address: str = ""
    series_uid: str = ""


def calendar_file(entries: Iterable[Entry], *, method: Method = Method.PUBLISH, name: str = "") -> bytes:
    """The same entries always come to the same bytes: a file says nothing of when it was made."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method.value)
    if name:
        # The first of each pair is the standard's (RFC 7986), the second what apps had before it.
        calendar.add("name", vText(_line(name)))
        calendar.add("x-wr-calname", vText(_line(name)))
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", vDuration(REFRESH))
    for entry in entries:
        calendar.add_component(_event(entry))
    return bytes(calendar.to_ical())


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    # When this state of the booking was written; an app compares it where sequences are equal.
    event.add("dtstamp", entry.changed_at.astimezone(UTC))
    event.add("created", entry.created_at.astimezone(UTC))
    event.add("last-modified", entry.changed_at.astimezone(UTC))
    event.add("dtstart", entry.starts_at.astimezone(UTC))
    event.add("dtend", entry.ends_at.astimezone(UTC))
    event.add("summary", _line(entry.summary))
    event.add("status", entry.state.value)
    # Cancelled time is free again, also in apps that go on showing it.
    event.add("transp", "TRANSPARENT" if entry.state is State.CANCELLED else "OPAQUE")
    for property_name, text in (("description", _lines(entry.description)), ("location", _line(entry.location))):
        if text:
            event.add(property_name, text)
    if entry.series_uid:
        event.add("related-to", entry.series_uid)
    if entry.organizer_address:
        organizer = vCalAddress(f"mailto:{entry.organizer_address}")
        if entry.organizer_name:
            organizer.params["CN"] = vText(_parameter(entry.organizer_name))
        event.add("organizer", organizer)
    return event


def _lines(text: str) -> str:
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _line(text: str) -> str:
    return " ".join(_lines(text).split("\n"))


def _parameter(text: str) -> str:
    """Parameters know no escape for a quotation mark, so it becomes an apostrophe."""
    return _line(text).replace('"', "'")

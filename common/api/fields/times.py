"""Instants with an offset, calendar dates, times of day, zones. Nothing is guessed."""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, ClassVar
from zoneinfo import available_timezones

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common import clock
from common.api.wire import utc_text
from common.walltime import time_of_day

_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)([Zz]|[+-]\d{2}:?\d{2})?", re.ASCII
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

# No booking, birthday or report reaches further; the database and date arithmetic would stumble much later.
_YEARS_BACK, _YEARS_AHEAD = 110, 30
# No place on earth is further from UTC.
_MAX_OFFSET = timedelta(hours=14)


class InstantField(serializers.DateTimeField):
    """ISO 8601 with an offset in, UTC with `Z` out."""

    default_error_messages: ClassVar = {
        "invalid": "Write an instant as 2026-01-20T10:00:00+05:30.",
        "timezone_required": "State the offset from UTC, as in 2026-01-20T10:00:00+05:30 or …Z.",
        "out_of_range": "This date is too far away.",
    }

    def to_internal_value(self, value: Any) -> datetime:
        match = _INSTANT.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            self.fail("invalid")
        day, clock_time, offset = match.groups()
        # RFC 3339 writes -00:00 where the offset is not known, which is as good as none.
        if offset is None or offset in {"-00:00", "-0000"}:
            self.fail("timezone_required")
        instant = self._parsed(f"{day}T{_to_microseconds(clock_time)}{offset.upper()}")
        if not _is_near(instant.date()):
            self.fail("out_of_range")
        return instant.astimezone(UTC)

    def to_representation(self, value: Any) -> str:
        return utc_text(value)

    def _parsed(self, text: str) -> datetime:
        try:
            instant = datetime.fromisoformat(text)
        except ValueError:
            self.fail("invalid")
        if abs(instant.utcoffset() or timedelta()) > _MAX_OFFSET:
            self.fail("invalid")
        return instant


class DateField(serializers.DateField):
    default_error_messages: ClassVar = {
        "invalid": "Write a date as 2026-01-20.",
        "out_of_range": "This date is too far away.",
    }

    def to_internal_value(self, value: Any) -> date:
        if not isinstance(value, str) or not _DATE.fullmatch(value):
            self.fail("invalid")
        try:
            day = date.fromisoformat(value)
        except ValueError:
            self.fail("invalid")
        if not _is_near(day):
            self.fail("out_of_range")
        return day


class TimeOfDayField(serializers.TimeField):
    """`10:00`, `10:00:00` or `10:00 AM` in; `10:00` out, with seconds only where there are some."""

    default_error_messages: ClassVar = {"invalid": "Write a time of day as 10:00, 10:00:00 or 10:00 AM."}

    def to_internal_value(self, value: Any) -> time:
        if not isinstance(value, str):
            self.fail("invalid")
        try:
            return time_of_day(value)
        except ValueError:
            self.fail("invalid")

    def to_representation(self, value: Any) -> str:
        return str(value.isoformat("minutes" if not value.second else "seconds"))


@extend_schema_field(OpenApiTypes.STR)
class ZoneField(serializers.Field[str, Any, str, Any]):
    """An IANA zone from the published list. Old spellings are accepted and stored in today's."""

    default_error_messages: ClassVar = {"invalid": "Name a zone of the IANA list, such as Asia/Kolkata."}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or data not in _zones():
            self.fail("invalid")
        return RENAMED_ZONES.get(data, data)

    def to_representation(self, value: str) -> str:
        return str(value)


# Spellings that phones and browsers still send, and today's name of the same zone.
RENAMED_ZONES = {
    "Africa/Asmera": "Africa/Asmara",
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
    "America/Godthab": "America/Nuuk",
    "America/Indianapolis": "America/Indiana/Indianapolis",
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Dacca": "Asia/Dhaka",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Asia/Rangoon": "Asia/Yangon",
    "Asia/Saigon": "Asia/Ho_Chi_Minh",
    "Asia/Thimbu": "Asia/Thimphu",
    "Asia/Ulan_Bator": "Asia/Ulaanbaatar",
    "Atlantic/Faeroe": "Atlantic/Faroe",
    "Etc/UTC": "UTC",
    "Europe/Kiev": "Europe/Kyiv",
    "GMT": "UTC",
    "Pacific/Ponape": "Pacific/Pohnpei",
    "Pacific/Truk": "Pacific/Chuuk",
    "Zulu": "UTC",
}


@cache
def _zones() -> frozenset[str]:
    """The list without this machine's own zone and without the variants that count leap seconds."""
    return frozenset(
        zone
        for zone in available_timezones()
        if zone not in {"localtime", "Factory", "posixrules"} and not zone.startswith(("posix/", "right/"))
    )


def _is_near(day: date) -> bool:
    this_year = clock.now().year
    return this_year - _YEARS_BACK <= day.year <= this_year + _YEARS_AHEAD


def _to_microseconds(clock_time: str) -> str:
    whole, point, fraction = clock_time.partition(".")
    return f"{whole}.{fraction[:6].ljust(6, '0')}" if point else whole

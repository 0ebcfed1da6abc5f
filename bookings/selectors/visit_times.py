"""When somebody can be sent to a customer's home: the platform's hours for visits, on the business's clock.

A visit has no calendar before somebody is assigned to it, so these hours stand for one: all the rules of a calendar but
that something may be taken.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from catalog.opening import OpeningHours, WallRange, openings
from catalog.policies import BookingWindow
from catalog.slots import SlotRules, slots
from common import clock
from common.platform import platform_settings
from common.walltime import day_range

WEEK = range(7)


def visit_zone() -> ZoneInfo:
    return ZoneInfo(settings.BUSINESS_TIME_ZONE)


def visit_hours() -> OpeningHours:
    """The same on each day of the week."""
    figures = platform_settings()
    open_for = (WallRange(figures.visits_from, figures.visits_until),)
    return OpeningHours(visit_zone(), dict.fromkeys(WEEK, open_for))


def visit_window() -> BookingWindow:
    figures = platform_settings()
    return BookingWindow.at(
        clock.now(),
        visit_zone(),
        notice=timedelta(minutes=figures.visit_notice_minutes),
        horizon_days=figures.visit_horizon_days,
    )


def visit_starts(day: date, duration: timedelta) -> list[datetime]:
    """The starts on that day of a visit of this length. No query: what is free is known when somebody is assigned."""
    starting = visit_window().of(day_range(day, visit_zone()))
    if starting is None:
        return []
    rules = SlotRules(duration, timedelta(minutes=platform_settings().visit_step_minutes))
    open_on = openings(visit_hours(), within=starting.widen(after=duration))
    return [slot.start for slot in slots(open_on, [], rules, starting=starting)]

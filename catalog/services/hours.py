"""What a calendar's owner or staff decide about it: hours, rules, how much runs side by side."""

from contextlib import nullcontext
from typing import Any

from django.db import transaction
from django.db.models import F

from catalog.enums import OccupancyKind
from catalog.errors import SlotTaken
from catalog.hours import DAYS, Overrides, Week, written_ranges
from catalog.lanes import LANES
from catalog.models import Calendar, Occupancy
from catalog.occupancy import announce, lock
from common import audit, clock
from common.audit import Person
from common.walltime import zone_named

# What may be set besides hours and capacity.
RULES = frozenset(
    {
        "step_minutes",
        "buffer_before_minutes",
        "buffer_after_minutes",
        "minimum_notice_minutes",
        "horizon_days",
        "daily_limit",
    }
)


@transaction.atomic
def set_hours(
    calendar: Calendar,
    *,
    actor: Person,
    timezone: str | None = None,
    week: Week | None = None,
    overrides: Overrides | None = None,
    reason: str = "",
) -> Calendar:
    """Replaces what is given and keeps the rest. What is booked stays booked: `claims_outside_hours` tells what is.

    A change of zone keeps the hours on the wall clock, so it moves the instants.
    """
    if timezone is not None:
        calendar.timezone = zone_named(timezone).key
    if week is not None:
        calendar.weekly_hours = {DAYS[day]: written_ranges(ranges) for day, ranges in sorted(week.items()) if ranges}
    if overrides is not None:
        yesterday = clock.today(calendar.zone).toordinal() - 1
        calendar.hours_overrides = {
            day.isoformat(): written_ranges(ranges)
            for day, ranges in sorted(overrides.items())
            # Days that are over tell nothing any more.
            if day.toordinal() >= yesterday
        }
    return _saved(calendar, ["timezone", "weekly_hours", "hours_overrides"], actor=actor, reason=reason)


@transaction.atomic
def set_rules(calendar: Calendar, rules: dict[str, Any], *, actor: Person, reason: str = "") -> Calendar:
    """Changes step, buffers, notice, horizon or daily limit. They count for what is booked from now on."""
    if unknown := set(rules) - RULES:
        raise TypeError(f"{sorted(unknown)} are no rules of a calendar.")
    for name, value in rules.items():
        setattr(calendar, name, value)
    return _saved(calendar, [*rules], actor=actor, reason=reason)


@transaction.atomic
def set_capacity(calendar: Calendar, capacity: int, *, actor: Person, reason: str = "") -> Calendar:
    """Changes how many bookings run side by side; refuses to close a lane that something to come is booked on."""
    lock([calendar])
    Calendar.objects.select_for_update().get(pk=calendar.pk)
    first = calendar.number * LANES
    beyond = Occupancy.objects.filter(
        lanes__overlap=(first + capacity, first + LANES),
        during__endswith__gt=clock.now(),
        kind__in=[OccupancyKind.BOOKING, OccupancyKind.HOLD],
    ).order_by("during")
    if there := list(beyond):
        message = f"Booked beside others and still to come: {len(there)}. Move them first."
        raise SlotTaken.by([each.time for each in there], message=message)
    calendar.capacity = capacity
    return _saved(calendar, ["capacity"], actor=actor, reason=reason)


def _saved(calendar: Calendar, fields: list[str], *, actor: Person, reason: str) -> Calendar:
    calendar.full_clean(
        exclude={field.name for field in Calendar._meta.fields} - set(fields), validate_constraints=False
    )
    calendar.version = F("version") + 1
    # The audit log is about what staff do; specialists change their own hours as they like.
    is_staff = actor is not None and getattr(actor, "is_staff", False)
    with audit.acting(actor, reason=reason) if is_staff else nullcontext():
        calendar.save(update_fields=[*fields, "version"])
    calendar.refresh_from_db(fields=["version"])
    announce([calendar])
    return calendar

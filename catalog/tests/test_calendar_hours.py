"""Changing a calendar: hours, rules, room. What is booked stays booked."""

from datetime import date, time, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from catalog.enums import OccupancyKind
from catalog.errors import SlotTaken
from catalog.models import Calendar
from catalog.opening import WallRange
from catalog.selectors.availability import claims_outside_hours
from catalog.services.hours import set_capacity, set_hours, set_rules
from catalog.slots import Buffers
from catalog.tests.factories import TUESDAY, between, book, calendar, minutes, person, rows
from common.errors import ValidationFailed
from common.models import AuditEntry, OutboxEvent

pytestmark = pytest.mark.django_db

MORNING = WallRange(time(9), time(12))


def test_hours_are_replaced_and_read_back() -> None:
    owner = calendar()

    set_hours(owner, week={0: (MORNING,)}, overrides={date(2026, 12, 25): ()}, actor=None)

    kept = Calendar.objects.get(pk=owner.pk)
    assert (kept.hours.weekly, kept.hours.overrides) == ({0: (MORNING,)}, {date(2026, 12, 25): ()})
    assert kept.version > 1
    assert [event.name for event in OutboxEvent.objects.all()] == ["availability.changed"]


def test_what_is_not_given_stays() -> None:
    owner = calendar()
    before = owner.weekly_hours

    set_hours(owner, timezone="Asia/Calcutta", actor=None)

    assert (owner.timezone, owner.weekly_hours) == ("Asia/Kolkata", before)


def test_dates_that_are_over_are_forgotten() -> None:
    owner = calendar()

    set_hours(owner, overrides={date(2026, 2, 1): (), date(2026, 3, 1): (), date(2026, 3, 9): ()}, actor=None)

    assert list(owner.hours_overrides) == ["2026-03-01", "2026-03-09"]


def test_shortened_hours_cancel_nothing_and_tell_what_they_leave_out() -> None:
    """E025."""
    owner = calendar()
    inside, outside = between("09:00", "10:00"), between("15:00", "16:00")
    book(owner, inside, buffers=Buffers(minutes(30), minutes(15)))
    book(owner, outside, buffers=Buffers(minutes(30), minutes(15)))
    assert claims_outside_hours(owner) == []

    set_hours(owner, week=dict.fromkeys(range(7), (MORNING,)), actor=None)

    assert claims_outside_hours(owner) == [outside]
    assert len(rows(owner)) == 2


def test_a_zone_that_is_none_is_refused() -> None:
    """E012."""
    with pytest.raises(ValidationFailed):
        set_hours(calendar(), timezone="localtime", actor=None)


def test_rules_are_checked_like_the_form_checks_them() -> None:
    owner = calendar()

    set_rules(owner, {"step_minutes": 15, "daily_limit": 3}, actor=None)
    with pytest.raises(ValidationError):
        set_rules(owner, {"step_minutes": 4}, actor=None)
    with pytest.raises(TypeError):
        set_rules(owner, {"number": 7}, actor=None)

    assert Calendar.objects.get(pk=owner.pk).step_minutes == 15


def test_room_is_not_taken_from_what_is_booked_side_by_side() -> None:
    hall = calendar(capacity=3)
    for _ in range(2):
        book(hall, between("10:00", "11:00"))

    set_capacity(hall, 2, actor=None)
    with pytest.raises(SlotTaken) as refusal:
        set_capacity(hall, 1, actor=None)

    assert refusal.value.taken == (between("10:00", "11:00"),)
    assert Calendar.objects.get(pk=hall.pk).capacity == 2


def test_staff_are_written_down_and_specialists_are_not() -> None:
    owner, dana, bob = calendar(), person("Dana", is_staff=True), person("Bob")

    set_hours(owner, week={}, actor=bob)
    assert not AuditEntry.objects.filter(target_table="catalog_calendar").exists()
    set_hours(owner, week={1: (MORNING,)}, actor=dana, reason="asked by phone")

    [entry] = AuditEntry.objects.filter(target_table="catalog_calendar")
    assert (entry.actor_id, entry.reason, set(entry.changes)) == (dana.pk, "asked by phone", {"weekly_hours"})


def test_who_is_not_signed_in_is_nobody_of_the_staff() -> None:
    set_hours(calendar(), week={}, actor=AnonymousUser())

    assert not AuditEntry.objects.filter(target_table="catalog_calendar").exists()


@pytest.mark.parametrize("fields", [{"capacity": 0}, {"capacity": 1024}, {"step_minutes": 1}, {"daily_limit": 0}])
def test_the_table_refuses_calendars_that_cannot_be(fields: dict[str, int]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        calendar(**fields)


def test_bookings_made_long_ahead_are_looked_at_too() -> None:
    owner = calendar()
    late = between("20:00", "21:00", TUESDAY + timedelta(days=700))
    book(owner, late, kind=OccupancyKind.HOLD)

    assert claims_outside_hours(owner) == [late]

"""The first free starts of many, against looking at each one's slots; and for how long an answer stays true."""

from datetime import date, timedelta
from random import Random

import pytest
from pytest_django import DjangoAssertNumQueries

from catalog.models import Calendar, Service
from catalog.selectors.availability import slots_by_day
from catalog.selectors.first_free import Need, first_free, free_on
from catalog.selectors.kept_starts import LONGEST, KeptStart
from catalog.selectors.listings import DAYS_AHEAD
from catalog.tests.factories import MONDAY, NEW_YORK, NOW, at, between, book, calendar
from common import clock
from common.ids import new_id

NOTICE = timedelta(hours=1)


def need(of: Calendar, minutes: int = 60, before: int | None = None, after: int | None = None) -> Need:
    return Need(of.pk, of.version, minutes, before, after)


def free_starts(of: Calendar, wanted: Need, first: date, last: date) -> list[object]:
    """As the slots of the calendar itself tell it."""
    lengths = Service(
        duration_minutes=wanted.duration,
        buffer_before_minutes=wanted.buffer_before,
        buffer_after_minutes=wanted.buffer_after,
    )
    days = slots_by_day(of, lengths, first=first, last=last, zone=of.zone)
    return [slot.start for slots in days.values() for slot in slots if slot.reason is None]


@pytest.mark.django_db
def test_many_at_once_are_told_what_each_would_be_told(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    dice = Random(7)  # noqa: S311 - the same world each time
    calendars = [
        calendar(
            *dice.choice((("09:00-13:00", "14:00-18:00"), ("22:00-02:00",), ("00:00-00:00",))),
            timezone=dice.choice(("Asia/Kolkata", NEW_YORK.key)),
            step_minutes=dice.choice((None, 15, 30)),
            buffer_after_minutes=dice.choice((0, 20)),
            minimum_notice_minutes=dice.choice((0, 600, 4_000)),
            daily_limit=dice.choice((None, 1, 2)),
            capacity=dice.choice((1, 2)),
        )
        for _ in range(8)
    ]
    for each in calendars:
        each.refresh_from_db()
        for day in range(4):
            if dice.random() < 0.6:
                book(each, between("09:00", "17:00", MONDAY + timedelta(days=day), each.zone))
    needs = {
        need(each, minutes, None, after): each for each in calendars for minutes in (30, 90) for after in (None, 45)
    }

    with django_assert_num_queries(3):
        first = first_free(set(needs))
    with django_assert_num_queries(0):
        assert first_free(set(needs)) == first
    tuesday = free_on(MONDAY + timedelta(days=1), set(needs))

    for wanted, of in needs.items():
        today = clock.today(of.zone)
        ahead = free_starts(of, wanted, today, today + timedelta(days=DAYS_AHEAD - 1))
        assert first.get(wanted) == next(iter(ahead), None), wanted
        assert (wanted in tuesday) is bool(
            free_starts(of, wanted, MONDAY + timedelta(days=1), MONDAY + timedelta(days=1))
        )


@pytest.mark.django_db
def test_another_version_is_looked_at_again(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    bobs = calendar("09:00-10:00")
    before = first_free({need(bobs)})
    book(bobs, between("09:00", "10:00", MONDAY + timedelta(days=1)))

    with django_assert_num_queries(0):
        assert first_free({need(bobs)}) == before
    after = first_free({need(bobs)._replace(version=bobs.version + 1)})

    assert list(before.values()) == [at("09:00")]
    assert list(after.values()) == [at("09:00", MONDAY + timedelta(days=2))]


@pytest.mark.django_db
def test_what_is_nowhere_free_is_left_out_and_remembered(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    shut = Calendar.objects.create()

    with django_assert_num_queries(3):
        assert first_free({need(shut)}) == {}
    with django_assert_num_queries(0):
        assert first_free({need(shut)}) == {}
    assert first_free({Need(new_id(), 1, 60, None, None)}) == {}


def test_an_answer_is_true_until_its_start_can_no_longer_be_booked() -> None:
    kept = KeptStart(NOW + NOTICE, NOTICE, NOW + LONGEST)

    assert kept.is_true(NOW)
    assert not kept.is_true(NOW + timedelta(seconds=1))


def test_no_answer_is_kept_for_longer_than_it_is_certain() -> None:
    for start in (None, NOW + timedelta(days=1)):
        kept = KeptStart(start, NOTICE, NOW + LONGEST)
        assert kept.is_true(NOW + LONGEST - timedelta(seconds=1))
        assert not kept.is_true(NOW + LONGEST)


@pytest.mark.django_db
def test_a_service_with_a_room_is_free_when_both_are(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    tuesday, wednesday = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
    bobs, rooms = calendar("09:00-17:00"), calendar("10:00-18:00", buffer_before_minutes=30)
    for each in (bobs, rooms):
        each.refresh_from_db()
    book(rooms, between("10:00", "18:00", MONDAY))
    book(rooms, between("10:00", "11:45", tuesday))
    alone = need(bobs)
    together = alone._replace(room_calendar_id=rooms.pk, room_version=rooms.version)

    # The room is read along with the calendars: no query of its own.
    with django_assert_num_queries(2):
        found = first_free({alone, together})
    last = free_on(tuesday, {together})
    book(rooms, between("10:00", "17:30", wednesday))
    shut = first_free({together._replace(room_version=rooms.version + 1)})

    assert found == {alone: at("10:30", MONDAY), together: at("12:30", tuesday)}
    assert last == {together}
    assert free_on(wednesday, {together._replace(room_version=rooms.version + 1)}) == set()
    assert list(shut.values()) == [at("12:30", tuesday)]

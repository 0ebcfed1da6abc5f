"""E013: clocks are set otherwise. Here the zone of the series is replaced by one that is half an hour ahead."""

from typing import Any

import pytest

from bookings.models import Booking, Series, TimelineEntry
from bookings.services.actors import customer
from bookings.services.rescheduling import reschedule_booking
from bookings.services.series_booking import BookedSeries
from bookings.services.series_wall_time import keep_wall_times
from bookings.tests.conftest import Travel
from bookings.tests.factories import appointment, offered, somebody
from bookings.tests.series_factories import booked, bookings_of, week
from catalog.models import Occupancy
from catalog.tests.factories import at, between, book, minutes, room
from common import outbox
from common.models import OutboxEvent
from notifications.models import Notification

pytestmark = pytest.mark.django_db
EARLIER = minutes(30)


def clocks_go_ahead(made: BookedSeries) -> None:
    """Ten o'clock comes half an hour earlier from now on."""
    Series.objects.filter(pk=made.series.pk).update(timezone="Asia/Dhaka")


def starts(made: BookedSeries) -> list[Any]:
    return [each.starts_at for each in bookings_of(made.series)]


def told() -> set[tuple[str, str]]:
    """Whom the inbox has told of what."""
    while outbox.deliver_due():
        pass
    return set(Notification.objects.values_list("recipient__first_name", "kind"))


def test_dates_to_come_follow_the_clocks_and_both_sides_are_told_once(travel: Travel) -> None:
    made = booked("FREQ=WEEKLY;COUNT=4", of=offered())
    before = starts(made)
    told()
    Notification.objects.all().delete()
    assert keep_wall_times() == 0
    travel(at("12:00", week(1)))
    clocks_go_ahead(made)

    assert keep_wall_times() == 3
    assert keep_wall_times() == 0

    assert starts(made) == [before[0], *(each - EARLIER for each in before[1:])]
    assert [each.recurrence_id for each in bookings_of(made.series)] == starts(made)
    taken = sorted(each.during.lower for each in Occupancy.objects.all())
    assert taken == starts(made)
    assert set(TimelineEntry.objects.filter(action="reschedule").values_list("role", flat=True)) == {"system"}
    assert OutboxEvent.objects.filter(name="series.changed").count() == 1
    assert told() == {("Alice", "booking_moved"), ("Bob", "booking_moved")}
    assert Notification.objects.count() == 2


def test_single_bookings_and_what_was_moved_by_itself_keep_their_instants(travel: Travel) -> None:
    made = booked("FREQ=WEEKLY;COUNT=3")
    moved = made.bookings[1]
    alice = customer(moved.customer)
    reschedule_booking(moved, starts_at=at("14:00", week(2)), ends_at=at("15:00", week(2)), actor=alice)
    single = appointment()
    Booking.objects.filter(pk=single.pk).update(timezone="Asia/Dhaka")
    clocks_go_ahead(made)

    assert keep_wall_times() == 2

    assert starts(made) == [at("09:30"), at("14:00", week(2)), at("09:30", week(3))]
    assert Booking.objects.get(pk=single.pk).starts_at == at("10:00")


def test_a_series_whose_new_time_is_taken_stays_whole_until_it_is_free(travel: Travel, caplog: Any) -> None:
    lotus = room()
    made = booked("FREQ=WEEKLY;COUNT=3", of=lotus)
    before = starts(made)
    rival = book(lotus.calendar, between("09:00", "10:00", week(2)))
    clocks_go_ahead(made)

    assert keep_wall_times() == 0
    assert starts(made) == before
    assert "could not keep its time of day" in caplog.text

    Occupancy.objects.filter(subject_id=rival).delete()
    assert keep_wall_times() == 3


def test_it_takes_as_many_statements_for_three_dates_as_for_ten(django_assert_num_queries: Any) -> None:
    for count in (3, 10):
        made = booked(f"FREQ=WEEKLY;COUNT={count}", of=room(name=f"Room {count}"), alice=somebody(f"Alice{count}"))
        clocks_go_ahead(made)
        with django_assert_num_queries(22):
            keep_wall_times()

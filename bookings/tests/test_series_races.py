"""Series that want the same times at once: real threads, each with its own connection."""

import threading

import pytest

from bookings.models import Booking, Series, TimelineEntry
from bookings.services.actors import customer
from bookings.services.series_booking import Asked, book_series, book_what_is_free
from bookings.services.series_rolling import roll_series
from bookings.tests.conftest import Travel
from bookings.tests.series_factories import asked, booked, days, week
from catalog.errors import SlotTaken
from catalog.models import Occupancy
from catalog.tests.factories import at, person, room
from common.tests.threads import in_threads

pytestmark = pytest.mark.django_db(transaction=True)


def two_who_want_overlapping_dates() -> list[Asked]:
    """Alice every Tuesday from the first on, Charlie every other one: they meet on the first, third and fifth."""
    lotus = room()
    return [
        asked("FREQ=WEEKLY;COUNT=6", of=lotus, alice=person("Alice")),
        asked("FREQ=WEEKLY;INTERVAL=2;COUNT=3", of=lotus, start=at("10:30"), alice=person("Charlie")),
    ]


def test_of_two_overlapping_series_one_is_booked_and_the_other_is_told_its_lost_dates() -> None:
    """E080."""
    waiting = iter(two_who_want_overlapping_dates())
    turn = threading.Lock()

    def book() -> list[object] | None:
        with turn:
            mine = next(waiting)
        try:
            book_series(mine, actor=customer(mine.customer))
        except SlotTaken as refusal:
            return [each["date"] for each in refusal.extra["lost_dates"]]
        return None

    answers = in_threads(2, book)

    assert sorted(answers, key=str) == sorted([None, [week(1), week(3), week(5)]], key=str)
    winner = Series.objects.get()
    assert Booking.objects.count() == Occupancy.objects.count() == (6 if winner.customer.first_name == "Alice" else 3)


def test_of_two_who_skip_each_gets_what_the_other_has_not() -> None:
    """E080: together they have every date once."""
    waiting = iter(two_who_want_overlapping_dates())
    turn = threading.Lock()

    def book() -> int:
        with turn:
            mine = next(waiting)
        try:
            made = book_what_is_free(mine, actor=customer(mine.customer))
        except SlotTaken as refusal:
            return len(refusal.extra["lost_dates"])
        return len(made.skipped)

    lost = in_threads(2, book)

    assert sum(lost) == 3
    assert sorted(days(Booking.objects.all())) == [week(number) for number in range(1, 7)]
    assert Occupancy.objects.count() == TimelineEntry.objects.count() == 6


def test_of_six_clicks_of_one_customer_one_is_a_series() -> None:
    """E035: where there would be room for more."""
    wanted = asked("FREQ=WEEKLY;COUNT=4", of=room(capacity=5), alice=person("Alice"))

    made = in_threads(6, lambda: book_series(wanted, actor=customer(wanted.customer)).series.pk)

    assert len(set(made)) == 1
    assert (Series.objects.count(), Booking.objects.count()) == (1, 4)


def test_two_workers_roll_each_series_once(travel: Travel) -> None:
    for number in range(4):
        booked("FREQ=WEEKLY", of=room(name=f"Room {number}"))
    travel(at("01:23", week(2)))

    made = in_threads(2, roll_series)

    assert sum(made) == 4
    assert Booking.objects.count() == 4 * 27

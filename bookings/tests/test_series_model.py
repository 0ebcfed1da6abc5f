"""Series of random rules, booked, changed and cut, against a model that is a plain list of local dates."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from bookings.models import Booking, Series
from bookings.services.actors import customer
from bookings.services.series_booking import book_what_is_free
from bookings.services.series_cancelling import cancel_series_from
from bookings.services.series_changing import SeriesChange, change_series_from
from bookings.services.series_retiming import NewTimes
from bookings.tests.series_factories import asked
from catalog.errors import SlotTaken
from catalog.models import Occupancy
from catalog.tests.factories import NEW_YORK, at, book, room
from common.timeranges import TimeRange

FIRST = date(2026, 3, 3)
OF_A_WEEK = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@st.composite
def rules(draw: Any) -> tuple[str, list[date]]:
    """A rule as text, and its dates by counting on fingers."""
    count = draw(st.integers(1, 12))
    interval = draw(st.integers(1, 3))
    if draw(st.booleans()):
        text = f"FREQ=DAILY;INTERVAL={interval};COUNT={count}"
        return text, [FIRST + timedelta(days=interval * n) for n in range(count)]
    weekdays = sorted(draw(st.sets(st.integers(0, 6))) | {FIRST.weekday()})
    text = f"FREQ=WEEKLY;INTERVAL={interval};COUNT={count};BYDAY={','.join(OF_A_WEEK[day] for day in weekdays)}"
    monday = FIRST - timedelta(days=FIRST.weekday())
    every = (monday + timedelta(weeks=interval * n, days=day) for n in range(count + 1) for day in weekdays)
    return text, [day for day in every if day >= FIRST][:count]


def instants(days: list[date], wall: str) -> list[datetime]:
    return [at(wall, day, NEW_YORK) for day in days]


def there() -> list[datetime]:
    return sorted(each.starts_at for each in Booking.objects.exclude(status="cancelled"))


class SeriesAgainstModel(TestCase):
    """Across New York's clock change on 8 March, so that wall time is put to the test as well."""

    @settings(max_examples=20, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
    @given(rules(), st.sets(st.integers(0, 11), max_size=4), st.integers(0, 12), st.sampled_from(["09:00", "15:30"]))
    def test_dates_are_where_the_model_has_them(
        self, rule: tuple[str, list[date]], taken: set[int], cut: int, moved_to: str
    ) -> None:
        text, days = rule
        desk = room(timezone="America/New_York")
        for number in taken & set(range(len(days))):
            start = at("10:00", days[number], NEW_YORK)
            book(desk.calendar, TimeRange(start, start + timedelta(minutes=30)))
        wanted = asked(text, of=desk, start=at("10:00", FIRST, NEW_YORK))
        alice = customer(wanted.customer)
        free = [day for number, day in enumerate(days) if number not in taken]

        if not free:
            with pytest.raises(SlotTaken), transaction.atomic():
                book_what_is_free(wanted, actor=alice)
            assert there() == []
            return
        made = book_what_is_free(wanted, actor=alice)
        assert there() == instants(free, "10:00")
        assert [each.dated.day for each in made.skipped] == [day for day in days if day not in free]

        pivot = days[min(cut, len(days) - 1)]
        change = SeriesChange(times=NewTimes(start=at(moved_to, pivot, NEW_YORK)))
        rest = change_series_from(made.series.pk, pivot, change, actor=alice).series
        before, after = [day for day in free if day < pivot], [day for day in free if day >= pivot]
        assert there() == sorted(instants(before, "10:00") + instants(after, moved_to))

        cancel_series_from(rest.pk, pivot + timedelta(days=7), actor=alice)
        kept = [day for day in after if day < pivot + timedelta(days=7)]
        assert there() == sorted(instants(before, "10:00") + instants(kept, moved_to))
        assert Occupancy.objects.count() == len(there()) + len(days) - len(free)
        assert Series.objects.count() == (1 if pivot == days[0] else 2)

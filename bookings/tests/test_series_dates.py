"""Single dates of series: called off, changed, added back; and the nightly step of series without an end."""

from datetime import date
from typing import Any

import pytest

from bookings.enums import ExceptionType
from bookings.errors import AlreadyDone, CannotBook
from bookings.models import Booking, Series, SeriesException
from bookings.services.actors import customer
from bookings.services.series_booking import BookedSeries, book_what_is_free
from bookings.services.series_cancelling import cancel_series, cancel_series_from
from bookings.services.series_changing import SeriesChange, change_series
from bookings.services.series_exceptions import NewDetails, add_back, cancel_date, change_date
from bookings.services.series_retiming import NewTimes
from bookings.services.series_rolling import roll_series
from bookings.tests.conftest import Travel
from bookings.tests.factories import offered, somebody
from bookings.tests.series_factories import asked, booked, bookings_of, days, week
from catalog.errors import SlotTaken
from catalog.models import Resource, Specialist
from catalog.services.time_off import end_time_off, take_time_off
from catalog.tests.factories import at, between, book, room, rows
from common.models import OutboxEvent

pytestmark = pytest.mark.django_db


def alice() -> Any:
    return customer(somebody("Alice"))


def with_a_day_off(lotus: Resource, number: int = 2) -> tuple[BookedSeries, Any]:
    off = take_time_off(lotus.calendar, between("09:00", "17:00", week(number)), reason="", actor=somebody("Dana"))
    return book_what_is_free(asked("FREQ=WEEKLY;COUNT=3", of=lotus), actor=alice()), off


def test_a_date_is_cancelled_and_remembered() -> None:
    lotus = room()
    made = booked("FREQ=WEEKLY;COUNT=3", of=lotus)

    exception, booking = cancel_date(made.series.pk, week(2), actor=alice(), reason="Holiday")

    assert (exception.type, exception.reason, exception.recurrence_id) == (
        ExceptionType.CANCELLED,
        "Holiday",
        at("10:00", week(2)),
    )
    assert (booking.pk, booking.status, booking.cancellation_reason) == (made.bookings[1].pk, "cancelled", "Holiday")
    assert len(rows(lotus.calendar)) == 2


def test_a_date_that_the_series_does_not_have_is_refused() -> None:
    """E072, A126."""
    made = booked("FREQ=WEEKLY;COUNT=2")

    for day in (week(1, 2), week(3), date(2025, 1, 1)):
        with pytest.raises(CannotBook) as refusal:
            cancel_date(made.series.pk, day, actor=alice())
        assert [(each.field, each.code) for each in refusal.value.details] == [("exception_date", "NOT_IN_SERIES")]

    assert not SeriesException.objects.exists()


def test_what_is_said_later_of_a_date_replaces_what_was_said_before() -> None:
    """E073."""
    made = booked("FREQ=WEEKLY;COUNT=2")

    change_date(made.series.pk, week(2), NewDetails(title="Planning"), actor=alice())
    change_date(made.series.pk, week(2), NewDetails(title="Review"), actor=alice(), reason="Once only")

    [exception] = SeriesException.objects.all()
    assert (exception.type, exception.title, exception.reason) == (ExceptionType.MODIFIED, "Review", "Once only")


def test_a_cancelled_date_is_cancelled_for_good() -> None:
    """E073, A126."""
    made = booked("FREQ=WEEKLY;COUNT=2")
    change_date(made.series.pk, week(2), NewDetails(starts_at=at("14:00", week(2))), actor=alice())
    cancel_date(made.series.pk, week(2), actor=alice())

    with pytest.raises(AlreadyDone):
        cancel_date(made.series.pk, week(2), actor=alice())
    with pytest.raises(AlreadyDone):
        change_date(made.series.pk, week(2), NewDetails(title="Back"), actor=alice())
    with pytest.raises(AlreadyDone):
        add_back(made.series.pk, week(2), actor=alice())

    [exception] = SeriesException.objects.all()
    assert (exception.type, exception.starts_at) == (ExceptionType.CANCELLED, None)


def test_a_date_is_moved_and_keeps_its_recurrence_id() -> None:
    """U19."""
    made = booked("FREQ=WEEKLY;COUNT=3")
    new = NewDetails(at("14:00", week(2)), at("16:00", week(2)), "Workshop")

    exception, booking = change_date(made.series.pk, week(2), new, actor=alice())

    assert (booking.starts_at, booking.ends_at, booking.title) == (new.starts_at, new.ends_at, "Workshop")
    assert (booking.recurrence_id, booking.is_modified) == (at("10:00", week(2)), True)
    assert (exception.starts_at, exception.ends_at, exception.title) == (new.starts_at, new.ends_at, "Workshop")
    others = [each for each in bookings_of(made.series) if each.pk != booking.pk]
    assert [each.starts_at for each in others] == [at("10:00", week(1)), at("10:00", week(3))]


@pytest.mark.parametrize("number", [1, 2])
def test_a_date_moved_onto_another_booking_stays_where_it_is(number: int) -> None:
    """E074: another date of the series, or somebody else's booking."""
    lotus = room()
    made = booked("FREQ=WEEKLY;COUNT=2", of=lotus)
    book(lotus.calendar, between("14:00", "15:00", week(2)))
    taken = at("10:30", week(1)) if number == 1 else at("14:30", week(2))

    with pytest.raises(SlotTaken):
        change_date(made.series.pk, week(2), NewDetails(starts_at=taken, title="Moved"), actor=alice())

    second = bookings_of(made.series)[1]
    assert (second.starts_at, second.title, second.steps) == (at("10:00", week(2)), "", 1)
    assert not SeriesException.objects.exists()


def test_an_end_before_the_start_is_refused() -> None:
    made = booked("FREQ=WEEKLY;COUNT=2")

    with pytest.raises(CannotBook) as refusal:
        change_date(made.series.pk, week(2), NewDetails(ends_at=at("09:00", week(2))), actor=alice())

    assert [(each.field, each.code) for each in refusal.value.details] == [("new_end_time", "RANGE")]


def test_a_skipped_date_is_added_back_when_its_time_is_free_again() -> None:
    """U20."""
    lotus = room()
    made, off = with_a_day_off(lotus)
    with pytest.raises(SlotTaken):
        add_back(made.series.pk, week(2), actor=alice())
    end_time_off(off)

    added = add_back(made.series.pk, week(2), actor=alice())

    assert (added.starts_at, added.series_id, added.status) == (at("10:00", week(2)), made.series.pk, "confirmed")
    assert days(bookings_of(made.series)) == [week(1), week(2), week(3)]
    assert not SeriesException.objects.exists()
    with pytest.raises(AlreadyDone):
        add_back(made.series.pk, week(2), actor=alice())


def test_a_skipped_date_cannot_be_cancelled_or_changed() -> None:
    made, _ = with_a_day_off(room())

    with pytest.raises(AlreadyDone, match="Add it back"):
        cancel_date(made.series.pk, week(2), actor=alice())


def test_only_what_was_skipped_is_added_back() -> None:
    made, _ = with_a_day_off(room())

    with pytest.raises(CannotBook) as refusal:
        add_back(made.series.pk, week(1, 2), actor=alice())
    assert [each.code for each in refusal.value.details] == ["NOT_SKIPPED"]
    with pytest.raises(AlreadyDone):
        add_back(made.series.pk, week(1), actor=alice())


def test_a_date_is_not_added_back_where_nothing_is_offered_any_more() -> None:
    made, off = with_a_day_off(room())
    end_time_off(off)
    Resource.objects.update(is_active=False)

    with pytest.raises(CannotBook) as refusal:
        add_back(made.series.pk, week(2), actor=alice())

    assert [each.code for each in refusal.value.details] == ["NOT_BOOKABLE"]
    assert len(bookings_of(made.series)) == 2


def test_what_was_skipped_after_the_new_end_of_a_series_is_not_added_back() -> None:
    made, off = with_a_day_off(room(), number=3)
    end_time_off(off)
    cancel_series_from(made.series.pk, week(2), actor=alice())

    with pytest.raises(CannotBook) as refusal:
        add_back(made.series.pk, week(3), actor=alice())

    assert [each.code for each in refusal.value.details] == ["NOT_IN_SERIES"]


def test_a_date_is_added_back_at_the_time_that_the_series_has_now() -> None:
    made, off = with_a_day_off(room())
    change_series(made.series.pk, SeriesChange(times=NewTimes(start=at("15:00", week(1)))), actor=alice())
    end_time_off(off)

    assert add_back(made.series.pk, week(2), actor=alice()).starts_at == at("15:00", week(2))


# Rolling forward


def test_every_night_a_series_without_an_end_is_booked_a_bit_further(travel: Travel) -> None:
    made = booked("FREQ=WEEKLY", of=offered(), notes="As ever")
    assert roll_series() == 0
    travel(at("01:23", week(2)))

    assert roll_series() == 1
    assert roll_series() == 0

    there = bookings_of(made.series)
    assert (len(there), days(there)[-1]) == (27, week(27))
    last = there[-1]
    assert (last.notes, last.status, last.booked_by, last.total_minor) == (
        "As ever",
        "pending",
        somebody("Alice"),
        177_000,
    )
    assert last.timeline.get().role == "system"
    assert OutboxEvent.objects.get(name="series.rolled").data == {"bookings": 1, "skipped": 0}


def test_what_cannot_be_had_at_night_is_remembered_as_skipped(travel: Travel) -> None:
    lotus = room()
    made = booked("FREQ=WEEKLY", of=lotus)
    book(lotus.calendar, between("10:00", "11:00", week(27)))
    travel(at("01:23", week(3)))

    assert roll_series() == 1

    assert [(each.recurrence_id, each.reason) for each in SeriesException.objects.all()] == [
        (at("10:00", week(27)), "booked")
    ]
    assert days(bookings_of(made.series))[-1] == week(28)


def test_one_series_that_cannot_be_booked_keeps_no_other_from_it(travel: Travel) -> None:
    first = booked("FREQ=WEEKLY", of=room(name="Closed Room"))
    second = booked("FREQ=WEEKLY", of=room(name="Lotus Room"))
    Resource.objects.filter(name="Closed Room").update(is_active=False)
    travel(at("01:23", week(2)))

    assert roll_series() == 1

    assert (len(bookings_of(first.series)), len(bookings_of(second.series))) == (26, 27)
    assert Series.objects.get(pk=first.series.pk).booked_until == first.series.booked_until


def test_series_that_end_or_are_cancelled_do_not_roll(travel: Travel) -> None:
    booked("FREQ=WEEKLY;COUNT=3", of=room(name="One"))
    cancelled = booked("FREQ=WEEKLY", of=room(name="Two"))
    ended = booked("FREQ=WEEKLY", of=room(name="Three"))
    cancel_series(cancelled.series.pk, actor=alice())
    cancel_series_from(ended.series.pk, week(20), actor=alice())
    before = Booking.objects.count()
    travel(at("01:23", week(10)))

    assert roll_series() == 0

    assert Booking.objects.count() == before


def test_dates_that_are_added_at_night_ask_for_no_deposit(travel: Travel) -> None:
    """It was agreed without one, and nobody is there at night to pay."""
    made = booked("FREQ=WEEKLY", of=offered())
    Specialist.objects.update(deposit_minor=20_000)
    travel(at("01:23", week(2)))

    assert roll_series() == 1

    last = bookings_of(made.series)[-1]
    assert (last.status, last.deposit_minor, last.expires_at) == ("pending", 0, None)


def test_a_long_pause_is_caught_up_without_the_past(travel: Travel) -> None:
    made = booked("FREQ=WEEKLY")
    travel(at("01:23", week(60)))

    assert roll_series() == 26

    assert days(bookings_of(made.series))[26] == week(60)
    assert len(days(bookings_of(made.series))) == 52

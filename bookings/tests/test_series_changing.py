"""Cancelling and changing series: all that is to come, or from a day on."""

from datetime import date
from typing import Any

import pytest

from bookings.enums import SeriesStatus
from bookings.errors import AlreadyDone, CannotBook
from bookings.management.invariants import OWN
from bookings.models import Booking, Series, SeriesException
from bookings.services.actors import actor_on_series, customer
from bookings.services.cancelling import cancel_booking
from bookings.services.changing import change_booking
from bookings.services.rescheduling import reschedule_booking
from bookings.services.series_booking import pattern_of
from bookings.services.series_cancelling import CancelledSeries, cancel_series, cancel_series_from
from bookings.services.series_changing import ChangedSeries, SeriesChange, change_series, change_series_from
from bookings.services.series_exceptions import NewDetails, change_date
from bookings.services.series_retiming import NewTimes
from bookings.tests.conftest import Travel
from bookings.tests.factories import by_customer, offered
from bookings.tests.series_factories import booked, bookings_of, days, week
from catalog.errors import SlotTaken, StartDoesNotMatch
from catalog.models import Occupancy
from catalog.recurrence import parse_rule
from catalog.tests.factories import at, between, book, room, rows
from common.errors import PermissionDenied
from common.models import OutboxEvent
from common.proofs import check, invariants

pytestmark = pytest.mark.django_db


def statuses(series: Series) -> list[str]:
    return [each.status for each in bookings_of(series)]


def alice(series: Series) -> Any:
    return customer(series.customer)


def cancel_all(series: Series, **rest: Any) -> CancelledSeries:
    return cancel_series(series.pk, actor=alice(series), **rest)


def change(series: Series, *, since: date | None = None, details: Any = None, **times: Any) -> ChangedSeries:
    new = SeriesChange(details or {}, NewTimes(**times) if times else None)
    if since is None:
        return change_series(series.pk, new, actor=alice(series))
    return change_series_from(series.pk, since, new, actor=alice(series))


def test_cancelling_all_leaves_what_is_over_as_it_was(travel: Travel) -> None:
    """E078."""
    lotus = room()
    series = booked("FREQ=WEEKLY;COUNT=5", of=lotus).series
    travel(at("12:00", week(2)))

    cancelled = cancel_all(series, reason="We move away")

    series.refresh_from_db()
    assert series.status == SeriesStatus.CANCELLED
    assert statuses(series) == ["confirmed", "confirmed", "cancelled", "cancelled", "cancelled"]
    assert days(cancelled.bookings) == [week(3), week(4), week(5)]
    assert {(each.cancelled_by, each.cancellation_reason) for each in cancelled.bookings} == {
        ("customer", "We move away")
    }
    assert [time for _, time, _, _ in rows(lotus.calendar)] == [
        between("10:00", "11:00", week(1)),
        between("10:00", "11:00", week(2)),
    ]
    assert OutboxEvent.objects.filter(name="booking.cancelled").count() == 3
    assert {each.timeline.filter(action="cancel").count() for each in cancelled.bookings} == {1}


def test_a_date_that_was_moved_past_its_own_day_goes_with_the_rest(travel: Travel) -> None:
    """Its day in the series is over when the series is cancelled, and the booking itself is still to come."""
    made = booked("FREQ=WEEKLY;COUNT=2")
    first = made.bookings[0]
    reschedule_booking(first, starts_at=at("10:00", week(1, weekday=4)), actor=by_customer(first))
    travel(at("12:00", week(1, weekday=2)))

    cancel_series(made.series.pk, actor=customer(made.series.customer))

    assert {each.status for each in bookings_of(made.series)} == {"cancelled"}
    assert not Occupancy.objects.exists()


def test_each_date_is_cancelled_for_its_own_fee(travel: Travel) -> None:
    """Tomorrow's is within the deadline of 24 hours, the others are free."""
    series = booked("FREQ=WEEKLY;COUNT=3", of=offered(price_minor=100_000)).series
    travel(at("12:00", date(2026, 3, 9)))

    cancelled = cancel_all(series)

    assert [each.cancellation_fee_minor for each in cancelled.bookings] == [11_800, 0]


def test_a_series_is_cancelled_once() -> None:
    series = booked().series
    cancel_all(series)

    with pytest.raises(AlreadyDone):
        cancel_all(series)
    with pytest.raises(AlreadyDone):
        change(series, details={"title": "Late"})


def test_cancelling_from_a_day_on_keeps_what_comes_before() -> None:
    """U19: ten weeks, cancelled from the sixth on; then the third alone is moved."""
    lotus = room()
    made = booked("FREQ=WEEKLY;COUNT=10", of=lotus)

    cancel_series_from(made.series.pk, week(6), actor=alice(made.series))
    third = bookings_of(made.series)[2]
    reschedule_booking(third, starts_at=at("14:00", week(3)), actor=by_customer(third))

    series = Series.objects.get()
    assert statuses(series) == ["confirmed"] * 5 + ["cancelled"] * 5
    assert series.status == SeriesStatus.ACTIVE
    assert [each.day for each in pattern_of(series).dates()] == [week(number) for number in range(1, 6)]
    moved = Booking.objects.get(pk=third.pk)
    assert (moved.starts_at, moved.recurrence_id) == (at("14:00", week(3)), at("10:00", week(3)))
    assert [each.starts_at.hour for each in bookings_of(series)[:5]] == [4, 4, 8, 4, 4]
    assert Occupancy.objects.count() == 5


def test_cancelling_from_the_first_day_on_cancels_the_series() -> None:
    series = booked("FREQ=WEEKLY;COUNT=2").series

    cancel_series_from(series.pk, week(1), actor=alice(series))

    series.refresh_from_db()
    assert (series.status, statuses(series)) == (SeriesStatus.CANCELLED, ["cancelled", "cancelled"])


@pytest.mark.parametrize("count", [5, 52])
def test_cancelling_costs_the_same_number_of_statements_whatever_its_length(
    count: int, django_assert_num_queries: Any
) -> None:
    series = booked(f"FREQ=WEEKLY;COUNT={count}").series

    with django_assert_num_queries(11):
        cancelled = cancel_all(series)

    assert len(cancelled.bookings) == count


def test_a_new_title_keeps_the_titles_that_dates_have_of_their_own(travel: Travel) -> None:
    """E075."""
    made = booked("FREQ=WEEKLY;COUNT=5", title="Stand-up")
    change_booking(made.bookings[1], {"title": "Retrospective"}, actor=by_customer(made.bookings[1]))
    change_date(made.series.pk, week(3), NewDetails(title="Planning"), actor=alice(made.series))
    travel(at("12:00", week(1)))

    changed = change(made.series, details={"title": "Weekly"})

    assert [each.title for each in bookings_of(made.series)] == [
        "Stand-up", "Retrospective", "Planning", "Weekly", "Weekly"
    ]  # fmt: skip
    assert days(changed.bookings) == [week(4), week(5)]
    assert Series.objects.get().title == "Weekly"


def test_another_time_moves_what_is_to_come_and_keeps_what_was_moved_by_itself(travel: Travel) -> None:
    """E076."""
    lotus = room()
    made = booked("FREQ=WEEKLY;COUNT=5", of=lotus)
    change_date(made.series.pk, week(3), NewDetails(starts_at=at("15:00", week(3))), actor=alice(made.series))
    cancel_booking(made.bookings[3], actor=by_customer(made.bookings[3]))
    travel(at("12:00", week(1)))

    changed = change(made.series, start=at("11:30", week(2)), end=at("12:00", week(2)))

    assert [(each.time.start, each.status) for each in bookings_of(made.series)] == [
        (at("10:00", week(1)), "confirmed"),
        (at("11:30", week(2)), "confirmed"),
        (at("15:00", week(3)), "confirmed"),
        (at("10:00", week(4)), "cancelled"),
        (at("11:30", week(5)), "confirmed"),
    ]
    assert days(changed.bookings) == [week(2), week(5)]
    assert changed.unchanged == []
    assert [each.recurrence_id for each in changed.bookings] == [each.starts_at for each in changed.bookings]
    assert [time for _, time, _, _ in rows(lotus.calendar)] == [
        between("10:00", "11:00", week(1)),
        between("11:30", "12:00", week(2)),
        between("15:00", "16:00", week(3)),
        between("11:30", "12:00", week(5)),
    ]
    assert OutboxEvent.objects.filter(name="booking.rescheduled").count() == 3


def test_a_date_that_no_longer_fits_the_rule_is_reported_and_stays() -> None:
    """E076: from Tuesdays to Wednesdays; the second was moved to Thursday by hand."""
    made = booked("FREQ=WEEKLY;COUNT=3")
    second = made.bookings[1]
    change_date(made.series.pk, week(2), NewDetails(starts_at=at("10:00", week(2, 3))), actor=alice(made.series))

    changed = change(made.series, start=at("10:00", week(1, 2)))

    assert [(each.pk, reason) for each, reason in changed.unchanged] == [(second.pk, "modified")]
    assert days(Booking.objects.order_by("starts_at")) == [week(1, 2), week(2, 2), week(2, 3), week(3, 2)]
    assert {each.pk for each in made.bookings} < {each.pk for each in Booking.objects.all()}


def test_another_rule_moves_bookings_before_it_makes_or_cancels_any() -> None:
    made = booked("FREQ=WEEKLY;COUNT=4")

    changed = change(made.series, rule=parse_rule("FREQ=WEEKLY;INTERVAL=2;COUNT=3"))

    there = list(Booking.objects.exclude(status="cancelled").order_by("starts_at"))
    assert days(there) == [week(1), week(3), week(5)]
    assert {each.pk for each in there} < {each.pk for each in made.bookings}
    assert len(changed.cancelled) == 1
    assert Occupancy.objects.count() == 3


def test_more_dates_are_booked_as_the_first_ones_were() -> None:
    series = booked("FREQ=WEEKLY;COUNT=2", of=offered(), notes="Bring the plans").series

    changed = change(series, rule=parse_rule("FREQ=WEEKLY;COUNT=4"))

    assert days(changed.bookings) == [week(3), week(4)]
    assert {(each.notes, each.status, each.total_minor) for each in bookings_of(series)} == {
        ("Bring the plans", "pending", 177_000)
    }


def test_a_change_that_cannot_have_all_its_times_changes_nothing() -> None:
    lotus = room()
    series = booked("FREQ=WEEKLY;COUNT=3", of=lotus, title="Stand-up").series
    book(lotus.calendar, between("14:00", "15:00", week(2)))

    with pytest.raises(SlotTaken) as refusal:
        change(series, details={"title": "Later"}, start=at("14:00", week(1)))

    assert [(each["date"], each["reason"]) for each in refusal.value.extra["lost_dates"]] == [(week(2), "booked")]
    assert {each.title for each in bookings_of(series)} == {"Stand-up"}
    assert {each.starts_at.hour for each in bookings_of(series)} == {4}


def test_all_dates_may_move_into_each_others_times() -> None:
    lotus = room()
    series = booked("FREQ=DAILY;COUNT=4", of=lotus).series

    change(series, start=at("10:30", week(1)))
    change(series, start=at("10:30", week(1, 2)))

    assert days(bookings_of(series)) == [week(1, 2), week(1, 3), week(1, 4), week(1, 5)]
    assert len(rows(lotus.calendar)) == 4


def test_an_end_goes_along_so_that_as_many_dates_are_left() -> None:
    series = booked("FREQ=WEEKLY;UNTIL=20260317T100000;EXDATE=20260310T100000").series

    change(series, start=at("11:00", week(1)))

    assert days(bookings_of(series)) == [week(1), week(3)]
    assert [each.day for each in pattern_of(Series.objects.get()).dates()] == [week(1), week(3)]


def test_changing_from_the_middle_makes_a_series_of_its_own() -> None:
    """E077: old and new together are as many as there were."""
    series = booked("FREQ=WEEKLY;COUNT=10", title="Stand-up").series

    changed = change(series, since=week(6), details={"title": "Weekly"}, start=at("15:00", week(6)))

    series.refresh_from_db()
    assert changed.series.split_from == series
    assert (len(bookings_of(series)), len(bookings_of(changed.series))) == (5, 5)
    assert [each.day for each in pattern_of(series).dates()] == [week(number) for number in range(1, 6)]
    assert [each.day for each in pattern_of(changed.series).dates()] == [week(number) for number in range(6, 11)]
    assert "UNTIL" in series.rule
    assert changed.series.rule == "FREQ=WEEKLY;COUNT=5"
    assert [each.title for each in Booking.objects.order_by("starts_at")] == ["Stand-up"] * 5 + ["Weekly"] * 5
    assert {each.starts_at for each in changed.bookings} == {at("15:00", week(number)) for number in range(6, 11)}
    assert [each.starts_at for each in bookings_of(series)] == [at("10:00", week(number)) for number in range(1, 6)]


def test_exceptions_go_with_the_half_that_they_belong_to() -> None:
    made = booked("FREQ=WEEKLY;COUNT=4")
    for number in (1, 4):
        change_date(made.series.pk, week(number), NewDetails(title=f"No {number}"), actor=alice(made.series))

    rest = change(made.series, since=week(3), details={"notes": "By the window"}).series

    assert SeriesException.objects.get(series=rest).title == "No 4"
    assert SeriesException.objects.get(series=made.series).title == "No 1"


def test_from_the_first_day_on_the_series_stays_one() -> None:
    series = booked("FREQ=WEEKLY;COUNT=2").series

    changed = change(series, since=week(1), details={"title": "Weekly"})

    assert changed.series == series
    assert Series.objects.count() == 1


def test_after_the_last_date_there_is_nothing_to_change() -> None:
    series = booked("FREQ=WEEKLY;COUNT=2").series

    with pytest.raises(CannotBook) as refusal:
        change(series, since=week(3), details={"title": "Weekly"})

    assert [(each.field, each.code) for each in refusal.value.details] == [("from", "NOT_IN_SERIES")]
    assert Series.objects.count() == 1


def test_a_start_that_the_rule_leaves_out_is_refused() -> None:
    series = booked("FREQ=WEEKLY;COUNT=2;BYDAY=TU").series

    with pytest.raises(StartDoesNotMatch):
        change(series, start=at("10:00", week(1, 2)))


def test_appointments_stay_as_long_as_their_service() -> None:
    series = booked("FREQ=WEEKLY;COUNT=2", of=offered()).series

    with pytest.raises(CannotBook) as refusal:
        change(series, end=at("12:00", week(1)))

    assert [each.code for each in refusal.value.details] == ["DURATION_MISMATCH"]


def test_what_is_too_late_to_be_moved_stays_and_is_told(travel: Travel) -> None:
    series = booked("FREQ=WEEKLY;COUNT=3", of=offered()).series
    travel(at("12:00", date(2026, 3, 9)))

    changed = change(series, start=at("15:00", week(2)))

    assert [(each.starts_at, reason) for each, reason in changed.unchanged] == [(at("10:00", week(2)), "not_permitted")]
    assert [each.starts_at for each in changed.bookings] == [at("15:00", week(3))]


def test_the_specialist_moves_a_series_and_writes_nothing_of_the_customers() -> None:
    series = booked("FREQ=WEEKLY;COUNT=2", of=offered()).series
    assert series.specialist is not None
    bob = actor_on_series(series, series.specialist.user)

    with pytest.raises(PermissionDenied):
        change_series(series.pk, SeriesChange({"title": "Mine"}), actor=bob)
    changed = change_series(series.pk, SeriesChange(times=NewTimes(start=at("18:00", week(1)))), actor=bob)

    # Whoever gives the time may give more of it than the hours say.
    assert [each.starts_at for each in changed.bookings] == [at("18:00", week(1)), at("18:00", week(2))]


def test_wall_time_is_kept_when_a_series_is_moved_across_a_clock_change() -> None:
    desk = room(timezone="America/New_York")
    new_york = desk.calendar.zone
    series = booked("FREQ=WEEKLY;COUNT=2", of=desk, start=at("09:00", week(1), new_york)).series

    change(series, start=at("13:00", week(1), new_york))

    assert [each.starts_at.hour for each in bookings_of(series)] == [18, 17]


def test_whatever_is_done_to_a_series_history_time_and_events_agree(travel: Travel) -> None:
    series = booked("FREQ=WEEKLY;COUNT=6", of=offered()).series
    change_date(series.pk, week(2), NewDetails(starts_at=at("15:00", week(2))), actor=alice(series))
    travel(at("12:00", week(1)))

    rest = change(series, since=week(3), details={"notes": "Upstairs"}, start=at("11:30", week(3))).series
    change(rest, rule=parse_rule("FREQ=WEEKLY;INTERVAL=2;COUNT=5"))
    cancel_series_from(rest.pk, week(7), actor=alice(series))

    assert [each.starts_at for each in Booking.objects.exclude(status="cancelled").order_by("starts_at")] == [
        at("10:00", week(1)), at("15:00", week(2)), at("11:30", week(3)), at("11:30", week(5))
    ]  # fmt: skip
    assert [each.id for each in invariants() if each.id in OWN and check(each).outcome != "ok"] == []

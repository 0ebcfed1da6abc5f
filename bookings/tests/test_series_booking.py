"""Booking series: which dates, all or some of them, and what each booking is of its own."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from bookings.enums import BookingStatus, ExceptionType
from bookings.errors import CannotBook
from bookings.models import Booking, BookingLine, Series, SeriesException, TimelineEntry
from bookings.services.actors import customer
from bookings.services.series_booking import book_series, book_what_is_free, preview_series
from bookings.tests.conftest import Travel
from bookings.tests.factories import in_force, offered, somebody
from bookings.tests.series_factories import asked, booked, bookings_of, days, week
from catalog.errors import NotBookable, SlotTaken, StartDoesNotMatch
from catalog.models import Calendar, Occupancy
from catalog.services.time_off import take_time_off
from catalog.tests.factories import NEW_YORK, NOW, at, between, book, room, rows, specialist
from common.errors import ValidationFailed
from common.models import OutboxEvent

pytestmark = pytest.mark.django_db


def nothing_is_there() -> bool:
    return not (Series.objects.exists() or Booking.objects.exists() or OutboxEvent.objects.exists())


def test_a_series_is_as_many_bookings_as_its_rule_has_dates() -> None:
    lotus = room()

    made = booked("FREQ=WEEKLY;COUNT=3", of=lotus, title="Stand-up", attendees=["bob@example.com"])

    assert days(made.bookings) == [week(1), week(2), week(3)]
    assert [each.recurrence_id for each in made.bookings] == [each.starts_at for each in made.bookings]
    assert {(each.title, each.status, each.series_id) for each in made.bookings} == {
        ("Stand-up", "confirmed", made.series.pk)
    }
    assert len({each.number for each in made.bookings}) == 3
    assert [time for _, time, _, _ in rows(lotus.calendar)] == [each.time for each in made.bookings]
    assert TimelineEntry.objects.filter(action="create").count() == 3
    assert OutboxEvent.objects.filter(name="booking.created").count() == 3
    assert (made.series.rule, made.series.is_open_ended) == ("FREQ=WEEKLY;COUNT=3", False)
    assert made.series.booked_until == made.bookings[-1].starts_at


def test_the_sample_of_working_days() -> None:
    """E050: twelve working days from Monday, 20 January 2025, end on 4 February; here a year later."""
    made = booked("FREQ=WEEKLY;COUNT=12;BYDAY=MO,TU,WE,TH,FR")

    assert (len(made.bookings), days(made.bookings)[-1]) == (12, date(2026, 3, 18))


def test_an_appointment_series_is_priced_date_by_date() -> None:
    consultation = offered(price_minor=150_000, buffer_after_minutes=15)

    made = booked("FREQ=WEEKLY;COUNT=3", of=consultation)

    assert {(each.kind, each.status, each.total_minor) for each in made.bookings} == {
        ("appointment", "pending", 177_000)
    }
    assert BookingLine.objects.filter(booking__series=made.series).count() == 3
    assert len({line.booking_id for line in BookingLine.objects.all()}) == 3
    assert consultation.owner is not None
    assert [time.duration for _, time, _, _ in rows(consultation.owner.calendar)] == [timedelta(minutes=75)] * 3


def test_each_date_has_a_deposit_of_its_own(travel: Any) -> None:
    """E085: each is held until its own deposit is paid, and carries it alone."""
    made = booked("FREQ=WEEKLY;COUNT=3", of=offered(deposit_minor=20_000))

    assert [(each.status, each.deposit_minor) for each in made.bookings] == [("pending_payment", 20_000)] * 3
    assert {each.expires_at for each in made.bookings} == {made.bookings[0].created_at + timedelta(minutes=15)}


def test_a_series_of_deposits_needs_an_end() -> None:
    with pytest.raises(CannotBook) as refusal:
        booked("FREQ=WEEKLY", of=offered(deposit_minor=20_000))

    assert [detail.code for detail in refusal.value.details] == ["OPEN_ENDED_WITH_DEPOSIT"]
    assert nothing_is_there()


def test_one_lost_date_of_five_books_nothing_and_is_named() -> None:
    """U7, E079, A125."""
    lotus = room()
    book(lotus.calendar, between("10:30", "11:30", week(3)))

    with pytest.raises(SlotTaken) as refusal:
        booked("FREQ=WEEKLY;COUNT=5", of=lotus)

    [lost] = refusal.value.extra["lost_dates"]
    assert lost == {
        "date": week(3),
        "start_time": at("10:00", week(3)),
        "end_time": at("11:00", week(3)),
        "reason": "booked",
    }
    assert not Series.objects.exists()
    assert not Booking.objects.exists()
    assert Occupancy.objects.count() == 1


def test_skipping_books_the_other_dates_and_remembers_the_lost_ones() -> None:
    """U7, U20, E079."""
    lotus = room()
    book(lotus.calendar, between("10:30", "11:30", week(3)))
    take_time_off(lotus.calendar, between("09:00", "17:00", week(5)), reason="Painting", actor=somebody("Dana"))

    made = book_what_is_free(asked("FREQ=WEEKLY;COUNT=5", of=lotus), actor=customer(somebody("Alice")))

    assert days(made.bookings) == [week(1), week(2), week(4)]
    assert [(each.dated.day, each.reason) for each in made.skipped] == [(week(3), "booked"), (week(5), "blocked")]
    assert list(SeriesException.objects.values_list("recurrence_id", "type", "reason")) == [
        (at("10:00", week(3)), ExceptionType.SKIPPED, "booked"),
        (at("10:00", week(5)), ExceptionType.SKIPPED, "blocked"),
    ]


def test_days_that_are_closed_are_lost_by_the_rule_that_they_break() -> None:
    lotus = room()
    Calendar.objects.update(hours_overrides={week(2).isoformat(): []})

    with pytest.raises(NotBookable) as refusal:
        booked("FREQ=WEEKLY;COUNT=3", of=lotus)

    assert [detail.code for detail in refusal.value.details] == ["OUTSIDE_BUSINESS_HOURS"]
    assert [(each["date"], each["reason"]) for each in refusal.value.extra["lost_dates"]] == [
        (week(2), "outside_business_hours")
    ]
    assert nothing_is_there()


def test_a_full_day_is_lost() -> None:
    bob = specialist("Bob", daily_limit=1)
    consultation = offered("Carol")
    consultation.owner = bob
    consultation.save()
    book(bob.calendar, between("15:00", "16:00", week(2)))
    wanted = asked("FREQ=WEEKLY;COUNT=3", of=consultation)

    made = book_what_is_free(wanted, actor=customer(wanted.customer))

    assert [(each.dated.day, each.reason) for each in made.skipped] == [(week(2), "daily_limit")]
    assert days(made.bookings) == [week(1), week(3)]


def test_where_nothing_can_be_had_skipping_fails_as_well() -> None:
    lotus = room()
    for number in (1, 2):
        book(lotus.calendar, between("10:00", "11:00", week(number)))

    with pytest.raises(SlotTaken) as refusal:
        book_what_is_free(asked("FREQ=WEEKLY;COUNT=2", of=lotus), actor=customer(somebody("Alice")))

    assert [each["date"] for each in refusal.value.extra["lost_dates"]] == [week(1), week(2)]
    assert not Series.objects.exists()


def test_a_preview_tells_what_would_be_and_writes_nothing() -> None:
    """E079."""
    lotus = room()
    book(lotus.calendar, between("10:00", "11:00", week(2)))

    preview = preview_series(asked("FREQ=WEEKLY;COUNT=3", of=lotus), actor=customer(somebody("Alice")))

    assert [each.day for each in preview.dates] == [week(1), week(2), week(3)]
    assert [(each.dated.day, each.reason) for each in preview.lost] == [(week(2), "booked")]
    assert preview.hint is None
    assert not Series.objects.exists()
    assert Occupancy.objects.count() == 1


def test_whoever_repeats_on_the_31st_is_told_of_the_last_day() -> None:
    """U21, E052."""
    wanted = asked("FREQ=MONTHLY;COUNT=6", start=at("10:00", date(2026, 3, 31)))

    preview = preview_series(wanted, actor=customer(wanted.customer))

    assert [(each.day.month, each.day.day) for each in preview.dates] == [
        (3, 31), (5, 31), (7, 31), (8, 31), (10, 31), (12, 31)
    ]  # fmt: skip
    assert preview.hint is not None
    assert preview.hint.canonical == "FREQ=MONTHLY;COUNT=6;BYMONTHDAY=-1"


def test_nine_oclock_stays_nine_oclock_when_clocks_change() -> None:
    """E067: New York's clocks go forward on 8 March 2026."""
    desk = room(timezone="America/New_York")

    made = booked("FREQ=WEEKLY;COUNT=2", of=desk, start=at("09:00", week(1), NEW_YORK), zone=NEW_YORK)

    assert [each.starts_at for each in made.bookings] == [
        datetime(2026, 3, 3, 14, tzinfo=UTC),
        datetime(2026, 3, 10, 13, tzinfo=UTC),
    ]


def test_the_wall_that_is_asked_for_counts_and_not_the_calendars() -> None:
    desk = room("00:00-23:59", timezone="America/New_York")

    made = booked("FREQ=WEEKLY;COUNT=2", of=desk, start=at("19:30", week(1)), zone=at_kolkata())

    assert [each.starts_at.hour for each in made.bookings] == [14, 14]


def at_kolkata() -> Any:
    return room(name="Elsewhere").calendar.zone


def test_a_start_that_the_rule_leaves_out_is_refused_or_moved_to_the_first_that_it_names() -> None:
    """E051."""
    rule = "FREQ=MONTHLY;COUNT=2;BYMONTHDAY=15"

    with pytest.raises(StartDoesNotMatch) as refusal:
        booked(rule)
    assert refusal.value.extra["suggestion"].startswith("2026-03-15T10:00")
    made = booked(rule, of=room(name="Jasmine Room"), is_aligned=True)

    assert days(made.bookings) == [date(2026, 3, 15), date(2026, 4, 15)]


def test_an_end_in_local_time_is_kept_as_an_instant() -> None:
    """E064, U22."""
    made = booked("FREQ=WEEKLY;UNTIL=20260317T100000")

    assert days(made.bookings) == [week(1), week(2), week(3)]
    assert made.series.rule == "FREQ=WEEKLY;UNTIL=20260317T043000Z"


def test_an_excluded_date_is_left_out_and_still_counts() -> None:
    """E070."""
    made = booked(f"FREQ=WEEKLY;COUNT=3;EXDATE={week(2):%Y%m%d}")

    assert days(made.bookings) == [week(1), week(3)]


def test_a_series_without_an_end_is_booked_some_months_ahead() -> None:
    """E066."""
    made = booked("FREQ=WEEKLY")

    assert (len(made.bookings), days(made.bookings)[-1]) == (26, week(26))
    assert (made.series.is_open_ended, made.series.booked_until) == (True, at("10:10", date(2026, 8, 29)))


def test_dates_that_run_into_one_another_are_refused() -> None:
    with pytest.raises(ValidationFailed) as refusal:
        booked("FREQ=DAILY;COUNT=3", of=room("00:00-00:00"), minutes=25 * 60)

    assert [(each.field, each.code) for each in refusal.value.details] == [("end_time", "OVERLAPS_ITSELF")]


def test_the_platforms_limits_are_settings() -> None:
    in_force(series_occurrences=5)
    with pytest.raises(ValidationFailed) as refusal:
        booked("FREQ=WEEKLY;COUNT=6")
    assert [each.code for each in refusal.value.details] == ["TOO_MANY_OCCURRENCES"]

    in_force(series_days=14)
    with pytest.raises(ValidationFailed) as refusal:
        booked("FREQ=WEEKLY;COUNT=3", of=room(name="Jasmine Room"))
    assert [each.code for each in refusal.value.details] == ["TOO_LONG"]


def test_a_series_in_the_past_is_refused_whatever_its_later_dates() -> None:
    with pytest.raises(NotBookable) as refusal:
        booked(start=at("10:00", date(2026, 2, 24)))

    assert [each.code for each in refusal.value.details] == ["PAST"]


def test_what_is_not_offered_and_oneself_cannot_be_booked_again_and_again() -> None:
    consultation = offered()
    assert consultation.owner is not None

    with pytest.raises(CannotBook, match="yourself"):
        booked(of=consultation, alice=consultation.owner.user)
    with pytest.raises(CannotBook):
        booked(of=room(is_active=False))

    assert nothing_is_there()


@pytest.mark.parametrize("capacity", [1, 5])
def test_a_second_click_gets_the_series_of_the_first(travel: Travel, capacity: int) -> None:
    """E035: also what was skipped is told again, and another rule is another series."""
    hall = room(capacity=capacity)
    for _ in range(capacity):
        book(hall.calendar, between("10:00", "11:00", week(2)))
    alice = somebody("Alice")
    wanted = [asked(rule, of=hall, alice=alice) for rule in ("FREQ=WEEKLY;COUNT=3", "FREQ=WEEKLY;COUNT=3")]

    first, second = (book_what_is_free(each, actor=customer(alice)) for each in wanted)

    assert second.series.pk == first.series.pk
    assert [each.pk for each in second.bookings] == [each.pk for each in first.bookings]
    assert second.skipped == first.skipped
    assert Booking.objects.count() == 2
    travel(NOW + timedelta(seconds=11))
    if capacity == 1:
        with pytest.raises(SlotTaken):
            book_series(wanted[0], actor=customer(alice))
    else:
        assert booked("FREQ=WEEKLY;COUNT=1", of=hall, alice=alice).series.pk != first.series.pk


def test_a_date_of_a_series_cannot_be_there_twice() -> None:
    made = booked("FREQ=WEEKLY;COUNT=2")
    first, second = made.bookings

    with pytest.raises(IntegrityError, match="one_booking_per_date_of_a_series"), transaction.atomic():
        Booking.objects.filter(pk=second.pk).update(recurrence_id=first.recurrence_id)


@pytest.mark.parametrize("count", [5, 52])
def test_a_series_costs_the_same_number_of_statements_whatever_its_length(
    count: int, django_assert_num_queries: Any
) -> None:
    wanted = asked(f"FREQ=WEEKLY;COUNT={count}", of=offered())

    with django_assert_num_queries(19):
        made = book_series(wanted, actor=customer(wanted.customer))

    assert len(made.bookings) == len(bookings_of(made.series)) == count
    assert {each.status for each in made.bookings} == {BookingStatus.PENDING}


@pytest.mark.parametrize("count", [5, 52])
def test_skipping_costs_the_same_number_of_statements_however_many_are_skipped(
    count: int, django_assert_num_queries: Any
) -> None:
    lotus = room()
    for number in range(2, count, 2):
        book(lotus.calendar, between("10:00", "11:00", week(number)))
    wanted = asked(f"FREQ=WEEKLY;COUNT={count}", of=lotus)

    with django_assert_num_queries(21):
        made = book_what_is_free(wanted, actor=customer(wanted.customer))

    assert len(made.bookings) + len(made.skipped) == count
    assert made.skipped

"""When reminders are due, and that each is sent once and says what is true."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.db.models import F

from bookings.models import Booking
from bookings.models.copies import insert_alike
from bookings.reminders import next_reminder
from bookings.services.cancelling import cancel_booking
from bookings.services.deciding import confirm_booking
from bookings.services.rescheduling import reschedule_booking
from bookings.services.sweeping import remind
from bookings.tests.conftest import Travel
from bookings.tests.factories import appointment, by_customer, by_specialist, by_staff, in_force, reservation
from catalog.tests.factories import NOW, room
from common import clock
from common.ids import new_id
from common.tests.threads import in_threads
from common.timeranges import TimeRange
from notifications.models import Delivery, Notification, OutgoingMessage
from notifications.services import deliver_due

HOUR = timedelta(hours=1)
ALL_DAY = "00:00-00:00"
REMINDER = "booking_reminder"


@pytest.fixture
def _real_time(travel: Travel, db: None) -> None:
    """Sweeps go by the database's clock, which nobody can put back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        travel(cursor.fetchone()[0])


def passes(time: timedelta) -> None:
    """So much time passes: everything is as much nearer."""
    Booking.objects.update(
        **{name: F(name) - time for name in ("starts_at", "ends_at", "reminder_due_at", "expires_at")}
    )


def ahead(hours: int) -> Booking:
    """Alice's reservation, so many hours from now."""
    start = clock.now() + hours * HOUR
    return reservation(room(ALL_DAY, name=f"Room {new_id()}"), TimeRange.lasting(start, HOUR))


def reminders() -> int:
    return Notification.objects.filter(kind=REMINDER).count()


def hours_before(booking: Booking) -> float | None:
    booking.refresh_from_db()
    return (booking.starts_at - booking.reminder_due_at) / HOUR if booking.reminder_due_at else None


@pytest.mark.parametrize(
    ("hours", "minutes_before", "expected"),
    [
        (30, (1440, 120), 24),
        (24, (1440, 120), 2),
        (3, (1440, 120), 2),
        (2, (1440, 120), None),
        (30, (0, 120), 2),
        (30, (1440, 0), 24),
        (30, (0, 0), None),
    ],
)
def test_the_next_reminder_is_the_first_that_is_still_ahead(
    hours: int, minutes_before: tuple[int, int], expected: int | None
) -> None:
    """E325."""
    starts_at = NOW + hours * HOUR
    found = next_reminder(starts_at, minutes_before=minutes_before, after=NOW)

    assert found == (starts_at - expected * HOUR if expected else None)


@pytest.mark.django_db
@pytest.mark.usefixtures("_real_time")
def test_each_of_the_two_reminders_is_sent_once() -> None:
    booking = ahead(30)
    assert hours_before(booking) == 24

    passes(5.9 * HOUR)
    assert remind() == 0
    passes(0.2 * HOUR)
    assert [remind(), remind()] == [1, 0]
    assert hours_before(booking) == 2
    passes(22 * HOUR)
    assert [remind(), remind()] == [1, 0]

    assert hours_before(booking) is None
    assert reminders() == 2


@pytest.mark.django_db
@pytest.mark.usefixtures("_real_time")
def test_a_reminder_that_comes_very_late_stands_for_the_one_it_missed_and_none_comes_after_the_start() -> None:
    ahead(30)
    late = ahead(26)
    passes(25 * HOUR)
    assert (remind(), reminders()) == (2, 2)

    Booking.objects.filter(pk=late.pk).update(reminder_due_at=clock.now() - 2 * HOUR)
    passes(2 * HOUR)

    assert (remind(), reminders()) == (1, 2)


@pytest.mark.django_db
def test_what_is_confirmed_is_reminded_of_and_what_is_moved_at_its_new_time() -> None:
    booking = appointment(starts_at=NOW.replace(hour=4, minute=30) + timedelta(days=7))
    assert hours_before(booking) is None

    confirm_booking(booking, actor=by_specialist(booking))
    assert hours_before(booking) == 24
    reschedule_booking(booking, starts_at=booking.starts_at + 2 * HOUR, actor=by_customer(booking))
    assert hours_before(booking) == 24
    cancel_booking(booking, actor=by_customer(booking))
    assert hours_before(booking) is None


@pytest.mark.django_db
def test_how_long_before_is_a_setting() -> None:
    in_force(early_reminder_minutes=60, late_reminder_minutes=0)

    assert hours_before(reservation()) == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("_real_time")
def test_nothing_is_sent_of_what_was_cancelled_since() -> None:
    """U16: also when the reminder was on its way already."""
    one, other = ahead(30), ahead(30)
    passes(7 * HOUR)
    cancel_booking(one, actor=by_customer(one))
    assert (remind(), reminders()) == (1, 1)

    cancel_booking(other, actor=by_customer(other))
    deliver_due("email")

    delivery = Delivery.objects.get(kind=REMINDER)
    assert (delivery.state, delivery.last_error) == ("skipped", "the booking is cancelled")
    assert not OutgoingMessage.objects.filter(kind=REMINDER).exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("_real_time")
def test_what_was_moved_since_is_told_at_its_new_time_alone() -> None:
    """E326."""
    booking = ahead(30)
    passes(7 * HOUR)
    remind()

    reschedule_booking(booking, starts_at=clock.now() + 50 * HOUR, actor=by_staff())
    deliver_due("email")

    delivery = Delivery.objects.get(kind=REMINDER)
    assert (delivery.state, delivery.last_error) == ("skipped", "the booking was moved")
    passes(27.5 * HOUR)
    assert remind() == 1
    deliver_due("email")
    assert OutgoingMessage.objects.filter(kind=REMINDER).count() == 1


def many_due(count: int) -> None:
    """So many confirmed bookings whose reminder is due."""
    first = ahead(30)
    copies = []
    for number in range(1, count):
        copy = Booking.objects.get(pk=first.pk)
        copy.pk, copy.number = new_id(), f"BK-COPY-{number}"
        copies.append(copy)
    insert_alike(copies, ["id", "number"])
    passes(7 * HOUR)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_real_time")
def test_four_workers_remind_of_each_booking_once() -> None:
    """U17."""
    many_due(60)

    assert sum(in_threads(4, remind)) == 60

    assert reminders() == Delivery.objects.filter(kind=REMINDER).count() == 60
    assert not Booking.objects.filter(reminder_due_at__lte=clock.now()).exists()


@pytest.mark.deep
@pytest.mark.timeout(600)
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_real_time")
def test_four_workers_of_whom_two_die_remind_of_a_thousand_bookings_once_each() -> None:
    """U17, E327: what a dead worker was about to do is done by the next run."""
    many_due(1_000)
    mortal: list[int] = []

    def work() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            mortal.append(cursor.fetchone()[0])
        try:
            return remind()
        except DatabaseError:
            return 0

    def kill() -> int:
        while len(mortal) < 4 or reminders() < 50:
            clock.now()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s) AS pid", [mortal[:2]])
        return 0

    hands = [kill, work, work, work, work]

    def lend_a_hand() -> int:
        return hands.pop()()

    in_threads(5, lend_a_hand)
    while remind():
        pass

    assert reminders() == Delivery.objects.filter(kind=REMINDER).count() == 1_000

"""What is done when its time has come, though nobody clicks."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F

from bookings.models import Booking
from bookings.services.deciding import confirm_booking
from bookings.services.sweeping import GRACE, close_past, expire_unpaid
from bookings.tests.conftest import Travel
from bookings.tests.factories import appointment, by_specialist, offered, reservation, somebody
from bookings.tests.test_reminders import passes
from catalog.models import Calendar, Occupancy, Service
from catalog.tests.factories import room
from common import clock
from common.tests.threads import in_threads
from common.timeranges import TimeRange

HOUR = timedelta(hours=1)
WHOLE_DAYS = {day: [{"start": "00:00", "end": "00:00"}] for day in ("monday", "tuesday", "wednesday", "thursday")}
WHOLE_DAYS |= {day: [{"start": "00:00", "end": "00:00"}] for day in ("friday", "saturday", "sunday")}


@pytest.fixture(autouse=True)
def _real_time(travel: Travel, db: None) -> None:
    """Sweeps go by the database's clock, which nobody can put back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        travel(cursor.fetchone()[0])


@pytest.fixture
def bobs() -> Service:
    """Bob's consultation, which he gives by day and by night."""
    consultation = offered()
    Calendar.objects.update(weekly_hours=WHOLE_DAYS)
    return consultation


def asked_for(bobs: Service, hours: int) -> Booking:
    return appointment(bobs, clock.now() + hours * HOUR, alice=somebody("Alice"))


def status_of(booking: Booking) -> str:
    booking.refresh_from_db()
    return booking.status


def last_step(booking: Booking) -> tuple[str, str]:
    step = booking.timeline.latest("step")
    return step.action, step.role


def test_what_is_not_paid_for_in_time_is_given_back(bobs: Service) -> None:
    assert bobs.owner is not None
    type(bobs.owner).objects.update(deposit_minor=100)
    unpaid = asked_for(bobs, 30)
    passes(timedelta(minutes=14))
    assert (expire_unpaid(), status_of(unpaid)) == (0, "pending_payment")

    passes(timedelta(minutes=2))

    assert [expire_unpaid(), expire_unpaid()] == [1, 0]
    assert (status_of(unpaid), last_step(unpaid)) == ("expired", ("expire", "system"))
    assert not Occupancy.objects.exists()


def test_what_took_place_is_completed_a_day_later(bobs: Service) -> None:
    confirmed = asked_for(bobs, 1)
    confirm_booking(confirmed, actor=by_specialist(confirmed))
    met = reservation(room("00:00-00:00"), TimeRange.lasting(clock.now() + HOUR, HOUR))
    passes(2.1 * HOUR)
    assert close_past() == 0

    passes(GRACE)

    assert [close_past(), close_past()] == [2, 0]
    assert {status_of(each) for each in (confirmed, met)} == {"completed"}
    assert last_step(met) == ("complete", "system")
    assert not Occupancy.objects.exists()


def test_what_nobody_answered_is_cancelled_and_one_that_cannot_be_keeps_nobody_from_it(bobs: Service) -> None:
    broken, sound = asked_for(bobs, 1), asked_for(bobs, 3)
    # Nothing can be read from this policy, so nothing can be decided by it.
    Booking.objects.filter(pk=broken.pk).update(policy={})
    passes(3.5 * HOUR)
    assert (close_past(), status_of(sound)) == (0, "pending")

    passes(HOUR)

    assert close_past() == 1
    assert (status_of(broken), status_of(sound)) == ("pending", "cancelled")
    assert (last_step(sound), sound.cancelled_by, sound.cancellation_fee_minor) == (("cancel", "system"), "system", 0)
    assert sound.cancellation_reason == "It was not confirmed in time."


@pytest.mark.django_db(transaction=True)
def test_four_sweeps_at_once_close_each_booking_once(bobs: Service) -> None:
    for hours in range(1, 9):
        asked_for(bobs, hours)
    Booking.objects.update(starts_at=F("starts_at") - 10 * HOUR, ends_at=F("ends_at") - 10 * HOUR)

    assert sum(in_threads(4, close_past)) == 8
    assert set(Booking.objects.values_list("status", "steps")) == {("cancelled", 2)}

"""Many hands on one slot and on one booking: real threads over the whole stack."""

from collections import Counter
from datetime import timedelta

import pytest

from bookings.errors import IllegalMove
from bookings.models import Booking, TimelineEntry
from bookings.services.cancelling import cancel_booking
from bookings.services.closing import complete_booking
from bookings.services.deciding import confirm_booking
from bookings.services.rescheduling import reschedule_booking
from bookings.tests.api_calls import BOOKINGS, appointment_of
from bookings.tests.conftest import Travel
from bookings.tests.factories import (
    appointment,
    by_customer,
    by_specialist,
    by_staff,
    in_force,
    offered,
    somebody,
)
from catalog.errors import SlotTaken
from catalog.models import Occupancy
from catalog.tests.factories import at, person
from common.errors import DomainError
from common.models import OutboxEvent
from common.tests.probe.client import client_of
from common.tests.threads import in_threads

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_twenty_customers_one_gets_the_slot() -> None:
    """U1, E022."""
    body = appointment_of(offered())
    clients = [client_of(person(f"Alice{number}")) for number in range(20)]

    answers = in_threads(20, lambda: clients.pop().post(BOOKINGS, body, "application/json").status_code)

    assert Counter(answers) == {201: 1, 409: 19}
    assert (Booking.objects.count(), Occupancy.objects.count(), TimelineEntry.objects.count()) == (1, 1, 1)
    assert OutboxEvent.objects.filter(name="booking.created").count() == 1


@pytest.mark.parametrize("capacity", [1, 5])
def test_of_eight_clicks_of_one_customer_one_is_a_booking(capacity: int) -> None:
    """E035: with no key, also where there would be room for more."""
    consultation = offered()
    assert consultation.owner is not None
    type(consultation.owner.calendar).objects.filter(pk=consultation.owner.calendar_id).update(capacity=capacity)
    alice = somebody("Alice")

    booked = in_threads(8, lambda: appointment(consultation, alice=alice).pk)

    assert len(set(booked)) == 1
    assert Booking.objects.count() == 1


def test_two_who_confirm_confirm_once() -> None:
    """E091, U2."""
    booking = appointment()
    actor = by_specialist(booking)

    def outcome() -> str:
        try:
            return confirm_booking(booking, actor=actor).status
        except IllegalMove:
            return "refused"

    assert Counter(in_threads(2, outcome)) == {"confirmed": 1, "refused": 1}
    assert OutboxEvent.objects.filter(name="booking.confirmed").count() == 1


def test_two_bookings_that_want_the_same_new_time_leave_one_where_it_was() -> None:
    consultation = offered()
    days = timedelta(days=2)
    bookings = [
        appointment(consultation, at(hour) + days, alice=somebody(name))
        for hour, name in (("10:00", "Alice"), ("12:00", "Charlie"))
    ]
    waiting = list(bookings)

    def outcome() -> str:
        booking = waiting.pop()
        try:
            return reschedule_booking(booking, starts_at=at("14:00") + days, actor=by_customer(booking)).status
        except SlotTaken:
            return "taken"

    assert Counter(in_threads(2, outcome)) == {"pending": 1, "taken": 1}
    assert Occupancy.objects.count() == 2


def test_cancelling_and_moving_at_once_end_in_one_of_both() -> None:
    """A116: one time at each instant, and none for what is cancelled."""
    booking = appointment(starts_at=at("10:00") + timedelta(days=2))
    actor = by_customer(booking)
    steps = [
        lambda: cancel_booking(booking, actor=actor),
        lambda: reschedule_booking(booking, starts_at=booking.starts_at + timedelta(hours=2), actor=actor),
    ]

    def outcome() -> str:
        try:
            return steps.pop()().status
        except DomainError as error:
            return error.code

    outcomes = Counter(in_threads(2, outcome))

    booking.refresh_from_db()
    assert booking.status == "cancelled"
    assert outcomes in ({"cancelled": 1, "pending": 1}, {"cancelled": 1, "INVALID_TRANSITION": 1})
    assert not Occupancy.objects.exists()


def test_parallel_requests_do_not_get_around_the_most_unpaid_bookings() -> None:
    """A114."""
    in_force(unpaid_holds=2)
    consultation = offered(deposit_minor=100)
    alice = somebody("Alice")
    hours = [f"{hour:02}:00" for hour in range(9, 15)]

    def outcome() -> str:
        try:
            return appointment(consultation, at(hours.pop()), alice=alice).status
        except DomainError:
            return "refused"

    assert Counter(in_threads(6, outcome)) == {"pending_payment": 2, "refused": 4}
    assert Occupancy.objects.count() == 2


def test_who_moves_and_who_books_the_same_time_do_not_both_have_it() -> None:
    consultation = offered()
    free = at("14:00") + timedelta(days=2)
    booking = appointment(consultation, at("10:00") + timedelta(days=2))
    charlie = person("Charlie")
    steps = [
        lambda: reschedule_booking(booking, starts_at=free, actor=by_customer(booking)),
        lambda: appointment(consultation, free, alice=charlie),
    ]

    def outcome() -> str:
        try:
            return str(steps.pop()().pk)
        except SlotTaken:
            return "taken"

    outcomes = in_threads(2, outcome)

    holder = Booking.objects.get(starts_at=free)
    assert sorted(outcomes) == sorted([str(holder.pk), "taken"])
    assert set(Occupancy.objects.values_list("subject_id", flat=True)) == {booking.pk, holder.pk}


def test_cancelling_and_completing_at_once_end_in_one_of_both(travel: Travel) -> None:
    booking = appointment()
    confirm_booking(booking, actor=by_specialist(booking))
    travel(at("10:30"))
    staff, bob = by_staff(), by_specialist(booking)
    steps = [
        lambda: cancel_booking(booking, actor=staff, reason="The room is flooded"),
        lambda: complete_booking(booking, actor=bob),
    ]

    def outcome() -> str:
        try:
            return steps.pop()().status
        except IllegalMove:
            return "refused"

    outcomes = in_threads(2, outcome)

    booking.refresh_from_db()
    assert Counter(outcomes) == Counter([booking.status, "refused"])
    assert booking.status in ("cancelled", "completed")
    assert not Occupancy.objects.exists()
    assert OutboxEvent.objects.filter(name__in=["booking.cancelled", "booking.completed"]).count() == 1


def test_of_two_who_ask_for_one_slot_only_one_is_there_to_be_approved() -> None:
    """U2: what waits for the specialist's word has its time already."""
    consultation = offered()
    waiting = [person("Alice"), person("Charlie")]

    def outcome() -> str:
        try:
            return appointment(consultation, alice=waiting.pop()).status
        except SlotTaken:
            return "taken"

    assert Counter(in_threads(2, outcome)) == {"pending": 1, "taken": 1}
    for booking in Booking.objects.all():
        confirm_booking(booking, actor=by_specialist(booking))
    assert Booking.objects.filter(status="confirmed").count() == Occupancy.objects.count() == 1

"""Making bookings: what is copied, what is taken, what is refused."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from bookings.enums import BookingKind, BookingStatus, Role
from bookings.errors import CannotBook
from bookings.models import Booking, BookingLine, TimelineEntry
from bookings.selectors.wanted import wanted_service
from bookings.services.booking import book_appointment
from bookings.tests.factories import SYSTEM, appointment, in_force, offered, reservation, somebody
from bookings.transitions import Actor
from catalog.errors import NotBookable, SlotTaken
from catalog.models import Specialist
from catalog.tests.factories import NOW, at, between, book, room, rows, service, specialist
from common import clock
from common.errors import DomainError
from common.models import OutboxEvent

pytestmark = pytest.mark.django_db


def codes(error: DomainError) -> dict[str, str]:
    return {detail.field: detail.code for detail in error.details}


def test_an_appointment_waits_for_the_specialist_and_holds_its_time() -> None:
    consultation = offered(buffer_after_minutes=15)

    booking = appointment(consultation, notes="About marketing")

    bob = consultation.owner
    assert bob is not None
    assert (booking.kind, booking.status) == (BookingKind.APPOINTMENT, BookingStatus.PENDING)
    assert (booking.specialist, booking.service, booking.calendar) == (bob, consultation, bob.calendar)
    assert (booking.starts_at, booking.ends_at, booking.timezone) == (at("10:00"), at("11:00"), "Asia/Kolkata")
    assert (booking.customer.first_name, booking.booked_by, booking.notes) == (
        "Alice",
        booking.customer,
        "About marketing",
    )
    assert rows(bob.calendar) == [("booking", between("10:00", "11:15"), 0, 0)]
    assert TimelineEntry.objects.filter(booking=booking, action="create", role="customer").count() == 1
    assert OutboxEvent.objects.filter(name="booking.created", subject=str(booking.pk)).count() == 1


def test_prices_tax_and_policy_are_copied_and_stay() -> None:
    """E099."""
    consultation = offered(price_minor=150_100, market_price_minor=200_000)

    booking = appointment(consultation)
    in_force(tax_percent=Decimal("5.00"), cancellation_deadline_hours=1)
    consultation.price_minor = 1
    consultation.save()

    booking.refresh_from_db()
    assert (booking.subtotal_minor, booking.savings_minor, booking.tax_minor, booking.total_minor) == (
        150_100,
        49_900,
        27_018,
        177_118,
    )
    assert (booking.tax_basis_points, booking.prices_include_tax, booking.currency) == (1800, False, "INR")
    assert booking.policy == {"version": 1, "free_minutes": 5, "fee_basis_points": 1000, "deadline_hours": 24}
    line = BookingLine.objects.get(booking=booking)
    assert (line.name, line.quantity, line.unit_price_minor, line.unit_market_price_minor, line.total_minor) == (
        "Consultation",
        1,
        150_100,
        200_000,
        150_100,
    )


def test_a_deposit_is_waited_for_and_never_more_than_the_price() -> None:
    booking = appointment(offered(deposit_minor=20_000))
    cheap = appointment(offered("Carol", price_minor=5_000, deposit_minor=20_000))

    assert (booking.status, booking.deposit_minor) == (BookingStatus.PENDING_PAYMENT, 20_000)
    assert booking.expires_at == NOW + timedelta(minutes=15)
    assert (cheap.status, cheap.deposit_minor, cheap.total_minor) == (BookingStatus.PENDING_PAYMENT, 5_900, 5_900)


def test_a_specialist_who_books_at_once_is_not_asked() -> None:
    booking = appointment(offered(instant_booking=True))

    assert (booking.status, booking.confirmed_at) == (BookingStatus.CONFIRMED, NOW)


def test_a_reservation_is_confirmed_at_once() -> None:
    lotus = room()

    booking = reservation(lotus, title="Review", attendees=["a", "b", "a"], metadata={"Room Set-up": "U"})

    booking.refresh_from_db()
    assert (booking.kind, booking.status, booking.total_minor) == (BookingKind.RESERVATION, "confirmed", 0)
    assert (booking.title, booking.attendees, booking.metadata) == ("Review", ["a", "b"], {"Room Set-up": "U"})
    assert rows(lotus.calendar) == [("booking", between("10:00", "11:00"), 0, 0)]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda bob: Specialist.objects.filter(pk=bob.pk).update(is_verified=False),
        lambda bob: Specialist.objects.filter(pk=bob.pk).update(is_active=False),
        lambda bob: User.objects.filter(pk=bob.user_id).update(is_active=False),
        lambda bob: bob.services.update(archived_at=NOW),
        lambda bob: bob.services.update(is_active=False),
    ],
    ids=["unverified", "inactive", "blocked", "archived", "not offered"],
)
def test_what_is_no_longer_offered_cannot_be_booked(spoil: Any) -> None:
    """E033."""
    consultation = offered()
    spoil(consultation.owner)

    with pytest.raises(CannotBook) as refusal:
        appointment(consultation)

    assert codes(refusal.value) == {"service_id": "NOT_BOOKABLE"}
    assert not Booking.objects.exists()


def test_a_service_of_the_platform_goes_by_the_checkout() -> None:
    with pytest.raises(CannotBook) as refusal:
        appointment(service(None))

    assert codes(refusal.value) == {"service_id": "CHECKOUT_ONLY"}


def test_nobody_books_oneself() -> None:
    """A113."""
    consultation = offered()
    assert consultation.owner is not None

    with pytest.raises(CannotBook) as refusal:
        appointment(consultation, alice=consultation.owner.user)

    assert codes(refusal.value) == {"service_id": "OWN_CALENDAR"}
    assert rows(consultation.owner.calendar) == []


@pytest.mark.parametrize(
    ("start", "end", "is_free"),
    [
        ("10:30", "11:30", False),
        ("09:30", "10:30", False),
        ("10:15", "10:45", False),
        ("09:00", "12:00", False),
        ("11:00", "12:00", True),
        ("09:00", "10:00", True),
    ],
)
def test_times_that_overlap_are_refused_and_those_that_touch_are_not(start: str, end: str, is_free: bool) -> None:
    """U5, E020."""
    lotus = room()
    reservation(lotus, between("10:00", "11:00"))

    if is_free:
        reservation(lotus, between(start, end), alice=somebody("Charlie"))
    else:
        with pytest.raises(SlotTaken) as refusal:
            reservation(lotus, between(start, end), alice=somebody("Charlie"))
        assert refusal.value.taken == (between("10:00", "11:00"),)

    assert Booking.objects.count() == 1 + is_free


def test_a_request_that_waits_for_its_answer_blocks_the_time() -> None:
    """U2 (a)."""
    consultation = offered()
    appointment(consultation)

    with pytest.raises(SlotTaken):
        appointment(consultation, alice=somebody("Charlie"))


def test_a_second_click_gets_the_booking_of_the_first(travel: Any) -> None:
    """E035."""
    consultation, hall = offered(), room(capacity=5)

    assert appointment(consultation).pk == appointment(consultation).pk
    assert reservation(hall).pk == reservation(hall).pk
    assert Booking.objects.count() == 2
    travel(NOW + timedelta(seconds=11))
    with pytest.raises(SlotTaken):
        appointment(consultation)
    reservation(hall)

    assert Booking.objects.count() == 3


def test_a_service_takes_its_specialist_and_its_room_or_neither() -> None:
    """E042."""
    lotus = room()
    consultation = offered(room=lotus)
    assert consultation.owner is not None
    book(consultation.owner.calendar, between("10:00", "11:00"))
    book(lotus.calendar, between("12:00", "13:00"))

    for hour in ("10:30", "12:30"):
        with pytest.raises(SlotTaken):
            appointment(consultation, at(hour))
    booking = appointment(consultation, at("14:00"))

    assert booking.resource == lotus
    assert [time for _, time, *_ in rows(lotus.calendar)] == [between("12:00", "13:00"), between("14:00", "15:00")]
    assert len(rows(consultation.owner.calendar)) == 2
    assert Booking.objects.count() == 1


def test_a_room_that_is_closed_keeps_its_service_from_being_booked() -> None:
    consultation = offered(room=room("12:00-17:00"))

    with pytest.raises(NotBookable) as refusal:
        appointment(consultation)

    assert codes(refusal.value) == {"start_time": "OUTSIDE_BUSINESS_HOURS"}


@pytest.mark.parametrize(
    ("starts_at", "code"),
    [
        (NOW - timedelta(seconds=1), "PAST"),
        (at("16:30"), "OUTSIDE_BUSINESS_HOURS"),
        (at("10:00") + timedelta(days=30), "BEYOND_HORIZON"),
    ],
    ids=["past", "closed", "far"],
)
def test_a_time_that_breaks_a_rule_is_refused(starts_at: Any, code: str) -> None:
    """E031, E032, E040."""
    with pytest.raises(NotBookable) as refusal:
        appointment(starts_at=starts_at)

    assert codes(refusal.value) == {"start_time": code}


def test_the_thirtieth_day_can_be_booked() -> None:
    """E031."""
    assert appointment(starts_at=at("10:00") + timedelta(days=29)).pk


def test_whoever_gives_the_time_is_not_bound_by_its_hours() -> None:
    """U15: a host does not stumble over the notice that customers give."""
    bob = specialist("Bob", minimum_notice_minutes=24 * 60)
    wanted = wanted_service(service(bob).pk)
    assert wanted is not None

    for actor in (Actor(Role.SPECIALIST, bob.user), SYSTEM):
        book_appointment(
            service=wanted,
            starts_at=NOW + timedelta(hours=1) * (1 + (actor is SYSTEM)),
            customer=somebody("Alice"),
            actor=actor,
        )
    with pytest.raises(NotBookable):
        appointment(wanted, NOW + timedelta(hours=5))

    assert Booking.objects.count() == 2


def test_nobody_holds_much_and_pays_nothing(travel: Any) -> None:
    """A114."""
    in_force(unpaid_holds=2)
    consultation = offered(deposit_minor=100)
    for hour in ("09:00", "10:00"):
        appointment(consultation, at(hour))

    with pytest.raises(CannotBook) as refusal:
        appointment(consultation, at("11:00"))
    appointment(consultation, at("11:00"), alice=somebody("Charlie"))

    assert codes(refusal.value) == {"": "TOO_MANY_UNPAID"}
    # What has run out holds nothing any more, even before somebody has swept it away.
    travel(NOW + timedelta(minutes=15))
    appointment(consultation, at("12:00"))
    assert Booking.objects.filter(customer__first_name="Alice").count() == 3


def test_who_lets_holds_run_out_is_given_less_time_for_the_next(travel: Any) -> None:
    """A114: half as long for every two within a day, never less than the shortest, and all of it again tomorrow."""
    in_force(lapsed_holds=2, shortest_hold_minutes=4, unpaid_hold_minutes=15)
    consultation = offered(deposit_minor=100)
    alice = somebody("Alice")
    minutes = []
    for number in range(7):
        travel(NOW + timedelta(minutes=20 * number))
        booking = appointment(consultation, at("09:00") + timedelta(hours=number), alice=alice)
        assert booking.expires_at is not None
        minutes.append((booking.expires_at - clock.now()) / timedelta(minutes=1))
    charlies = appointment(consultation, at("09:00") + timedelta(days=1), alice=somebody("Charlie"))
    travel(NOW + timedelta(days=2))
    tomorrow = appointment(consultation, at("09:00") + timedelta(days=3), alice=alice)

    assert minutes == [15, 15, 7.5, 7.5, 4, 4, 4]
    assert charlies.expires_at == NOW + timedelta(minutes=120 + 15)
    assert tomorrow.expires_at == NOW + timedelta(days=2, minutes=15)


def test_too_much_for_cash_is_refused() -> None:
    with pytest.raises(CannotBook) as refusal:
        appointment(offered(price_minor=1_000_000), payment_method="cash")

    assert codes(refusal.value) == {"payment_method": "CASH_LIMIT"}

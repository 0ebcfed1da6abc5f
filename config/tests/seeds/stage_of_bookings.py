"""What is booked when a printed request about bookings is played: John with Jane, or in Conference Room A."""

from datetime import datetime, timedelta
from datetime import time as time_of_day
from typing import Any

from django.db import transaction

from bookings.enums import Action
from bookings.models import Booking
from bookings.selectors.wanted import wanted_resource, wanted_service
from bookings.services.actors import customer
from bookings.services.booking import book_appointment, book_reservation
from bookings.services.drafting import Details
from bookings.services.preparing import Wanted, prepare_checkout
from bookings.services.reviews import review_booking
from bookings.services.series_booking import Asked, book_series
from bookings.tests.factories import by_specialist
from bookings.tests.paying import paid
from bookings.transitions import move
from catalog.hours import read_week
from catalog.models import Service, Specialist
from catalog.occupancy import release
from catalog.recurrence import parse_rule
from catalog.services.hours import set_hours
from catalog.services.reviews import Said
from common import clock
from common.timeranges import TimeRange
from config.tests.seeds.stage import Made, Stage, a_platform_service, a_room, a_service, an_address_of_john
from loyalty.tests.factories import save10
from payments.tests.fake_gateway import FakeGateway

AROUND_THE_CLOCK = read_week({"start": "00:00", "end": "23:59", "days": [1, 2, 3, 4, 5, 6, 7]})


def something_to_book(stage: Stage) -> Made:
    """Jane asks for a deposit of 200, which is what the seed has paid."""
    made = a_service(stage)
    Service.objects.filter(pk=made["service"]).update(price_minor=150_000)
    specialist = stage.specialist
    set_hours(specialist.calendar, week=AROUND_THE_CLOCK, actor=stage.jane)
    Specialist.objects.filter(pk=specialist.pk).update(deposit_minor=20_000, currency="USD")
    return {**made, "specialist": specialist.pk, "john": str(stage.john.pk), "jane": str(stage.jane.pk)}


def an_appointment(stage: Stage) -> Made:
    """One that waits for its deposit."""
    made = something_to_book(stage)
    return {**made, "booking": _booked(stage, made).pk}


def a_request(stage: Stage) -> Made:
    """An appointment without a deposit, that waits for Jane's word."""
    made = something_to_book(stage)
    Specialist.objects.filter(pk=made["specialist"]).update(deposit_minor=0)
    return {**made, "booking": _booked(stage, made).pk}


def a_confirmed_appointment(stage: Stage) -> Made:
    made = a_request(stage)
    booking = Booking.objects.get(pk=made["booking"])
    with transaction.atomic():
        move(booking, Action.CONFIRM, actor=by_specialist(booking))
    return made


def an_appointment_that_is_over(stage: Stage) -> Made:
    """Confirmed, its time has passed, and Jane has not said yet that it was done."""
    made = a_confirmed_appointment(stage)
    now = clock.now()
    Booking.objects.filter(pk=made["booking"]).update(
        starts_at=now - timedelta(hours=2), ends_at=now - timedelta(hours=1)
    )
    return made


def a_completed_appointment(stage: Stage) -> Made:
    made = a_confirmed_appointment(stage)
    booking = Booking.objects.get(pk=made["booking"])
    with transaction.atomic():
        move(booking, Action.COMPLETE, actor=by_specialist(booking))
        release([booking.pk])
    return made


def a_review(stage: Stage) -> Made:
    made = a_completed_appointment(stage)
    said = Said(rating=5, comment="Excellent consultation!", tags=["professional"])
    return {**made, "review": review_booking(made["booking"], said, author=stage.john).pk}


def a_means_to_pay(stage: Stage) -> Made:
    FakeGateway.world()
    return {**an_appointment(stage), "pm_stripe_id": "card-good"}


def a_paid_deposit(stage: Stage) -> Made:
    made = a_means_to_pay(stage)
    payment = paid(Booking.objects.get(pk=made["booking"]))
    return {**made, "payment": payment.pk}


def a_basket(stage: Stage) -> Made:
    """Two of the platform's services, a code that is good for them, and where they are wanted."""
    made = {**a_platform_service(stage), **an_address_of_john(stage)}
    second = Service.objects.create(name="Clean up - Minimal", duration_minutes=45, price_minor=100_000)
    save10()
    FakeGateway.world()
    return {**made, "second": second.pk}


def a_preview(stage: Stage) -> Made:
    made = a_basket(stage)
    wanted = Wanted({made["service"]: 1, made["second"]: 1}, promo_code="SAVE10")
    return {**made, "preview": prepare_checkout(wanted, customer=stage.john).preview.pk}


def a_free_room(stage: Stage) -> Made:
    return {**a_room(stage), "john": str(stage.john.pk), "jane": str(stage.jane.pk)}


def a_reservation(stage: Stage) -> Made:
    made = a_free_room(stage)
    resource = wanted_resource(made["room"])
    assert resource is not None
    start = _in_days(5, resource.calendar.zone)
    booking = book_reservation(
        resource=resource,
        time=TimeRange(start, start + timedelta(hours=1)),
        customer=stage.john,
        actor=customer(stage.john),
        details=Details(title="Client Meeting"),
    )
    return {**made, "booking": booking.pk}


def a_series(stage: Stage) -> Made:
    """Five days, of which the printed exception names the third."""
    made = a_free_room(stage)
    resource = wanted_resource(made["room"])
    assert resource is not None
    start = _in_days(5, resource.calendar.zone)
    asked = Asked(
        customer=stage.john,
        offer=resource,
        start=start,
        duration=timedelta(minutes=30),
        rule=parse_rule("FREQ=DAILY;COUNT=5"),
        zone=resource.calendar.zone,
        details=Details(title="Weekly Team Standup"),
    )
    booked = book_series(asked, actor=customer(stage.john))
    day = (start + timedelta(days=2)).date().isoformat()
    return {**made, "booking": booked.bookings[0].pk, "day": day}


def _booked(stage: Stage, made: Made) -> Booking:
    service = wanted_service(made["service"])
    assert service is not None
    assert service.owner is not None
    return book_appointment(
        service=service,
        starts_at=_in_days(5, service.owner.calendar.zone),
        customer=stage.john,
        actor=customer(stage.john),
        details=Details(notes="Looking for help with marketing strategy"),
    )


def _in_days(count: int, zone: Any) -> datetime:
    return datetime.combine(clock.now().date() + timedelta(days=count), time_of_day(12), zone)

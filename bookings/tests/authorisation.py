"""Who may call the routes of bookings and reviews: see common/tests/access_tables.py."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from accounts.models import User
from bookings.models import Booking, Series
from bookings.selectors.calendar_feeds import token_of
from bookings.services.actors import customer
from bookings.services.calendar_feeds import renew_feed
from bookings.services.reviews import review_booking
from bookings.services.series_booking import book_what_is_free
from bookings.tests.factories import appointment, completed, offered
from bookings.tests.series_factories import asked, bookings_of
from catalog.models import Calendar, Review, Specialist
from catalog.services.reviews import Said, hide_review
from catalog.services.specialists import own_specialist
from catalog.tests.authorisation import SPECIALIST
from catalog.tests.factories import at, book, calendar, person, room, service
from common import clock
from common.ids import new_id
from common.tests.access_tables import (
    EVERYBODY,
    PEOPLE,
    SERVICES,
    SPECIALISTS,
    STAFF,
    Route,
    Thing,
    may,
    of_its_owner,
    own,
    shared,
)
from common.timeranges import TimeRange
from payments.models import Payment

# With whoever else is on the stage: each booking is with a specialist of its own.
KEEN = {"rating": 5, "comment": "On time, and kind."}


def in_the_morning(days: int = 3) -> Any:
    return at("10:00", clock.now().date() + timedelta(days=days))


def a_booking(owner: User) -> Booking:
    return appointment(offered(f"Bob{new_id()}"), in_the_morning(), alice=owner)


def a_paid_payment(owner: User) -> Payment:
    facts = {"payable_type": "booking", "payable_id": a_booking(owner).pk, "purpose": "full", "gateway": "sandbox"}
    taken = {"amount_minor": 100, "captured_minor": 100, "captured_at": clock.now(), "status": "captured"}
    payment: Payment = Payment.objects.create(payer=owner, currency="INR", **facts, **taken)
    return payment


def an_unpaid_payment(owner: User) -> Payment:
    """Staff may look at all that was paid, and nobody has a receipt of what was not."""
    payment = a_paid_payment(owner)
    Payment.objects.filter(pk=payment.pk).update(captured_minor=0, captured_at=None, status="pending")
    return payment


def a_completed_booking(owner: User) -> Booking:
    return completed(offered(f"Bob{new_id()}"), in_the_morning(), alice=owner)


def a_review(owner: User) -> Review:
    return review_booking(a_completed_booking(owner).pk, Said(5, "On time, and kind.", []), author=owner)


def a_hidden_review(owner: User) -> Review:
    review = a_review(owner)
    return hide_review(review, actor=None, reason="Insults.")


def a_feed(owner: User) -> Any:
    return SimpleNamespace(pk=token_of(renew_feed(owner)))


def no_feed(_owner: User) -> Any:
    return SimpleNamespace(pk="x" * 64)


def a_month(_owner: User) -> dict[str, Any]:
    return {"month": in_the_morning().strftime("%Y-%m")}


def a_wish(_owner: User) -> dict[str, Any]:
    return {"service_id": str(offered(f"Bob{new_id()}").pk), "start_time": in_the_morning().isoformat()}


def a_basket(_owner: User) -> dict[str, Any]:
    return {"service_ids": [str(service(None).pk)]}


def another_morning(_owner: User) -> dict[str, Any]:
    return {"start_time": in_the_morning(4).isoformat()}


def a_series(owner: User) -> Series:
    """Three mornings that can be had, with one that cannot between them."""
    lotus = room(name=f"Lotus {new_id()}")
    second = in_the_morning(10)
    book(lotus.calendar, TimeRange(second, second + timedelta(hours=1)))
    wanted = asked("FREQ=WEEKLY;COUNT=4", of=lotus, start=in_the_morning(), alice=owner)
    return book_what_is_free(wanted, actor=customer(owner)).series


def a_date_of_a_series(owner: User) -> Booking:
    return bookings_of(a_series(owner))[0]


def a_repeated_wish(owner: User) -> dict[str, Any]:
    return {**a_wish(owner), "recurrence_rule": "FREQ=WEEKLY;COUNT=2"}


def a_holiday(_owner: User) -> dict[str, Any]:
    return {"exception_type": "cancelled", "exception_date": in_the_morning().date().isoformat()}


def the_second_morning(_owner: User) -> dict[str, Any]:
    return {"date": in_the_morning(10).date().isoformat()}


def myself(owner: User) -> User:
    return owner


def somebody_erased(_owner: User) -> User:
    nobody: User = User.objects.create(is_active=False, erased_at=clock.now())
    return nobody


def a_professional(owner: User) -> Any:
    """The owner's own profile, open all day, with something to book."""
    professional = own_specialist(owner)
    professional.is_verified = True
    professional.save()
    Calendar.objects.filter(pk=professional.calendar_id).update(weekly_hours=calendar().weekly_hours)
    if not professional.services.exists():
        service(professional)
    return professional


def an_erased_professional(owner: User) -> Any:
    return Specialist.objects.create(user=somebody_erased(owner), calendar=calendar(), is_verified=True)


def somebody_elses_appointment(_owner: User) -> Booking:
    return a_booking(person(f"Priya{new_id()}"))


def an_appointment_with(owner: User) -> Booking:
    """Each at an hour of its own."""
    professional = a_professional(owner)
    hour = in_the_morning(3 + Booking.objects.filter(specialist=professional).count())
    return appointment(professional.services.first(), hour, alice=person(f"Priya{new_id()}"))


def an_appointment_wish(owner: User) -> dict[str, Any]:
    start = in_the_morning()
    bob = offered(f"Bob{new_id()}").owner
    return {
        "client_id": str(owner.pk),
        "professional_id": str(bob.pk if bob else ""),
        "start_time": start.isoformat(),
        "end_time": (start + timedelta(hours=1)).isoformat(),
    }


def an_afternoon_away(_owner: User) -> dict[str, Any]:
    start = in_the_morning(9)
    return {"start_at": start.isoformat(), "end_at": (start + timedelta(hours=2)).isoformat()}


def a_day(_owner: User) -> dict[str, Any]:
    return {"date": in_the_morning().date().isoformat()}


# A service with the scope act_for; docs/appointments-api.md tells of those without.
CLIENT = Thing(myself, somebody_erased)
PROFESSIONAL = Thing(a_professional, an_erased_professional)
OF_THE_CLIENT = {"appointment_id": Thing(a_booking, somebody_elses_appointment)}
OF_THE_PROFESSIONAL = {"appointment_id": Thing(an_appointment_with, somebody_elses_appointment)}
JOHN = {"first_name": "John", "chat_id": 123456789}

BOOKING = of_its_owner(a_booking)
SERIES = of_its_owner(a_series)
DATE = of_its_owner(a_date_of_a_series)
COMPLETED = of_its_owner(a_completed_booking)
REVIEW = of_its_owner(a_review)
SHOWN_REVIEW = Thing(a_review, a_hidden_review)
FEED = Thing(a_feed, no_feed)

ROUTES: dict[str, Route] = {
    "GET /dashboard": may(PEOPLE),
    "GET /analytics/specialist/dashboard": may(SPECIALISTS),
    "GET /payments/{id}/receipt": own(PEOPLE, Thing(a_paid_payment, an_unpaid_payment)),
    "GET /analytics/platform/metrics": may(STAFF),
    "GET /bookings": may(PEOPLE),
    "POST /bookings": may(PEOPLE, sends=a_wish, answers=201),
    "GET /bookings/{id}": own(PEOPLE, BOOKING),
    "PUT /bookings/{id}": own(PEOPLE, BOOKING, sends={"notes": "The bell is broken."}),
    "PATCH /bookings/{id}": own(PEOPLE, BOOKING, sends={"notes": "The bell is broken."}),
    "DELETE /bookings/{id}": own(PEOPLE, BOOKING),
    "POST /bookings/{id}/cancel": own(PEOPLE, BOOKING, sends={"reason": "I am ill."}),
    "POST /bookings/{id}/reschedule": own(PEOPLE, BOOKING, sends=another_morning),
    # These are the specialist's to do; the customer sees the booking, so this is told and not hidden.
    "POST /bookings/{id}/confirm": own(PEOPLE, BOOKING, sends={}, answers=403),
    "POST /bookings/{id}/start": own(PEOPLE, BOOKING, sends={}, answers=409),
    "POST /bookings/{id}/complete": own(PEOPLE, BOOKING, sends={}, answers=409),
    "POST /bookings/{id}/no-show": own(PEOPLE, BOOKING, sends={}, answers=409),
    "POST /bookings/recurring": may(PEOPLE, sends=a_repeated_wish, answers=201),
    "GET /bookings/series/{id}": own(PEOPLE, SERIES),
    # Without a scope these are refused, which only those are told who see the series.
    "PATCH /bookings/series/{id}": own(PEOPLE, SERIES, sends={"title": "Weekly"}, answers=400),
    "DELETE /bookings/series/{id}": own(PEOPLE, SERIES, answers=400),
    "POST /bookings/{id}/exceptions": own(PEOPLE, DATE, sends=a_holiday, answers=201),
    # The date that was skipped is still somebody else's.
    "POST /bookings/{id}/occurrences": own(PEOPLE, DATE, sends=the_second_morning, answers=409),
    "POST /bookings/{id}/rate": own(PEOPLE, COMPLETED, sends=KEEN, answers=201),
    "GET /bookings/{id}/calendar.ics": own(PEOPLE, BOOKING),
    "GET /specialists/{id}/booked-dates": shared(PEOPLE, SPECIALIST, sends=a_month),
    "GET /reviews": may(EVERYBODY),
    "POST /reviews": may(PEOPLE, sends=KEEN, names={"booking_id": COMPLETED}, answers=201),
    "GET /reviews/{id}": shared(EVERYBODY, SHOWN_REVIEW),
    "PUT /reviews/{id}": own(PEOPLE, REVIEW, sends=KEEN),
    "PATCH /reviews/{id}": own(PEOPLE, REVIEW, sends={"rating": 4}),
    "DELETE /reviews/{id}": own(PEOPLE, REVIEW),
    # Only whom it is about replies, which a customer never is.
    "PUT /reviews/{id}/reply": own(PEOPLE, REVIEW, sends={"reply": "Thank you."}, answers=404),
    "POST /checkout/prepare": may(PEOPLE, sends=a_basket),
    # Money is moved under a key only, and these send none; bookings/tests/test_paying_api.py and
    # test_checkout_confirming_api.py see who may.
    "POST /checkout/confirm": may(PEOPLE, answers=400),
    "POST /payments/process-deposit": may(PEOPLE, answers=400),
    "POST /payments/process-full-payment": may(PEOPLE, answers=400),
    "POST /payments/cash": may(PEOPLE, answers=400),
    "POST /payments/tip": may(PEOPLE, answers=400),
    "POST /payments/verify": may(PEOPLE, answers=400),
    "POST /payments/refund": may(PEOPLE, answers=400),
    # Its address is its key.
    "GET /calendars/{token}.ics": shared(EVERYBODY, FEED),
    "GET /users/calendar-feed": may(PEOPLE),
    "POST /users/calendar-feed": may(PEOPLE, answers=201),
    "DELETE /users/calendar-feed": may(PEOPLE),
    "POST /clients/register": may(SERVICES, sends=JOHN, answers=201),
    "GET /clients/{id}/appointments": own(SERVICES, CLIENT),
    "PATCH /clients/{id}/appointments/{appointment_id}/cancel": own(SERVICES, CLIENT, names=OF_THE_CLIENT, sends={}),
    "GET /professionals": may(SERVICES),
    "POST /professionals/sign_in": may(SERVICES, sends={}, answers=400),
    "GET /professionals/{id}/appointments": own(SERVICES, PROFESSIONAL),
    "GET /professionals/{id}/appointments/dates": shared(SERVICES, SPECIALIST, sends=a_month),
    "PATCH /professionals/{id}/appointments/{appointment_id}/confirm": own(
        SERVICES, PROFESSIONAL, names=OF_THE_PROFESSIONAL, sends={}
    ),
    "PATCH /professionals/{id}/appointments/{appointment_id}/cancel": own(
        SERVICES, PROFESSIONAL, names=OF_THE_PROFESSIONAL, sends={}
    ),
    "POST /professionals/{id}/unavailable_appointments": own(
        SERVICES, PROFESSIONAL, sends=an_afternoon_away, answers=201
    ),
    "GET /professionals/{id}/availability": shared(SERVICES, SPECIALIST, sends=a_day),
    "POST /appointments": may(SERVICES, sends=an_appointment_wish, names={"client_id": CLIENT}, answers=201),
}

"""Who is told what of a booking, in whose words and by whose clock."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from pytest_django import Settings

from accounts.models import User
from bookings.models import Booking
from bookings.services.cancelling import cancel_booking
from bookings.services.closing import complete_booking, expire_booking
from bookings.services.deciding import confirm_booking
from bookings.services.rescheduling import reschedule_booking
from bookings.services.series_cancelling import cancel_series
from bookings.services.series_rolling import roll_series
from bookings.tests.conftest import Travel
from bookings.tests.factories import (
    SYSTEM,
    appointment,
    by_customer,
    by_specialist,
    by_staff,
    offered,
    reservation,
    somebody,
)
from bookings.tests.series_factories import booked
from catalog.tests.factories import NOW, at, person
from common import outbox
from common.models import EventReceipt, OutboxEvent
from notifications.enums import SWITCHED_CHANNELS, SWITCHED_TOPICS
from notifications.models import Delivery, Notification, OutgoingMessage
from notifications.services import deliver_due, set_preferences

pytestmark = pytest.mark.django_db


@pytest.fixture
def booking() -> Booking:
    return appointment()


def told() -> dict[str, set[str]]:
    """What everybody has been told since this was last asked, `+` if it was mailed as well."""
    while outbox.deliver_due():
        pass
    mailed = set(Delivery.objects.filter(channel="email").values_list("event_key", "recipient"))
    found: dict[str, set[str]] = {}
    for each in Notification.objects.select_related("recipient"):
        is_mailed = (each.event_key, each.recipient_id) in mailed
        found.setdefault(each.recipient.first_name, set()).add(each.kind + "+" * is_mailed)
    Notification.objects.all().delete()
    return found


def text_of(kind: str, reader: User) -> str:
    while outbox.deliver_due():
        pass
    return Notification.objects.get(kind=kind, recipient=reader).message


def bob_of(booking: Booking) -> User:
    assert booking.specialist is not None
    return booking.specialist.user


def test_each_step_is_told_to_those_whom_it_concerns(booking: Booking, travel: Travel) -> None:
    bob = by_specialist(booking)
    assert told() == {"Alice": {"booking_requested+"}, "Bob": {"booking_to_confirm+"}}

    confirm_booking(booking, actor=bob)
    assert told() == {"Alice": {"booking_confirmed+"}, "Bob": {"booking_confirmed+"}}

    reschedule_booking(booking, starts_at=at("15:00"), actor=by_staff())
    assert told() == {"Alice": {"booking_moved+"}, "Bob": {"booking_moved+"}}

    travel(at("16:00"))
    complete_booking(booking, actor=bob)
    assert told() == {"Alice": {"booking_completed+"}}


def test_what_one_does_oneself_is_not_mailed_to_oneself(booking: Booking) -> None:
    confirm_booking(booking, actor=by_specialist(booking))
    reschedule_booking(booking, starts_at=at("12:00") + timedelta(days=1), actor=by_specialist(booking))
    told()

    cancel_booking(booking, actor=by_customer(booking), reason="I am ill")

    assert told() == {"Alice": {"booking_cancelled"}, "Bob": {"booking_cancelled+"}}


def test_what_waits_for_its_payment_is_nobodys_news_until_it_is_lost(travel: Travel) -> None:
    booking = appointment(offered(deposit_minor=100))
    assert told() == {}

    travel(NOW + timedelta(minutes=15))
    expire_booking(booking.pk)

    assert told() == {"Alice": {"booking_expired+"}}


def test_a_request_that_nobody_answered_is_told_as_such(booking: Booking) -> None:
    told()

    cancel_booking(booking, actor=SYSTEM)

    assert told() == {"Alice": {"booking_unanswered+"}, "Bob": {"booking_unanswered+"}}


def test_what_is_confirmed_at_once_is_told_as_confirmed() -> None:
    reservation()

    assert told() == {"Alice": {"booking_confirmed+"}}


@pytest.mark.parametrize(
    "actor", [by_customer, by_specialist, lambda booking: by_staff()], ids=["alice", "bob", "staff"]
)
def test_everybody_reads_it_by_their_own_clock_in_their_own_language_whoever_acts(booking: Booking, actor: Any) -> None:
    """U9."""
    alice, bob = booking.customer, bob_of(booking)
    User.objects.filter(pk=alice.pk).update(timezone="America/New_York", language="hi")
    User.objects.filter(pk=bob.pk).update(timezone="Asia/Kolkata")

    cancel_booking(booking, actor=actor(booking))

    assert text_of("booking_cancelled", bob) == "Consultation with Alice on 3 March 2026, 10:00 (IST) was cancelled."
    hers = text_of("booking_cancelled", alice)
    assert "Consultation (Bob's) की 2 मार्च 2026, 23:30 (EST)" in hers


def test_both_times_are_told_of_what_is_moved(booking: Booking) -> None:
    reschedule_booking(booking, starts_at=at("15:00"), actor=by_staff())

    text = text_of("booking_moved", bob_of(booking))
    assert "was moved from 3 March 2026, 10:00 (IST) to 3 March 2026, 15:00 (IST)" in text


def test_the_invited_are_told_the_title_and_the_time_when_it_is_asked_for() -> None:
    priya = person("Priya")
    details: dict[str, Any] = {"title": "Kick-off", "notes": "secret", "attendees": [str(priya.pk), "user-1", "x@y.z"]}
    told_of = appointment(offered(), **details)
    silent = appointment(told_of.service, at("12:00"), **details)
    told()

    cancel_booking(silent, actor=by_customer(silent), reason="secret", tell_attendees=False)
    assert "Priya" not in told()
    cancel_booking(told_of, actor=by_customer(told_of), reason="secret")

    assert text_of("booking_cancelled", priya) == "Kick-off on 3 March 2026, 10:00 (IST) was cancelled."


def test_a_series_is_told_of_once() -> None:
    made = booked("FREQ=WEEKLY;COUNT=10", alice=somebody("Alice"), of=offered())
    while outbox.deliver_due():
        pass

    assert Counter(Notification.objects.values_list("kind", flat=True)) == {
        "booking_requested": 1,
        "booking_to_confirm": 1,
    }
    deliver_due("email")
    body = OutgoingMessage.objects.get(kind="booking_requested").body
    assert "3 March 2026, 10:00 (IST)" in body
    assert "This holds for 9 more dates of the series as well." in body
    told()

    cancel_series(made.series.pk, actor=by_customer(made.bookings[0]))

    assert told() == {"Alice": {"booking_cancelled"}, "Bob": {"booking_cancelled+"}}


def test_dates_that_a_series_is_given_by_night_are_no_news(travel: Travel) -> None:
    booked("FREQ=WEEKLY")
    told()
    travel(NOW + timedelta(days=30))

    assert roll_series() > 0

    assert told() == {}


def test_with_everything_switched_off_it_is_in_the_inbox_alone(booking: Booking) -> None:
    """E329."""
    off = {channel: dict.fromkeys(SWITCHED_TOPICS, False) for channel in SWITCHED_CHANNELS}
    set_preferences(booking.customer, off)

    assert told()["Alice"] == {"booking_requested"}


def test_an_event_that_is_handed_over_again_tells_nobody_twice(booking: Booking) -> None:
    """E091."""
    confirm_booking(booking, actor=by_specialist(booking))
    while outbox.deliver_due():
        pass
    before = (Notification.objects.count(), Delivery.objects.count())

    EventReceipt.objects.filter(event__name="booking.confirmed").delete()
    OutboxEvent.objects.filter(name="booking.confirmed").update(delivered_at=None, attempts=0)
    while outbox.deliver_due():
        pass

    assert (Notification.objects.count(), Delivery.objects.count()) == before


def test_mails_carry_the_booking_as_it_is_when_they_leave(booking: Booking, settings: Settings) -> None:
    settings.NOTIFICATION_CHANNELS = {"email": "notifications.channels.email.EmailChannel"}
    confirm_booking(booking, actor=by_specialist(booking))
    while outbox.deliver_due():
        pass
    reschedule_booking(booking, starts_at=at("15:00"), actor=by_staff())

    deliver_due("email")

    [sent] = [each for each in mail.outbox if each.to == ["alice@example.com"]]
    assert sent.subject == "Your booking is confirmed"
    assert "3 March 2026, 15:00 (IST)" in sent.body
    assert "more dates" not in sent.body
    [(name, content, mime_type)] = sent.attachments
    assert (name, mime_type) == (f"{booking.number}.ics", "text/calendar; method=PUBLISH")
    assert f"UID:{booking.pk}@almanac" in content
    assert "DTSTART:20260303T093000Z" in content
    assert sent.message().as_bytes().count(b'text/calendar; method="PUBLISH"') == 1

    cancel_booking(booking, actor=by_staff())
    while outbox.deliver_due():
        pass
    deliver_due("email")

    last = mail.outbox[-1]
    assert last.subject == "A booking was cancelled"
    assert "METHOD:CANCEL" in last.attachments[0][1]

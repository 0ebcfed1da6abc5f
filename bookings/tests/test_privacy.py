"""What is held of a person in bookings is exported whole; erased, the words go and the bookings stay."""

import json

import pytest

from bookings.models import Booking, Series, TimelineEntry
from bookings.services.cancelling import cancel_booking
from bookings.services.deciding import confirm_booking
from bookings.tests.factories import appointment, by_customer, by_specialist, offered, somebody
from bookings.tests.series_factories import booked
from catalog.models import Occupancy
from catalog.tests.factories import at, person
from common.personal_data import erase_person, export_person

pytestmark = pytest.mark.django_db

HERS = ("her title", "her story", "her notes", "her key", "her answer", "her street", "her reason")
HIS = ("https://bobs.example", "his preparation", "his deed", "his list")


def a_whole_booking() -> Booking:
    """Written in by both of its sides."""
    priya = person("Priya")
    booking = appointment(
        offered(),
        title="her title",
        description="her story",
        notes="her notes",
        attendees=[str(priya.pk), "her friend"],
        metadata={"k": "her key"},
    )
    confirm_booking(booking, actor=by_specialist(booking), meeting_link=HIS[0], preparation_notes=HIS[1])
    words = {"answers": {"q": "her answer"}, "address": {"city": "her street"}}
    Booking.objects.filter(pk=booking.pk).update(**words, completion_notes=HIS[2], deliverables=[HIS[3]])
    return cancel_booking(booking, actor=by_customer(booking), reason="her reason")


def test_everything_is_exported_to_whose_it_is() -> None:
    booking = a_whole_booking()
    assert booking.specialist is not None

    hers = json.dumps(export_person(booking.customer)["bookings"])
    his = json.dumps(export_person(booking.specialist.user)["bookings"])

    assert [words for words in (*HERS, "her friend", booking.number) if words not in hers] == []
    assert [words for words in (*HIS, booking.number) if words not in his] == []
    assert [words for words in (*HIS, *HERS) if words in hers and words in his] == []
    assert export_person(somebody("Priya"))["bookings"]["invited_to"][0]["title"] == "her title"


def test_the_customers_words_go_and_the_booking_stays() -> None:
    booking = a_whole_booking()
    booked("FREQ=WEEKLY;COUNT=2", start=at("10:00"), alice=booking.customer, title="her title", notes="her notes")
    before = Booking.objects.values_list("number", "status", "total_minor", "starts_at").order_by("pk")
    kept, held = list(before), Occupancy.objects.count()

    erase_person(booking.customer)

    left = json.dumps([*Booking.objects.values(), *Series.objects.values()], default=str)
    assert [words for words in (*HERS, "her friend") if words in left] == []
    assert [words for words in HIS if words not in left] == []
    assert (list(before), Occupancy.objects.count()) == (kept, held)
    assert TimelineEntry.objects.filter(booking=booking).count() == 3


def test_the_specialists_words_go_and_the_customers_stay() -> None:
    booking = a_whole_booking()
    assert booking.specialist is not None

    erase_person(booking.specialist.user)

    left = json.dumps(list(Booking.objects.values()), default=str)
    assert [words for words in HIS if words in left] == []
    assert [words for words in HERS if words not in left] == []


def test_nobody_is_invited_who_is_gone() -> None:
    booking = a_whole_booking()

    erase_person(somebody("Priya"))

    booking.refresh_from_db()
    assert booking.attendees == ["her friend"]

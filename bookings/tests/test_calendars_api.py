"""Bookings in people's own calendars: a file for each, and a feed that only its owner can open."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from icalendar import Calendar, Component
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from bookings.enums import Action
from bookings.models import Booking, CalendarFeed
from bookings.privacy import PERSONAL_DATA
from bookings.selectors.calendar_feeds import token_of
from bookings.services.calendar_feeds import renew_feed
from bookings.tests.conftest import Travel
from bookings.tests.factories import (
    SYSTEM,
    appointment,
    by_specialist,
    completed,
    in_force,
    offered,
    reservation,
    somebody,
)
from bookings.transitions import amend, locked, move
from catalog.tests.factories import NOW, at, person, room
from common.tests.probe.client import client_of, refused

pytestmark = pytest.mark.django_db

API = "/api/v1"
FEED = f"{API}/users/calendar-feed"


def file_of(booking: Booking, user: User | None) -> Any:
    return client_of(user).get(f"{API}/bookings/{booking.pk}/calendar.ics")


def event_of(booking: Booking, user: User) -> Component:
    response = file_of(booking, user)
    assert response.status_code == 200, response.content
    [event] = Calendar.from_ical(response.content).walk("VEVENT")
    return event


def address_of(user: User) -> str:
    return f"{API}/calendars/{token_of(renew_feed(user))}.ics"


def events_at(address: str) -> list[Component]:
    response = Client().get(address)
    assert response.status_code == 200, response.content
    return Calendar.from_ical(response.content).walk("VEVENT")


def step(booking: Booking, action: Action, **changes: Any) -> None:
    with transaction.atomic():
        if changes:
            amend(locked(booking.pk), action, actor=SYSTEM, changes=changes)
        else:
            move(locked(booking.pk), action, actor=SYSTEM, changes={"cancelled_by": "system"})


# One booking


def test_an_appointment_is_a_file(settings: Settings) -> None:
    settings.DEFAULT_FROM_EMAIL = "Almanac <no-reply@almanac.example>"
    bobs = offered()
    booking = appointment(bobs, notes="The blue door", alice=person("Alice", last_name="Liddell"))

    response = file_of(booking, booking.customer)
    event = event_of(booking, booking.customer)

    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="{booking.number}.ics"'
    assert response["Cache-Control"] == "private, no-cache"
    assert Calendar.from_ical(response.content)["METHOD"] == "PUBLISH"
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (f"{booking.pk}@almanac", 0, "TENTATIVE")
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (at("10:00"), at("11:00"))
    assert event["SUMMARY"] == "Consultation with Bob's"
    assert event["DESCRIPTION"] == f"{booking.number}, waiting for confirmation\nThe blue door"
    assert event["ORGANIZER"] == "mailto:no-reply@almanac.example"
    specialists = event_of(booking, by_specialist(booking).user or booking.customer)
    assert specialists["SUMMARY"] == "Consultation: Alice Liddell"
    assert specialists["UID"] == event["UID"]


def test_from_first_to_last_it_is_one_event_with_a_growing_number() -> None:
    """U23."""
    booking = appointment()
    alice = booking.customer
    seen = [event_of(booking, alice)]

    for hours in (1, 2):
        step(booking, Action.RESCHEDULE, starts_at=at(f"{10 + hours}:00"), ends_at=at(f"{11 + hours}:00"))
        seen.append(event_of(booking, alice))
    step(booking, Action.CANCEL)
    seen.append(event_of(booking, alice))

    assert {str(event["UID"]) for event in seen} == {f"{booking.pk}@almanac"}
    assert [event["SEQUENCE"] for event in seen] == [0, 1, 2, 3]
    assert [event["STATUS"] for event in seen] == ["TENTATIVE", "TENTATIVE", "TENTATIVE", "CANCELLED"]
    assert [event.decoded("DTSTART") for event in seen] == [at("10:00"), at("11:00"), at("12:00"), at("12:00")]
    assert Calendar.from_ical(file_of(booking, alice).content)["METHOD"] == "CANCEL"


def test_strangers_find_no_file() -> None:
    booking = appointment()

    refused(file_of(booking, person("Charlie")), 404, "RESOURCE_NOT_FOUND")
    refused(file_of(booking, None), 401, "AUTHENTICATION_REQUIRED")


def test_whoever_is_invited_learns_no_more_than_what_was_said_to_all() -> None:
    priya = person("Priya")
    booking = reservation(
        alice=person("Alice", last_name="Liddell"),
        title="Yearly meeting",
        description="Bring ideas",
        notes="The door code is 4711",
        attendees=[str(priya.pk)],
    )

    event = event_of(booking, priya)

    assert (event["SUMMARY"], event["LOCATION"]) == ("Yearly meeting", "Lotus Room")
    assert event["DESCRIPTION"] == f"{booking.number}, confirmed\nBring ideas"
    assert "Liddell" not in file_of(booking, priya).content.decode()


def test_a_file_that_has_not_changed_is_not_sent_again() -> None:
    booking = appointment()
    client, path = client_of(booking.customer), f"{API}/bookings/{booking.pk}/calendar.ics"
    etag = client.get(path)["ETag"]

    assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
    step(booking, Action.CANCEL)
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize("accept", ["text/calendar", "text/calendar, */*;q=0.5", "application/json", "image/png"])
def test_apps_ask_under_many_names_and_get_the_file(accept: str) -> None:
    booking = appointment()
    path = f"{API}/bookings/{booking.pk}/calendar.ics"

    response = client_of(booking.customer).get(path, headers={"Accept": accept})

    assert (response.status_code, response["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    refused(client_of(person("Charlie")).get(path, headers={"Accept": accept}), 404, "RESOURCE_NOT_FOUND")


def test_titles_and_names_stay_text() -> None:
    """A127."""
    title = "Tea; cakes, \\and more BEGIN:VALARM"
    notes = "\nATTACH:file:///etc/passwd\nEND:VEVENT"
    booking = reservation(of=room(name="Room; A, B"), title=title, notes=notes)

    event = event_of(booking, booking.customer)

    assert (event["SUMMARY"], event["LOCATION"]) == (title, "Room; A, B")
    assert str(event["DESCRIPTION"]).endswith(notes)
    assert event.subcomponents == []
    assert "ATTACH" not in event


# The feed


def test_a_person_opens_a_feed_gives_it_a_fresh_address_and_closes_it(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://book.example"
    alice = appointment().customer
    client = client_of(alice)

    assert client.get(FEED).json()["data"] == {"url": None, "webcal_url": None}
    first = client.post(FEED)
    address = first.json()["data"]["url"]
    assert first.status_code == 201
    assert client.get(FEED).json()["data"]["url"] == address
    assert first.json()["data"]["webcal_url"] == address.replace("https:", "webcal:")
    assert len(events_at(address.removeprefix("https://book.example"))) == 1

    second = client.post(FEED).json()["data"]["url"]
    refused(Client().get(address.removeprefix("https://book.example")), 404, "RESOURCE_NOT_FOUND")
    assert len(events_at(second.removeprefix("https://book.example"))) == 1

    assert client.delete(FEED).status_code == 200
    assert client.delete(FEED).status_code == 200
    refused(Client().get(second.removeprefix("https://book.example")), 404, "RESOURCE_NOT_FOUND")
    assert client.get(FEED).json()["data"]["url"] is None


@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_nobody_has_no_feed(method: str) -> None:
    refused(getattr(Client(), method)(FEED), 401, "AUTHENTICATION_REQUIRED")
    assert not CalendarFeed.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_a_feed_holds_ones_own_from_both_sides_in_three_queries(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    bobs, pauls = offered(), offered("Paul")
    bob = somebody("Bob")
    hours = [at(f"{10 + number}:00") for number in range(count)]
    mine = [appointment(pauls, hour, alice=bob) for hour in hours] + [appointment(bobs, hour) for hour in hours]
    appointment(pauls, at("15:00"), alice=person("Charlie"))
    address = address_of(bob)

    with django_assert_num_queries(3):
        events = events_at(address)

    assert {str(event["UID"]) for event in events} == {f"{booking.pk}@almanac" for booking in mine}
    summaries = {str(event["SUMMARY"]) for event in events}
    assert summaries == {"Consultation with Paul's", "Consultation: Alice"}


def test_a_feed_goes_a_month_back_and_keeps_what_was_cancelled(travel: Travel) -> None:
    bobs = offered()
    past, called_off = completed(bobs), appointment(bobs, at("12:00"))
    step(called_off, Action.CANCEL)
    address = address_of(past.customer)

    states = {str(event["UID"]): str(event["STATUS"]) for event in events_at(address)}
    assert states == {f"{past.pk}@almanac": "CONFIRMED", f"{called_off.pk}@almanac": "CANCELLED"}

    travel(NOW + timedelta(days=32))
    assert events_at(address) == []


def test_a_feed_that_has_not_changed_is_not_built_again(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    booking = appointment()
    address = address_of(booking.customer)
    etag = Client().get(address)["ETag"]

    with django_assert_num_queries(2):
        assert Client().get(address, headers={"If-None-Match": etag}).status_code == 304


def test_whatever_a_feed_shows_changes_its_version(travel: Travel) -> None:
    booking = appointment()
    alice = booking.customer
    address = address_of(alice)
    etags = [Client().get(address)["ETag"]]

    def changed() -> None:
        etags.append(Client().get(address)["ETag"])
        travel(NOW + timedelta(minutes=len(etags)))

    travel(NOW + timedelta(minutes=1))

    step(booking, Action.CHANGE, notes="Another door")
    changed()
    appointment(booking.service, at("14:00"))
    changed()
    assert booking.service is not None
    booking.service.name = "Long consultation"
    booking.service.save()
    changed()
    assert booking.specialist is not None
    booking.specialist.business_name = "Bob and sons"
    booking.specialist.save()
    changed()

    assert len(set(etags)) == 5


def test_guessed_addresses_lead_nowhere_and_ask_nothing(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    alice = appointment().customer
    token = token_of(renew_feed(alice))
    forged = [
        token[:-1] + ("0" if token[-1] != "0" else "1"),
        token[:32] + "0" * 32,
        "0" * 64,
        token.upper(),
        token[:32],
        token + "0",
        "alice",
        "٣" * 64,
    ]

    with django_assert_num_queries(0):
        answers = [Client().get(f"{API}/calendars/{each}.ics") for each in forged]

    assert {refused(each, 404, "RESOURCE_NOT_FOUND")["message"] for each in answers[:7]}
    assert answers[7].status_code == 404


def test_whoever_is_blocked_or_gone_has_no_feed() -> None:
    alice = appointment().customer
    address = address_of(alice)

    User.objects.filter(pk=alice.pk).update(is_active=False)

    refused(Client().get(address), 404, "RESOURCE_NOT_FOUND")


def test_erasing_somebody_closes_their_feed() -> None:
    alice = appointment().customer
    address = address_of(alice)
    assert PERSONAL_DATA.export(alice)["calendar_feed_since"] is not None

    PERSONAL_DATA.erase(alice)

    refused(Client().get(address), 404, "RESOURCE_NOT_FOUND")
    assert PERSONAL_DATA.export(alice)["calendar_feed_since"] is None


def test_the_address_holds_under_a_new_secret_while_the_old_one_is_known(settings: Settings) -> None:
    address = address_of(appointment().customer)

    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret that is long enough to be one"
    assert len(events_at(address)) == 1

    settings.SECRET_KEY_FALLBACKS = []
    refused(Client().get(address), 404, "RESOURCE_NOT_FOUND")


def test_readers_of_feeds_are_limited_by_feed_and_guessers_by_their_network(settings: Settings) -> None:
    settings.RATE_LIMITS = True
    in_force(anonymous_per_minute=1)
    addresses = [address_of(appointment(offered(f"{name}s"), alice=person(name)).customer) for name in ("Ann", "Ben")]

    read = [Client().get(address).status_code for address in addresses * 2]
    guessed = [Client().get(f"{API}/calendars/{'0' * 64}.ics").status_code for _ in range(2)]

    assert read == [200] * 4
    assert guessed == [404, 429]


def test_the_address_is_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    alice = appointment().customer
    address = address_of(alice)
    token = address.rpartition("/")[2].removesuffix(".ics")

    with caplog.at_level("INFO"):
        Client().get(address)

    assert "calendars" in caplog.text
    assert token not in caplog.text

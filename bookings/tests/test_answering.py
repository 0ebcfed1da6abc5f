"""What is shown of how a specialist answers is read from what they did."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from time_machine import travel

from bookings.enums import Action, Role
from bookings.models import Booking
from bookings.services.answering import note_answer
from bookings.subscribers import note_no, note_yes
from bookings.tests.factories import SYSTEM, appointment, by_customer, by_specialist, by_staff, offered
from bookings.transitions import Actor, locked, move
from catalog.models import Service, Standing
from catalog.tests.factories import NOW, at
from common.events import Event, subscribers_of
from common.models import OutboxEvent
from common.tests.probe.client import client_of

pytestmark = pytest.mark.django_db


def answered(booking: Booking, action: Action, actor: Actor) -> None:
    changes: dict[str, Any] = {"cancelled_by": actor.role} if action is Action.CANCEL else {}
    with transaction.atomic():
        move(locked(booking.pk), action, actor=actor, changes=changes)


def shown(bobs: Service) -> tuple[Any, Any]:
    data = client_of(None).get(f"/api/v1/specialists/{bobs.owner_id}").json()["data"]
    return data["response_rate"], data["typical_response_minutes"]


def test_answers_are_counted_and_timed() -> None:
    bobs = offered()
    with travel(NOW, tick=False):
        bookings = [appointment(bobs, at(f"{9 + number:02}:00")) for number in range(7)]
    deeds = [
        (10, Action.CONFIRM, by_specialist(bookings[0])),
        (20, Action.CANCEL, by_specialist(bookings[1])),
        (90, Action.CONFIRM, by_specialist(bookings[2])),
        (95, Action.CONFIRM, by_specialist(bookings[3])),
        (200, Action.CANCEL, SYSTEM),
        # Neither of these says anything about Bob.
        (201, Action.CANCEL, by_customer(bookings[5])),
        (202, Action.CONFIRM, by_staff()),
    ]

    for booking, (minutes, action, actor) in zip(bookings, deeds, strict=True):
        with travel(NOW + timedelta(minutes=minutes), tick=False):
            answered(booking, action, actor)
    note_answer(bookings[0])

    standing = Standing.objects.get()
    assert (standing.requests, standing.requests_answered, standing.answer_minutes) == (5, 4, 55)
    assert shown(bobs) == (80, 55)


def test_a_few_requests_are_no_habit() -> None:
    bobs = offered()
    booking = appointment(bobs)
    answered(booking, Action.CONFIRM, by_specialist(booking))
    note_answer(booking)

    assert shown(bobs) == (None, 0)


def test_nobody_has_asked_yet() -> None:
    assert shown(offered()) == (None, None)


def test_noting_twice_changes_nothing() -> None:
    booking = appointment()
    answered(booking, Action.CONFIRM, by_specialist(booking))

    note_answer(booking)
    note_answer(booking)

    standing = Standing.objects.get()
    assert (standing.requests, standing.requests_answered) == (1, 1)


def test_who_says_no_after_a_yes_has_answered_once() -> None:
    booking = appointment()
    answered(booking, Action.CONFIRM, by_specialist(booking))
    answered(booking, Action.CANCEL, by_specialist(booking))

    note_answer(booking)

    assert Standing.objects.get().requests == 1


@pytest.mark.parametrize(
    ("action", "role", "is_noted"),
    [
        (Action.CONFIRM, Role.SPECIALIST, True),
        (Action.CANCEL, Role.SPECIALIST, True),
        (Action.CANCEL, Role.SYSTEM, True),
        (Action.CANCEL, Role.CUSTOMER, False),
        (Action.CONFIRM, Role.STAFF, False),
    ],
)
def test_news_of_an_answer_are_noted(action: Action, role: Role, is_noted: bool) -> None:
    booking = appointment()
    answered(booking, action, Actor(role))
    event = OutboxEvent.objects.get(name__in=["booking.confirmed", "booking.cancelled"])

    for subscriber in subscribers_of(event.name).values():
        if subscriber in {note_yes, note_no}:
            subscriber(Event(event.pk, event.name, event.subject, event.data, event.created_at))

    assert Standing.objects.exists() is is_noted

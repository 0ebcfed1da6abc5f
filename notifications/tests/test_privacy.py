"""What is kept of a person is exported whole, and erased whole."""

import json

import pytest
from django.db.models import Model
from pytest_django import Settings

from accounts.models import User
from common.personal_data import erase_person, export_person
from notifications.enums import Channel, Topic
from notifications.models import (
    ContactSubmission,
    Delivery,
    Device,
    Notification,
    OutgoingMessage,
    Preference,
    UnreachableChannel,
)
from notifications.services import deliver_due, notify, register_device, set_preferences, submit_contact
from notifications.tests.cast import alice, charlie

__all__ = ["alice", "charlie"]

pytestmark = pytest.mark.django_db

HELD = (Notification, Preference, Device, Delivery, OutgoingMessage, UnreachableChannel)


@pytest.fixture(autouse=True)
def _only_messages(settings: Settings) -> None:
    settings.PERSONAL_DATA = ["notifications.privacy.PERSONAL_DATA"]


def fill(person: User) -> None:
    notify(person, "welcome", {}, event_key="user.registered:1")
    deliver_due("email")
    notify(person, "welcome", {}, event_key="user.registered:2")
    set_preferences(person, {Channel.EMAIL: {Topic.PROMOTIONS: True}})
    register_device(person, token=f"token of {person.first_name}", platform="ios")
    UnreachableChannel.objects.create(user=person, channel="telegram", address_hash="x")
    submit_contact(name=person.first_name, email=person.email or "", message=f"I am {person.first_name}", sender=person)


def owners(model: type[Model]) -> set[object]:
    names = {field.name for field in model._meta.fields}
    column = "recipient" if "recipient" in names else "user"
    return set(model._default_manager.values_list(column, flat=True))


def test_everything_is_exported_and_only_ones_own(alice: User, charlie: User) -> None:
    fill(alice)
    fill(charlie)

    exported = export_person(alice)["messages"]

    text = json.dumps(exported)
    assert "Charlie" not in text
    assert [len(exported[part]) for part in exported] == [2, 1, 1, 2, 1]
    assert exported["contact_forms"][0]["message"] == "I am Alice"
    assert exported["devices"][0]["token"] == "token of Alice"


def test_everything_is_erased_and_only_ones_own(alice: User, charlie: User) -> None:
    fill(alice)
    fill(charlie)
    assert all(owners(model) == {alice.pk, charlie.pk} for model in HELD)

    erase_person(alice)

    assert all(owners(model) == {charlie.pk} for model in HELD)
    letters = list(ContactSubmission.objects.order_by("pk").values_list("name", "email", "message", "sender"))
    assert letters == [
        ("erased", "erased@invalid.invalid", "erased", None),
        ("Charlie", "charlie@example.com", "I am Charlie", charlie.pk),
    ]
    assert "Alice" not in json.dumps(export_person(alice))


def test_what_waited_for_an_erased_person_is_not_sent(alice: User) -> None:
    fill(alice)
    erase_person(alice)

    assert deliver_due("email") == 0


def test_nobodys_letter_is_erased_because_of_the_address_in_it(alice: User, charlie: User) -> None:
    """Anybody may write any address into the form."""
    submit_contact(name="Charlie", email="alice@example.com", message="Mine", sender=charlie)

    erase_person(alice)

    assert ContactSubmission.objects.get().message == "Mine"

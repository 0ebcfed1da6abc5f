"""What is kept of a specialist is exported whole; erased, the words go and the time stays."""

import json
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from catalog import privacy
from catalog.models import Review, Service, Specialist, TimeOff
from catalog.services.time_off import take_time_off
from catalog.tests.factories import NOW, between, book, person, rows, service, specialist
from common.ids import new_id
from common.personal_data import erase_person, export_person

pytestmark = pytest.mark.django_db

WORDS = (
    "Bob's",
    "cuts and shaves",
    "beards",
    "Baker Street",
    "a short cut",
    "a towel",
    "a beard",
    "the dentist",
    "Thank",
)


def a_whole(name: str) -> Specialist:
    """Somebody of whom everything is held."""
    bob = specialist(name)
    words = {
        "description": f"{name} cuts and shaves",
        "specialties": ["beards"],
        "experience_years": 7,
        "base_rate_minor": 50_000,
        "deposit_minor": 10_000,
        "response_minutes": 30,
        "location": "Baker Street",
        "latitude": "51.523767",
        "longitude": "-0.158555",
        "instant_booking": True,
    }
    Specialist.objects.filter(pk=bob.pk).update(**words)
    service(
        bob,
        name="Haircut",
        description="a short cut",
        long_description="a short cut indeed",
        requirements=["a towel"],
        deliverables=["a beard"],
        image_url="https://example.com/bob.png",
        intake_questions=[{"question": "a beard?"}],
    )
    take_time_off(bob.calendar, between("09:00", "12:00"), reason="the dentist", actor=bob.user)
    bob.refresh_from_db()
    return bob


def reviewed(bob: Specialist, by: User) -> Review:
    return Review.objects.create(
        booking_id=new_id(),
        customer=by,
        specialist=bob,
        rating=5,
        comment="A fine cut",
        tags=["fine"],
        reply="Thank you",
        replied_at=NOW,
    )


def held() -> list[Any]:
    return [list(model._default_manager.order_by("pk").values()) for model in privacy.ERASED_COLUMNS]


@pytest.mark.parametrize("count", [1, 3])
def test_everything_is_exported_and_only_ones_own(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    bob, alice = a_whole("Bob"), person("Alice")
    a_whole("Priya")
    for _ in range(count):
        reviewed(bob, alice)
        service(bob, name="Shave")
    user = bob.user

    with django_assert_num_queries(6):
        exported = privacy.export(user)

    text = json.dumps(exported)
    assert "Priya" not in text
    assert [word for word in WORDS if word not in text] == []
    assert {part: len(found) for part, found in exported.items()} == {
        "specialist": 1,
        "hours": 1,
        "services": count + 1,
        "times_off": 1,
        "reviews_written": 0,
        "replies": count,
    }
    assert exported["times_off"][0]["during__startswith"] == "2026-03-03T03:30:00+00:00"


def test_what_a_customer_wrote_is_exported() -> None:
    alice = person("Alice")
    reviewed(a_whole("Bob"), alice)

    exported = export_person(alice)["catalog"]

    assert [(each["rating"], each["comment"]) for each in exported["reviews_written"]] == [(5, "A fine cut")]
    assert exported["specialist"] == []


def test_an_erased_specialist_is_not_shown_and_leaves_no_words() -> None:
    """INV-80."""
    bob, alice = a_whole("Bob"), person("Alice")
    review = reviewed(bob, alice)
    subject = book(bob.calendar, between("14:00", "15:00"))
    taken = rows(bob.calendar)

    erase_person(bob.user)

    assert not Specialist.objects.listed().exists()
    assert not Service.objects.bookable().exists()
    assert Service.objects.get().archived_at is not None
    text = json.dumps([row for table in held() for row in table], default=str)
    assert [word for word in WORDS if word in text] == []
    # What is booked, and what closes the calendar, is as it was; so are Alice's stars.
    assert subject is not None
    assert rows(bob.calendar) == taken
    review.refresh_from_db()
    assert (review.rating, review.comment, review.reply) == (5, "A fine cut", "")


def test_an_erased_customer_leaves_stars_without_words() -> None:
    alice, bob = person("Alice"), a_whole("Bob")
    review = reviewed(bob, alice)

    erase_person(alice)

    review.refresh_from_db()
    assert (review.rating, review.comment, review.tags, review.reply) == (5, "", [], "Thank you")


def test_nobody_elses_data_is_touched() -> None:
    charlie, priya = person("Charlie"), a_whole("Priya")
    reviewed(priya, person("Alice"))
    before = held()

    erase_person(charlie)

    assert held() == before


def test_a_service_that_was_archived_before_keeps_its_day() -> None:
    bob = a_whole("Bob")
    Service.objects.update(archived_at=NOW)

    erase_person(bob.user)

    assert Service.objects.get().archived_at == NOW


@pytest.mark.parametrize("model", privacy.ERASED_COLUMNS, ids=lambda model: model.__name__)
def test_every_column_is_erased_or_kept_on_purpose(model: type[models.Model]) -> None:
    columns = [field.name for field in model._meta.concrete_fields]

    assert sorted(columns) == sorted([*privacy.ERASED_COLUMNS[model], *privacy.KEPT_COLUMNS[model]])


def test_every_erased_column_differs_from_what_it_was() -> None:
    bob = a_whole("Bob")
    reviewed(bob, bob.user)
    before = {model: model._default_manager.values().get() for model in privacy.ERASED_COLUMNS}

    erase_person(bob.user)

    for model, columns in privacy.ERASED_COLUMNS.items():
        after = model._default_manager.values().get()
        assert {name for name in columns if after[name] == before[model][name]} == set()


def test_every_table_that_refers_to_people_has_its_place() -> None:
    """Who verified a specialist, gave time off or hid a review is named in rows that are looked at here as well."""
    referring = {
        model
        for model in apps.get_app_config("catalog").get_models()
        if any(field.related_model in {User, Specialist} for field in model._meta.concrete_fields)
    }

    # Figures of how a specialist did, and the rows that search makes of services, have no words of their own.
    assert {model.__name__ for model in referring - set(privacy.ERASED_COLUMNS)} == {"Standing", "ServiceDocument"}
    assert TimeOff in referring

"""What the database itself refuses, and the words that querysets know."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from catalog.models import Category, Service, Specialist, Tier
from catalog.models.intake import check_intake_questions
from catalog.tests.factories import category, person, service, specialist
from common import clock
from common.money import Money

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"market_price_minor": 149_999}, "service_market_price_is_no_less_than_its_price"),
        ({"price_minor": 10**15}, "service_price_is_sane"),
        ({"price_minor": -1}, "catalog_service_price_minor_check"),
        ({"duration_minutes": 4}, "service_duration_is_sane"),
        ({"duration_minutes": 1_441}, "service_duration_is_sane"),
        ({"buffer_after_minutes": 1_441}, "service_buffers_are_at_most_a_day"),
        ({"currency": "inr"}, "service_currency_is_a_code"),
    ],
)
def test_the_database_refuses_a_service_that_makes_no_sense(fields: dict[str, Any], constraint: str) -> None:
    haircut = service(None)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Service.objects.filter(pk=haircut.pk).update(**fields)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"rating_count": 1, "rating_sum": 6}, "specialist_ratings_are_of_one_to_five_stars"),
        ({"rating_count": 2, "rating_sum": 1}, "specialist_ratings_are_of_one_to_five_stars"),
        ({"latitude": 22}, "specialist_place_is_whole_and_on_earth"),
        ({"latitude": 91, "longitude": 0}, "specialist_place_is_whole_and_on_earth"),
        ({"latitude": 0, "longitude": -181}, "specialist_place_is_whole_and_on_earth"),
        ({"base_rate_minor": 10**15}, "specialist_rates_are_sane"),
        ({"deposit_minor": -1}, "catalog_specialist_deposit_minor_check"),
        ({"experience_years": 81}, "specialist_experience_fits_a_life"),
        ({"currency": "rs"}, "specialist_currency_is_a_code"),
    ],
)
def test_the_database_refuses_a_specialist_that_makes_no_sense(fields: dict[str, Any], constraint: str) -> None:
    bob = specialist("Bob")

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Specialist.objects.filter(pk=bob.pk).update(**fields)


def test_names_that_differ_only_in_case_are_the_same_name() -> None:
    category("Facial")
    Tier.objects.create(name="Minimal", slug="minimal")

    with pytest.raises(IntegrityError), transaction.atomic():
        Category.objects.create(name="FACIAL", slug="facial-2")
    with pytest.raises(IntegrityError), transaction.atomic():
        Tier.objects.create(name="MINIMAL", slug="minimal-2")


def test_what_is_listed_is_bookable_and_in_a_category_that_is_shown() -> None:
    shown, hidden = category("Hair"), category("Secret", is_active=False)
    bob = specialist("Bob")
    listed = {service(bob, category=shown), service(bob), service(None, category=shown)}
    in_hidden = service(bob, category=hidden)
    service(bob, is_active=False)
    service(bob, archived_at=clock.now())
    service(specialist("Priya", is_verified=False))
    blocked = specialist("Charlie")
    blocked.user.is_active = False
    blocked.user.save()
    service(blocked)

    assert set(Service.objects.listed()) == listed
    assert set(Service.objects.bookable()) == {*listed, in_hidden}
    assert set(Specialist.objects.listed()) == {bob}


def test_a_specialist_sees_what_only_the_owner_may() -> None:
    bob, alice = specialist("Bob", is_verified=False), person("Alice")
    draft = service(bob, is_active=False)
    service(bob, archived_at=clock.now())

    assert set(Service.objects.visible_to(bob.user)) == {draft}
    assert set(Service.objects.visible_to(alice)) == set()
    assert set(Specialist.objects.visible_to(alice)) == set()


def test_amounts_carry_their_currency() -> None:
    bob = specialist("Bob")
    bob.base_rate_minor, bob.deposit_minor, bob.currency = 12_000, None, "USD"
    facial = service(None, market_price_minor=180_000)

    assert (bob.base_rate, bob.deposit) == (Money(12_000, "USD"), None)
    assert (facial.price, facial.market_price) == (Money(150_000, "INR"), Money(180_000, "INR"))
    assert bob.rating is None
    bob.rating_sum, bob.rating_count = 14, 3
    assert bob.rating == 4.7


@pytest.mark.parametrize(
    "questions",
    [
        [],
        [{"question": "Any allergies?"}],
        [{"question": "How many rooms?", "type": "number", "required": True}],
        [{"question": "Which colour?", "type": "choice", "options": ["Red", "Blue"]}],
    ],
)
def test_questions_that_can_be_asked(questions: Any) -> None:
    check_intake_questions(questions)


@pytest.mark.parametrize(
    "questions",
    [
        {"question": "Any allergies?"},
        ["Any allergies?"],
        [{}],
        [{"question": " "}],
        [{"question": "x" * 301}],
        [{"question": "With a \0 in it"}],
        [{"question": "Why?", "type": "essay"}],
        [{"question": "Why?", "type": ["text"]}],
        [{"question": "Why?", "required": "yes"}],
        [{"question": "Why?", "script": "alert(1)"}],
        [{"question": "Which?", "type": "choice"}],
        [{"question": "Which?", "type": "choice", "options": ["only one"]}],
        [{"question": "Which?", "type": "choice", "options": ["one", 2]}],
        [{"question": "Why?", "options": ["one", "two"]}],
        [{"question": "Why?"}] * 21,
    ],
)
def test_questions_that_nobody_could_answer_are_refused(questions: Any) -> None:
    with pytest.raises(ValidationError):
        check_intake_questions(questions)

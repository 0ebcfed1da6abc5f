"""What services are found by follows every change of what it is made of, whoever makes it."""

from collections.abc import Callable
from itertools import product

import pytest
from django.db import connection

from accounts.models import User
from catalog.models import Category, Service, ServiceDocument, Specialist, Tier
from catalog.tests.factories import category, service
from catalog.tests.search_cast import expert, names, offer
from common import clock
from common.proofs import check, invariants

pytestmark = pytest.mark.django_db


def is_sound() -> bool:
    invariant = next(each for each in invariants() if each.id == "INV-99")
    return check(invariant).outcome == "ok"


@pytest.fixture
def coaching() -> Service:
    tier = Tier.objects.create(name="Exclusive", slug="exclusive")
    bob = expert("Bob", knows=("Business",), location="Park Street")
    return offer(bob, "Coaching", category=category("Guidance"), tier=tier, description="Questions")


CHANGES: tuple[tuple[str, Callable[[], object]], ...] = (
    ("mentoring", lambda: Service.objects.update(name="Mentoring")),
    ("answers", lambda: Service.objects.update(description="Answers")),
    ("counsel", lambda: Category.objects.update(name="Counsel")),
    ("simple", lambda: Tier.objects.update(name="Simple")),
    ("robert", lambda: User.objects.update(first_name="Robert")),
    ("builder", lambda: User.objects.update(last_name="Builder")),
    ("workshop", lambda: Specialist.objects.update(business_name="Workshop")),
    ("finance", lambda: Specialist.objects.update(specialties=["Finance"])),
)


def test_words_follow_every_change(coaching: Service) -> None:
    for word, change in CHANGES:
        assert names(query=word) == [], word
        change()
        assert len(names(query=word)) == 1, word
    assert names(query="coaching guidance exclusive bob business questions") == []
    assert is_sound()


def test_figures_follow_every_change(coaching: Service) -> None:
    Specialist.objects.update(rating_sum=9, rating_count=2, location="Salt Lake", latitude=1, longitude=2)
    Service.objects.update(price_minor=77_700, currency="USD")

    found = ServiceDocument.objects.get()

    assert (found.rating, found.rating_count, found.location) == (4.5, 2, "Salt Lake")
    assert (found.latitude, found.longitude, found.price_minor, found.currency) == (1.0, 2.0, 77_700, "USD")
    assert is_sound()


def test_what_is_offered_to_those_who_look_around_is_what_is_found(coaching: Service) -> None:
    """Every way of being hidden, alone and together."""
    for shown in product([True, False], repeat=5):
        offered, in_category, verified, active, person = shown
        Service.objects.update(is_active=offered)
        Category.objects.update(is_active=in_category)
        Specialist.objects.update(is_verified=verified, is_active=active)
        User.objects.update(is_active=person)
        assert names() == [each.name for each in Service.objects.listed()], shown
        assert bool(names()) is all(shown)
    assert is_sound()


def test_whoever_is_erased_leaves_no_word_behind(coaching: Service) -> None:
    User.objects.update(erased_at=clock.now())

    found = ServiceDocument.objects.get()

    assert (found.is_listed, found.words) == (False, "")


def test_many_at_once_are_followed_too(coaching: Service) -> None:
    made = Service.objects.bulk_create(
        Service(owner=coaching.owner, name=f"Lesson {n}", duration_minutes=30, price_minor=100) for n in range(3)
    )
    assert len(names(query="lesson")) == 3

    Service.objects.filter(pk__in=[made[0].pk, made[1].pk]).update(archived_at=clock.now())
    assert names(query="lesson") == ["Lesson 2"]

    Service.objects.filter(pk__in=[each.pk for each in made]).delete()
    assert ServiceDocument.objects.count() == 1
    assert is_sound()


def test_a_change_that_says_nothing_new_writes_nothing(coaching: Service) -> None:
    before = _row_version()

    Service.objects.update(duration_minutes=45, long_description="All of it")
    Specialist.objects.update(experience_years=7)
    User.objects.update(language="hi")

    assert _row_version() == before


def test_a_row_that_lies_is_noticed(coaching: Service) -> None:
    other = service(None)
    assert is_sound()

    ServiceDocument.objects.filter(pk=other.pk).update(price_minor=1)
    assert not is_sound()

    ServiceDocument.objects.filter(pk=other.pk).delete()
    assert not is_sound()


def _row_version() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT ctid::text FROM catalog_servicedocument")
        return str(cursor.fetchone()[0])

"""Stars are counted by the database itself, whoever writes the rows and however many at once."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from accounts.models import User
from catalog.models import Review, Specialist, Standing
from catalog.models.standing import FEWEST_REQUESTS
from catalog.tests.factories import person, specialist
from common import clock
from common.ids import new_id
from common.proofs import check, invariants

pytestmark = pytest.mark.django_db


def unsaved(of: Specialist | None, by: User, rating: int = 5, **fields: Any) -> Review:
    return Review(booking_id=new_id(), customer=by, specialist=of, rating=rating, **fields)


def stars(of: Specialist) -> tuple[int, int, list[int]]:
    of.refresh_from_db()
    standing = Standing.objects.filter(pk=of.pk).first() or Standing()
    return of.rating_sum, of.rating_count, list(standing.stars.values())


def is_proven() -> bool:
    [invariant] = [each for each in invariants() if each.id == "INV-87a"]
    return check(invariant).outcome == "ok"


def run_sql(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_many_rows_at_once_are_counted() -> None:
    alice, bob, paul = person("Alice"), specialist("Bob"), specialist("Paul")
    hidden = {"hidden_at": clock.now(), "hidden_reason": "insults"}

    Review.objects.bulk_create(
        [
            *(unsaved(bob, alice, rating) for rating in (1, 4, 5, 5)),
            unsaved(paul, alice, 2),
            unsaved(paul, alice, 3, withdrawn_at=clock.now()),
            unsaved(paul, alice, 1, **hidden),
            unsaved(None, alice, 1),
        ]
    )

    assert stars(bob) == (15, 4, [1, 0, 0, 1, 2])
    assert stars(paul) == (2, 1, [0, 1, 0, 0, 0])
    assert bob.rating == 3.8
    assert is_proven()


def test_changes_of_many_rows_are_counted() -> None:
    alice, bob, paul = person("Alice"), specialist("Bob"), specialist("Paul")
    Review.objects.bulk_create(unsaved(each, alice, rating) for each in (bob, paul) for rating in (2, 3))

    Review.objects.filter(rating=3).update(rating=F("rating") + 1)
    assert (stars(bob), stars(paul)) == ((6, 2, [0, 1, 0, 1, 0]),) * 2

    Review.objects.filter(specialist=paul).update(specialist=bob)
    assert (stars(bob), stars(paul)) == ((12, 4, [0, 2, 0, 2, 0]), (0, 0, [0, 0, 0, 0, 0]))

    Review.objects.filter(rating=2).delete()
    assert stars(bob) == (8, 2, [0, 0, 0, 2, 0])
    assert is_proven()


def test_words_alone_touch_no_other_row() -> None:
    alice, bob = person("Alice"), specialist("Bob")
    review = unsaved(bob, alice)
    review.save()
    before = _version_of(bob)

    Review.objects.filter(pk=review.pk).update(comment="Thank you!")

    assert _version_of(bob) == before


@pytest.mark.parametrize("column", ["rating_sum = rating_sum + 1", "rating_count = 2, rating_sum = 10"])
def test_a_rating_that_reviews_do_not_come_to_is_found(column: str) -> None:
    unsaved(specialist("Bob"), person("Alice"), 4).save()
    assert is_proven()

    run_sql(f"UPDATE catalog_specialist SET {column}")  # noqa: S608 - constants

    assert not is_proven()


def test_a_distribution_that_reviews_do_not_come_to_is_found() -> None:
    unsaved(specialist("Bob"), person("Alice"), 4).save()

    run_sql("UPDATE catalog_standing SET three_stars = 1, four_stars = 0")

    assert not is_proven()


def test_a_review_that_was_not_counted_is_found() -> None:
    run_sql("ALTER TABLE catalog_review DISABLE TRIGGER stars_added")
    unsaved(specialist("Bob"), person("Alice")).save()

    assert not is_proven()


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"rating": 0}, "review_gives_one_to_five_stars"),
        ({"rating": 6}, "review_gives_one_to_five_stars"),
        ({"hidden_reason": "insults"}, "review_is_hidden_for_a_reason"),
        ({"hidden_at": "now"}, "review_is_hidden_for_a_reason"),
        ({"withdrawn_at": "now", "comment": "Gone"}, "review_taken_back_says_nothing"),
        ({"reply": "Thanks"}, "review_reply_has_its_time"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_what_a_review_must_never_be_is_refused(fields: dict[str, Any], constraint: str) -> None:
    review = unsaved(specialist("Bob"), person("Alice"))
    for name, value in fields.items():
        setattr(review, name, clock.now() if value == "now" else value)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        review.save()

    assert not Review.objects.exists()


def test_a_booking_has_one_review() -> None:
    alice, bob = person("Alice"), specialist("Bob")
    first = unsaved(bob, alice)
    first.save()

    with pytest.raises(IntegrityError, match="booking_id"), transaction.atomic():
        Review.objects.create(booking_id=first.booking_id, customer=alice, specialist=bob, rating=1)

    assert stars(bob) == (5, 1, [0, 0, 0, 0, 1])


@pytest.mark.parametrize(
    ("first_name", "last_name", "shown"),
    [("Jane", "Smith", "Jane S."), ("Jane", "", "Jane"), ("", "Smith", "S."), ("", "", "Somebody")],
)
def test_names_of_reviewers_are_shortened(first_name: str, last_name: str, shown: str) -> None:
    assert Review(customer=User(first_name=first_name, last_name=last_name)).customer_name == shown


def test_a_share_of_few_is_not_told() -> None:
    assert Standing(requests=FEWEST_REQUESTS - 1, requests_answered=1).answered_percent is None
    assert Standing(requests=FEWEST_REQUESTS, requests_answered=4).answered_percent == 80


def _version_of(of: Specialist) -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT ctid, xmin FROM catalog_specialist WHERE id = %s", [of.pk])
        return cursor.fetchone()

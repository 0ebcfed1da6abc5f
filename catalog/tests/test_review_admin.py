"""What Dana of the staff does about reviews: she hides and shows them, for a reason, and rewrites none."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from catalog.models import Review, Specialist
from catalog.services.reviews import hide_review
from catalog.tests.factories import person, service, specialist
from common.ids import new_id
from common.models import AuditEntry, OutboxEvent

pytestmark = pytest.mark.django_db

LIST = "admin:catalog_review_changelist"


@pytest.fixture(autouse=True)
def _password_only(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def dana() -> User:
    return person("Dana", is_staff=True)


def desk_of(dana: User, *permissions: str) -> Client:
    dana.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(dana)
    return client


def a_review(number: int = 0, **fields: Any) -> Review:
    bob = specialist(f"Bob{number}")
    said = {"rating": 1, "comment": "<b>Rude</b> words", **fields}
    review: Review = Review.objects.create(
        booking_id=new_id(), customer=person(f"Alice{number}"), specialist=bob, service=service(bob), **said
    )
    return review


def act(desk: Client, action: str, review: Review, reason: str = "insults") -> Any:
    sent = {"action": action, "_selected_action": [review.pk], "confirmed": "1", "reason": reason}
    return desk.post(reverse(LIST), sent)


def rating_count() -> int:
    return Specialist.objects.get().rating_count


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_whatever_its_length(
    dana: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    desk = desk_of(dana, "view_review")
    for number in range(count):
        a_review(number)

    with django_assert_num_queries(10):
        response = desk.get(reverse(LIST))

    assert len(response.context["cl"].result_list) == count
    assert len(desk.get(reverse(LIST), {"rating": "1"}).context["cl"].result_list) == count
    assert len(desk.get(reverse(LIST), {"rating": "2"}).context["cl"].result_list) == 0
    page = response.content.decode()
    assert "&lt;b&gt;Rude&lt;/b&gt; words" in page
    assert "<b>Rude" not in page


def test_staff_hide_a_review_for_a_reason_and_show_it_again(dana: User) -> None:
    desk = desk_of(dana, "view_review", "hide_review")
    review = a_review()

    act(desk, "hide", review)

    review.refresh_from_db()
    assert (review.is_shown, review.hidden_by_id, review.hidden_reason) == (False, dana.pk, "insults")
    assert rating_count() == 0
    entry = AuditEntry.objects.get(target_table="catalog_review")
    assert (entry.actor_id, entry.reason, entry.target_id) == (dana.pk, "insults", str(review.pk))
    assert not AuditEntry.objects.filter(target_table="catalog_specialist").exists()

    act(desk, "show", review, reason="harmless after all")

    review.refresh_from_db()
    assert (review.is_shown, review.hidden_by_id, review.hidden_reason) == (True, None, "")
    assert rating_count() == 1
    assert [event.name for event in OutboxEvent.objects.order_by("id")] == ["review.hidden", "review.shown"]


def test_hiding_twice_keeps_the_first_reason(dana: User) -> None:
    review = a_review()

    hide_review(review, actor=dana, reason="insults")
    hide_review(review, actor=None, reason="spam")

    review.refresh_from_db()
    assert (review.hidden_reason, rating_count()) == ("insults", 0)


@pytest.mark.parametrize("reason", ["", "  "])
def test_without_a_reason_nothing_is_hidden(dana: User, reason: str) -> None:
    review = a_review()

    act(desk_of(dana, "view_review", "hide_review"), "hide", review, reason=reason)

    review.refresh_from_db()
    assert review.is_shown


def test_whoever_may_only_look_hides_nothing(dana: User) -> None:
    desk, review = desk_of(dana, "view_review"), a_review()

    page = desk.get(reverse(LIST)).content.decode()
    act(desk, "hide", review)

    review.refresh_from_db()
    assert review.is_shown
    assert "Hide…" not in page


def test_nobody_rewrites_or_deletes_a_review(dana: User) -> None:
    review = a_review()
    desk = desk_of(dana, "view_review", "hide_review", "change_review", "delete_review", "add_review")
    change = reverse("admin:catalog_review_change", args=[review.pk])

    assert desk.get(change).status_code == 200
    assert desk.post(change, {"rating": 5, "comment": "Lovely"}).status_code == 403
    assert desk.post(reverse("admin:catalog_review_delete", args=[review.pk]), {"post": "yes"}).status_code == 403
    assert desk.get(reverse("admin:catalog_review_add")).status_code == 403
    review.refresh_from_db()
    assert (review.rating, review.comment) == (1, "<b>Rude</b> words")

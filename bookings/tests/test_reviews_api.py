"""Writing reviews: once for each completed booking, by its customer, and counted rightly."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from bookings.models import Booking
from bookings.tests.factories import appointment, completed, offered, reservation, somebody
from bookings.tests.review_calls import (
    API,
    GREAT,
    REVIEWS,
    events,
    listed,
    owner_of,
    post,
    rated,
    reviewed,
    send,
)
from catalog.models import Review, ServiceDocument
from catalog.services.reviews import hide_review
from catalog.tests.factories import at, person
from common.models import OutboxEvent
from common.tests.probe.client import client_of, detail_codes, refused

pytestmark = pytest.mark.django_db


# Writing


def test_a_customer_reviews_a_completed_booking(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    alice = person("Jane", last_name="Smith")
    booking = completed(alice=alice)
    client = client_of(alice)

    with django_assert_num_queries(8):
        response = client.post(REVIEWS, {"booking_id": str(booking.pk), **GREAT}, content_type="application/json")

    assert response.status_code == 201
    shown = response.json()["data"]["review"]
    assert response["Location"] == f"{REVIEWS}/{shown['id']}"
    assert {name: shown[name] for name in GREAT} == GREAT
    assert (shown["booking_id"], shown["specialist_id"]) == (str(booking.pk), str(booking.specialist_id))
    assert shown["customer_name"] == "Jane S."
    assert shown["customer_id"] == str(alice.pk)
    assert shown["customer"] == {"first_name": "Jane", "last_name": "S.", "avatar": None}
    assert shown["service"] == {"id": str(booking.service_id), "name": "Consultation"}
    event = OutboxEvent.objects.get(name="review.posted")
    assert event.subject == shown["id"]
    assert event.data == {
        "booking_id": str(booking.pk),
        "specialist_id": str(booking.specialist_id),
        "customer_id": str(alice.pk),
        "rating": 5,
    }


def test_a_booking_is_rated_under_its_own_path_as_well() -> None:
    booking = completed()
    client = client_of(booking.customer)

    response = client.post(
        f"{API}/bookings/{booking.pk}/rate",
        {"rating": 4, "feedback": "Great service!"},
        content_type="application/json",
    )

    assert response.status_code == 201
    review = Review.objects.get()
    assert response["Location"] == f"{REVIEWS}/{review.pk}"
    assert (review.rating, review.comment, review.booking_id) == (4, "Great service!", booking.pk)
    refused(post(booking, booking.customer), 409, "DUPLICATE_RESOURCE")


def test_two_words_for_the_comment_that_differ_are_refused() -> None:
    booking = completed()
    body = {"rating": 4, "feedback": "Great", "comment": "Bad"}

    response = client_of(booking.customer).post(
        f"{API}/bookings/{booking.pk}/rate", body, content_type="application/json"
    )

    assert detail_codes(refused(response, 400, "VALIDATION_ERROR")) == {"feedback": "AMBIGUOUS"}
    assert not Review.objects.exists()


def test_too_early_by_a_stranger_or_twice_is_refused() -> None:
    """E268."""
    bobs = offered()
    early, done = appointment(bobs), completed(bobs, at("12:00"))
    alice, charlie = done.customer, person("Charlie")

    refused(post(early, alice), 422, "BUSINESS_RULE_VIOLATION")
    refused(post(done, charlie), 404, "RESOURCE_NOT_FOUND")
    refused(post(done, owner_of(bobs).user), 403, "INSUFFICIENT_PERMISSIONS")
    refused(post(done, None), 401, "AUTHENTICATION_REQUIRED")
    assert not Review.objects.exists()

    reviewed(done)
    refused(post(done, alice, rating=1), 409, "DUPLICATE_RESOURCE")
    assert list(Review.objects.values_list("rating", flat=True)) == [5]


@pytest.mark.parametrize("rating", [0, 6, 4.5, 4.9, True, -1, None, "five", [5]], ids=str)
def test_only_whole_stars_from_one_to_five_are_given(rating: Any) -> None:
    """E269, A117."""
    booking = completed()

    error = refused(post(booking, booking.customer, rating=rating), 400, "VALIDATION_ERROR")

    assert set(detail_codes(error)) == {"rating"}
    assert not Review.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("comment", "x" * 2_001),
        ("comment", "evil \u202e txt.exe"),
        ("comment", "\x07"),
        ("comment", 5),
        ("tags", [f"word {number}" for number in range(11)]),
        ("tags", ["x" * 31]),
        ("tags", ["two\nlines"]),
        ("tags", "punctual"),
        ("verified", True),
    ],
    ids=["long", "bidi", "bell", "number", "many-tags", "long-tag", "tag-of-lines", "no-list", "unknown"],
)
def test_what_is_no_honest_text_is_refused(field: str, value: Any) -> None:
    """A117."""
    booking = completed()

    error = refused(post(booking, booking.customer, **{field: value}), 400, "VALIDATION_ERROR")

    assert next(iter(detail_codes(error))).split(".")[0] == field
    assert not Review.objects.exists()


def test_markup_is_text() -> None:
    """E271."""
    said = "<script>alert(1)</script> & <b>bold</b>\nA second line"
    shown = reviewed(completed(), comment=said)

    response = client_of(None).get(f"{REVIEWS}/{shown['id']}")

    assert response["Content-Type"] == "application/json"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response.json()["data"]["comment"] == said


def test_the_same_key_gets_the_same_answer() -> None:
    booking = completed()
    client = client_of(booking.customer)
    body, key = {"booking_id": str(booking.pk), **GREAT}, {"Idempotency-Key": "review-1"}

    first, again = (client.post(REVIEWS, body, content_type="application/json", headers=key) for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert Review.objects.count() == 1


def test_a_room_is_reviewed_as_well() -> None:
    booking = reservation()
    Booking.objects.filter(pk=booking.pk).update(status="completed", completed_at=at("11:00"))

    shown = reviewed(booking)

    assert (shown["specialist_id"], shown["service"]) == (None, None)
    assert [each["id"] for each in listed(resource_id=str(booking.resource_id))["reviews"]] == [shown["id"]]


# Changing one's mind


def test_an_edit_counts_by_its_new_stars() -> None:
    bobs = offered()
    shown = reviewed(completed(bobs), **GREAT)
    alice = somebody("Alice")

    response = send("PUT", shown, alice, rating=2)

    assert response.status_code == 200
    edited = response.json()["data"]
    assert (edited["rating"], edited["comment"], edited["tags"]) == (2, "", [])
    assert edited["edited_at"] is not None
    assert rated(owner_of(bobs)) == (2, 1, [0, 1, 0, 0, 0])
    assert ServiceDocument.objects.get(pk=bobs.pk).rating == 2
    assert events() == ["review.posted", "review.edited"]


def test_a_patch_leaves_the_rest_as_it_is() -> None:
    shown = reviewed(completed(), **GREAT)

    patched = send("PATCH", shown, somebody("Alice"), comment="Even better").json()["data"]

    assert {name: patched[name] for name in GREAT} == {**GREAT, "comment": "Even better"}


def test_saying_the_same_again_changes_nothing() -> None:
    shown = reviewed(completed(), **GREAT)

    again = send("PUT", shown, somebody("Alice"), **GREAT)

    assert (again.status_code, again.json()["data"]["edited_at"]) == (200, None)
    assert events() == ["review.posted"]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_nobody_touches_a_strangers_review(method: str) -> None:
    bobs = offered()
    shown = reviewed(completed(bobs), **GREAT)

    for stranger in (person("Charlie"), owner_of(bobs).user):
        said = {} if method == "DELETE" else {"rating": 1}
        refused(send(method, shown, stranger, **said), 404, "RESOURCE_NOT_FOUND")

    assert rated(owner_of(bobs)) == (5, 1, [0, 0, 0, 0, 1])
    assert Review.objects.get().edited_at is None


def test_a_review_that_is_taken_back_is_gone_and_no_longer_counts() -> None:
    bobs = offered()
    shown = reviewed(completed(bobs), **GREAT)
    alice = somebody("Alice")

    assert send("DELETE", shown, alice).status_code == 200

    assert rated(owner_of(bobs)) == (0, 0, [0, 0, 0, 0, 0])
    for reader in (None, alice):
        refused(client_of(reader).get(f"{REVIEWS}/{shown['id']}"), 404, "RESOURCE_NOT_FOUND")
        assert listed(reader)["reviews"] == []
    refused(send("PUT", shown, alice, rating=1), 404, "RESOURCE_NOT_FOUND")
    refused(send("DELETE", shown, alice), 404, "RESOURCE_NOT_FOUND")
    review = Review.objects.get()
    assert (review.comment, review.tags) == ("", [])


def test_reviewing_again_after_taking_it_back_is_not_rewarded_again() -> None:
    """A110."""
    bobs = offered()
    booking = completed(bobs)
    shown = reviewed(booking)
    send("DELETE", shown, booking.customer)

    again = reviewed(booking, rating=4)

    assert again["id"] == shown["id"]
    assert rated(owner_of(bobs)) == (4, 1, [0, 0, 0, 1, 0])
    assert events() == ["review.posted", "review.withdrawn", "review.edited"]


def test_taking_back_and_writing_again_does_not_bring_back_what_staff_have_hidden() -> None:
    bobs = offered()
    booking = completed(bobs)
    shown = reviewed(booking, comment="Rude words")
    hide_review(Review.objects.get(), actor=somebody("Dana"), reason="insults")

    edited = send("PUT", shown, booking.customer, rating=1)
    send("DELETE", shown, booking.customer)
    again = reviewed(booking, comment="More rude words")

    assert edited.json()["data"]["is_hidden"] is True
    assert again["is_hidden"] is True
    assert listed()["reviews"] == []
    assert [each["is_hidden"] for each in listed(booking.customer)["reviews"]] == [True]
    assert listed(booking.customer)["total_reviews"] == 0
    assert rated(owner_of(bobs)) == (0, 0, [0, 0, 0, 0, 0])


# The specialist's word


def test_the_specialist_replies_and_nobody_else_does() -> None:
    bobs = offered()
    shown = reviewed(completed(bobs), **GREAT)
    bob = owner_of(bobs).user
    path = f"{REVIEWS}/{shown['id']}/reply"

    def reply(user: User, text: str) -> Any:
        return client_of(user).put(path, {"reply": text}, content_type="application/json")

    assert reply(bob, "Thank you!").json()["data"]["reply"] == "Thank you!"
    for other in (somebody("Alice"), person("Charlie")):
        refused(reply(other, "Me too"), 404, "RESOURCE_NOT_FOUND")

    public = client_of(None).get(f"{REVIEWS}/{shown['id']}").json()["data"]
    assert (public["reply"], public["replied_at"] is not None) == ("Thank you!", True)
    taken_away = reply(bob, "").json()["data"]
    assert (taken_away["reply"], taken_away["replied_at"]) == ("", None)
    assert rated(owner_of(bobs)) == (5, 1, [0, 0, 0, 0, 1])

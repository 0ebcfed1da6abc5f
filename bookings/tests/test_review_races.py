"""Everybody reviews, edits, takes back and hides at once, and the stars add up at every end."""

from collections.abc import Callable
from random import Random

import pytest
from django.db import transaction

from accounts.models import User
from bookings.models import Booking
from bookings.services.reviews import review_booking
from bookings.tests.factories import completed, offered, somebody
from catalog.errors import AlreadyReviewed
from catalog.models import Review, Specialist
from catalog.services.reviews import (
    Said,
    edit_review,
    hide_review,
    reply_to_review,
    show_review,
    withdraw_review,
)
from catalog.tests.factories import at
from common.errors import NotFound
from common.models import OutboxEvent
from common.proofs import check, invariants
from common.tests.threads import in_threads

pytestmark = pytest.mark.django_db(transaction=True)

RATINGS = {"INV-87", "INV-87a"}


def assert_stars_add_up() -> None:
    proven = {each.id: check(each).outcome for each in invariants() if each.id in RATINGS}
    assert proven == dict.fromkeys(RATINGS, "ok")


def test_of_eight_reviews_of_one_booking_one_is_written() -> None:
    booking = completed()

    def review() -> bool:
        try:
            review_booking(booking.pk, Said(5), author=booking.customer)
        except AlreadyReviewed:
            return False
        return True

    assert sum(in_threads(8, review)) == 1
    assert Review.objects.count() == OutboxEvent.objects.filter(name="review.posted").count() == 1
    assert_stars_add_up()


def test_stars_of_one_specialist_add_up_whoever_writes_meanwhile() -> None:
    bobs, dana = offered(), somebody("Dana")
    bookings = [completed(bobs, at(f"{9 + number:02}:00")) for number in range(6)]
    for booking in bookings[:4]:
        review_booking(booking.pk, Said(3), author=booking.customer)
    seeds = iter(range(100))

    def work() -> None:
        dice = Random(next(seeds))  # noqa: S311 - nothing secret is decided
        for _ in range(12):
            try:
                dice.choice(DEEDS)(dice.choice(bookings), dice, dana)
            except (AlreadyReviewed, NotFound):
                continue

    in_threads(6, work)

    assert Review.objects.count() >= 4
    assert_stars_add_up()


def test_what_is_undone_counts_for_nothing() -> None:
    booking = completed()

    with transaction.atomic():
        review_booking(booking.pk, Said(5), author=booking.customer)
        transaction.set_rollback(True)

    assert Specialist.objects.get().rating_count == 0
    assert_stars_add_up()


def _said(dice: Random) -> Said:
    return Said(dice.randint(1, 5), f"Comment {dice.randint(1, 3)}")


def _review_of(booking: Booking) -> Review:
    found: Review | None = Review.objects.filter(booking_id=booking.pk).first()
    if found is None:
        raise NotFound
    return found


def _post(booking: Booking, dice: Random, _dana: User) -> None:
    review_booking(booking.pk, _said(dice), author=booking.customer)


def _edit(booking: Booking, dice: Random, _dana: User) -> None:
    edit_review(_review_of(booking), _said(dice))


def _withdraw(booking: Booking, _dice: Random, _dana: User) -> None:
    withdraw_review(_review_of(booking))


def _hide(booking: Booking, _dice: Random, dana: User) -> None:
    hide_review(_review_of(booking), actor=dana, reason="insults")


def _show(booking: Booking, _dice: Random, dana: User) -> None:
    show_review(_review_of(booking), actor=dana, reason="harmless after all")


def _reply(booking: Booking, dice: Random, _dana: User) -> None:
    reply_to_review(_review_of(booking), "" if dice.random() < 0.5 else "Thank you")


DEEDS: list[Callable[[Booking, Random, User], None]] = [_post, _edit, _withdraw, _hide, _show, _reply]

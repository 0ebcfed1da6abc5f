"""Writing reviews, and hiding those that must not be read. Who may review which booking is asked on an upper floor.

Everybody locks in one order: the booking, its review, and then, by the triggers of the table, the specialist and the
specialist's standing. So stars are counted rightly however many write at once, and nobody waits in a circle.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import User
from catalog.errors import AlreadyReviewed
from catalog.models import Resource, Review, Service, Specialist
from common import audit, clock
from common.audit import Person
from common.errors import NotFound
from common.events import Value, publish


@dataclass(frozen=True, slots=True)
class Said:
    rating: int
    comment: str = ""
    tags: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a booking was with, as far as there was anything of the kind."""

    booking_id: UUID
    specialist: Specialist | None = None
    service: Service | None = None
    resource: Resource | None = None


def write_review(about: Reviewed, said: Said, *, author: User) -> Review:
    """Whoever calls has locked the booking in a transaction. What was taken back is written again in its old place.

    `review.posted` is announced once for a booking, whatever becomes of its review, so that it is rewarded once.
    """
    former = _of_booking(about.booking_id)
    if former is not None:
        return _written_again(former, said)
    review: Review = Review.objects.create(
        booking_id=about.booking_id,
        customer=author,
        specialist=about.specialist,
        service=about.service,
        resource=about.resource,
        rating=said.rating,
        comment=said.comment,
        tags=[*said.tags],
    )
    _announce("review.posted", review, key=f"review.posted:{about.booking_id}")
    return review


@transaction.atomic
def edit_review(review: Review, said: Said) -> Review:
    """Saying the same again changes nothing. What staff have hidden stays hidden."""
    review = _locked(review)
    if (review.rating, review.comment, review.tags) == (said.rating, said.comment, [*said.tags]):
        return review
    _say(review, said)
    return review


@transaction.atomic
def withdraw_review(review: Review) -> None:
    """It no longer counts, and its words are gone, with the reply to them."""
    review = _locked(review)
    now = clock.now()
    _save(review, withdrawn_at=now, comment="", tags=[], reply="", replied_at=None)
    _announce("review.withdrawn", review)


@transaction.atomic
def reply_to_review(review: Review, reply: str) -> Review:
    """The specialist's one answer below it; another one takes its place, an empty one takes it away."""
    review = _locked(review)
    _save(review, reply=reply, replied_at=clock.now() if reply else None)
    return review


@transaction.atomic
def hide_review(review: Review, *, actor: Person, reason: str) -> Review:
    """Nobody but its author reads it, and it counts no longer. Hiding twice changes nothing."""
    review = _locked(review)
    if review.hidden_at is not None:
        return review
    with audit.acting(actor, reason=reason):
        _save(review, hidden_at=clock.now(), hidden_by=actor, hidden_reason=reason)
    _announce("review.hidden", review)
    return review


@transaction.atomic
def show_review(review: Review, *, actor: Person, reason: str) -> Review:
    """It is read and counts again. Showing what is not hidden changes nothing."""
    review = _locked(review)
    if review.hidden_at is None:
        return review
    with audit.acting(actor, reason=reason):
        _save(review, hidden_at=None, hidden_by=None, hidden_reason="")
    _announce("review.shown", review)
    return review


def _of_booking(booking_id: UUID) -> Review | None:
    found: Review | None = (
        Review.objects.select_for_update(of=("self",), no_key=True)
        .select_related("customer", "service")
        .filter(booking_id=booking_id)
        .first()
    )
    return found


def _written_again(former: Review, said: Said) -> Review:
    if former.withdrawn_at is None:
        raise AlreadyReviewed
    _say(former, said)
    return former


def _say(review: Review, said: Said) -> None:
    words = {"rating": said.rating, "comment": said.comment, "tags": [*said.tags]}
    _save(review, **words, edited_at=clock.now(), withdrawn_at=None)
    _announce("review.edited", review)


def _locked(review: Review) -> Review:
    """As it is now; what was taken back meanwhile is not there any more."""
    found: Review | None = (
        Review.objects.select_for_update(of=("self",), no_key=True)
        .select_related("customer", "service")
        .kept()
        .filter(pk=review.pk)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def _save(review: Review, **columns: Any) -> None:
    for name, value in columns.items():
        setattr(review, name, value)
    review.save(update_fields=[*columns])


def _announce(name: str, review: Review, *, key: str | None = None) -> None:
    facts: dict[str, Value] = {
        "booking_id": review.booking_id,
        "specialist_id": review.specialist_id,
        "customer_id": review.customer_id,
        "rating": review.rating,
    }
    publish(name, review.pk, facts, key=key)
